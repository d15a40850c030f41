"""Every list that is a file, too: its filters, its words, its reach; written into the operation log."""

import csv
import io
import re
from typing import Any
from urllib.parse import unquote

import pytest

from apps.access.scoped.exporting import ExportMixin
from apps.audit.models import AuditEvent
from tests.permissions.objects import estate_of
from tests.support.readable import CODE
from tests.support.world import World

pytestmark = [pytest.mark.requirement("INT-04"), pytest.mark.requirement("ACC-06")]
#: Path → its object of the estate.
EXPORTED = {
    "appointments": "appointment", "bills": "bill", "card-balances": "held_card", "cashier-shifts": "cashier_shift",
    "e-receipts": "e_receipt", "encounters": "encounter", "invoices": "invoice",
    "reconciliation-differences": "difference", "reconciliation-runs": "reconciliation_run",
    "refund-requests": "refund_request", "work-items": "work_item",
}  # fmt: skip


def table(world: World, path: str, **query: Any) -> list[list[str]]:
    answer = world.client("admin1").get(f"/api/admin/v1/{path}/export", {"file_format": "csv", **query})
    assert answer.status_code == 200, answer.content
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def test_every_view_that_exports_is_tried_here() -> None:
    views = {each.resource for each in ExportMixin.__subclasses__() if each.__module__.startswith("apps.")}
    assert len(views) == len(EXPORTED), views


@pytest.mark.parametrize("path", EXPORTED)
def test_a_list_is_exported_with_its_words_within_reach(world: World, path: str) -> None:
    estate_of(world).get(EXPORTED[path])
    shown = world.client("admin1").get(f"/api/admin/v1/{path}", {"page_size": 100}).json()
    heading, *rows = table(world, path)
    assert len(rows) == shown["count"] >= 1 and all(len(row) == len(heading) for row in rows)
    assert not [title for title in heading if title.isascii()], heading
    event = AuditEvent.objects.get(action="export")
    assert event.after["filters"] == {"file_format": "csv"}
    assert str(world.h1.name) in "".join(rows[0]) and "None" not in "".join(rows[0])


@pytest.mark.parametrize("path", EXPORTED)
def test_titles_are_english_for_who_reads_english(world: World, path: str) -> None:
    answer = world.client("admin1").get(
        f"/api/admin/v1/{path}/export", {"file_format": "csv"}, HTTP_ACCEPT_LANGUAGE="en"
    )
    heading = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()[0]
    assert heading.isascii()


@pytest.mark.parametrize(
    "path", [*EXPORTED, "patients", "payment-orders", "refunds", "ledger/transactions", "audit/events"]
)
def test_the_file_is_named_in_the_language_of_the_request_and_plainly_for_old_programs(
    world: World, path: str
) -> None:
    period = {"payment-orders": "created", "refunds": "created", "ledger/transactions": "posted"}.get(path)
    asked = {f"{period}_{end}": "2026-01-01" for end in ("from", "to")} if period else {}
    names = {}
    for language in ("zh-CN", "en"):
        url = f"/api/admin/v1/{path}/export"
        answer = world.client("admin1").get(url, asked, HTTP_ACCEPT_LANGUAGE=language)
        plain, whole = re.fullmatch(
            r"attachment; filename=\"([a-z0-9._-]+)\"; filename\*=UTF-8''(\S+)", answer["Content-Disposition"]
        ).groups()  # type: ignore[union-attr]
        names[language] = unquote(whole)
        assert plain.isascii() and plain.rpartition(".")[2] == whole.rpartition(".")[2]
    assert re.match(r"[\u4e00-\u9fff]{2,}-2\d{3}-", names["zh-CN"]), names
    assert names["en"].isascii() and names["en"] != names["zh-CN"]


@pytest.mark.parametrize("path", EXPORTED)
def test_no_code_stands_in_an_export(world: World, path: str) -> None:
    estate_of(world).get(EXPORTED[path])
    _, *rows = table(world, path)
    cells = {cell for row in rows for cell in row} - set(world.staff)
    codes = {cell for cell in cells if CODE.match(cell) or cell in ("cash", "window", "outpatient")}
    assert codes == set()
