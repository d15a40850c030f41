"""What a refusal knows beyond its sentence is said to who reads it, in both languages."""

from typing import Any

import pytest
from django.utils.translation import override

from apps.billing.errors import RefundExceedsBill
from apps.inpatient.errors import DepositAmountNotAllowed
from apps.payments.errors import RefundExceedsPaid
from apps.scheduling.errors import OutsideBookingWindow
from kernel.errors import CATALOGUE, DomainError, StateConflict
from kernel.http.problem_facts import said
from kernel.http.problem_members import type_of
from kernel.money import yuan_shown

pytestmark = pytest.mark.requirement("INT-04")
AT = "2026-12-03T00:30:00Z"


@pytest.mark.parametrize(
    ("error", "zh", "en"),
    [
        (
            RefundExceedsBill(refundable_fen=1_200, bill_id="x"),
            "退费金额超过账单可退金额(可退金额 ¥12.00)",
            "(Refundable ¥12.00).",
        ),
        (
            DepositAmountNotAllowed(minimum_fen=10_000, maximum_fen=2_000_000),
            "单次押金金额超出允许范围(最低金额 ¥100.00,最高金额 ¥20,000.00)",
            "(At least ¥100.00, At most ¥20,000.00).",
        ),
        (
            OutsideBookingWindow(first_date="2026-12-04", last_date="2026-12-10", opens_at=AT),
            "就诊日期不在可挂号范围内(开始日期 2026-12-04,结束日期 2026-12-10,放号时间 2026-12-03 08:30)",
            "2026-12-03 08:30).",
        ),
        (
            OutsideBookingWindow(first_date="2026-12-04", last_date="2026-12-10", opens_at=None),
            "就诊日期不在可挂号范围内(开始日期 2026-12-04,结束日期 2026-12-10)",
            "2026-12-10).",
        ),
        (
            RefundExceedsPaid(left_yuan="12.00", left_fen=1_200),
            "退款金额超过可退金额 12.00 元",
            "can still be refunded.",
        ),
        (StateConflict(current="booked"), StateConflict.zh, StateConflict.en),
    ],
    ids=lambda value: value.code if isinstance(value, DomainError) else None,
)
def test_a_refusal_says_its_facts(error: DomainError, zh: str, en: str) -> None:
    with override("zh-hans"):
        assert said(error) == zh
    with override("en"):
        assert said(error).endswith(en)


def test_every_amount_and_day_that_a_refusal_shows_is_said() -> None:
    for code, error in CATALOGUE.items():
        if not code:
            continue
        shown = {name: value_of(name) for name in error.members}
        numbers = [name for name in error.members if name.endswith(("_fen", "_date", "_at"))]
        refusal = error.__new__(error)
        DomainError.__init__(refusal, **shown)
        text = said(refusal)
        for name in numbers:
            if f"{name.removesuffix('_fen')}_yuan" not in error.members:
                assert said_of(name) in text, (code, name, text)


def value_of(name: str) -> Any:
    if name.endswith("_at"):
        return AT
    return 123_456 if type_of(name).get("type") == "integer" else "2026-12-03"


def said_of(name: str) -> str:
    return "¥1,234.56" if name.endswith("_fen") else "2026-12-03"


def test_amounts_are_read_with_their_thousands() -> None:
    assert [yuan_shown(fen) for fen in (2_000_000, -360, 0, 5)] == ["¥20,000.00", "-¥3.60", "¥0.00", "¥0.05"]
