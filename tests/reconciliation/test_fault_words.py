"""Why a bill can't be read is told in words, in Chinese without a word of English."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from apps.imports.reasons import reason
from apps.payments.channels import base
from apps.payments.channels.base import PermanentChannelError, UnreadableBill
from apps.reconciliation.counterparties.merchant import bad_bill
from apps.reconciliation.reasons import WORDS
from tests.payments.channels.test_wechat_pay_bill import SHORT, read

pytestmark = pytest.mark.requirement("PAY-11")

BACKEND = Path(base.__file__).resolve().parents[3]
WHERE: dict[str, Any] = {
    "line": 7, "number": 7, "limit": 64, "count": 2, "columns": "交易时间、商户订单号", "shown": "交易金额 12.3x",
}  # fmt: skip


def raised() -> Iterator[str]:
    """Every reason that the code gives."""
    for path in sorted(BACKEND.rglob("*.py")):
        text = path.read_text()
        if "UnreadableBill(" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "UnreadableBill":
                said = [part for part in ast.walk(node.args[0]) if isinstance(part, ast.Constant)]
                yield from (part.value for part in said if isinstance(part.value, str))


REASONS = sorted(set(raised()))


def test_reasons_are_found() -> None:
    assert {"cut_off", "damaged", "several_lists", "bad_line", "bad_row"} <= set(REASONS)


@pytest.mark.parametrize("code", REASONS)
def test_what_is_wrong_with_a_bill_is_said_in_words(code: str) -> None:
    found = bad_bill(UnreadableBill(code, **WHERE)).findings[0]
    assert found["row"] == 7
    with translation.override("zh-hans"):
        chinese = reason(found, WORDS)
    with translation.override("en"):
        english = reason(found, WORDS)
    assert not re.search(r"[A-Za-z]{3,}", chinese.replace("ZIP", "")), chinese
    assert english != chinese
    assert "{" not in chinese + english


def test_what_no_file_is_to_blame_for_names_no_code() -> None:
    found = bad_bill(PermanentChannelError("no_merchant")).findings[0]
    with translation.override("zh-hans"):
        assert reason(found, WORDS) == "不是该渠道该日的账单"


@pytest.mark.parametrize(("wrong", "shown"), [("1.005", "总金额 1.005"), ("soon", "总金额 soon")])
def test_a_bad_cell_is_named_by_its_column(wrong: str, shown: str) -> None:
    line = f"`2026-03-02 08:00:00,`4200,`T1,`SUCCESS,`0,`0.00,`0.00600,`{wrong}"
    with pytest.raises(UnreadableBill) as caught:
        list(read(f"{SHORT}\n{line}\n").rows)
    assert caught.value.where == {"line": 2, "shown": shown}
