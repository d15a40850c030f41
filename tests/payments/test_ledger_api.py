"""The ledger as finance reads it: their own hospital's books, and nobody else's."""

import csv
import datetime as dt
from typing import Any
from uuid import uuid4

import pytest

from apps.audit.models import AuditEvent
from apps.payments.models import LedgerAccount, LedgerTransaction
from apps.payments.services.ledger import Account, AccountKind
from kernel import clock
from tests.payments.ledger_support import CARD, CASH, REVENUE, UNPOSTED, WECHAT, account_id, move
from tests.scheduling.support import ADMIN
from tests.support.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("PAY-09")]
LEDGER = f"{ADMIN}/ledger"
MONDAY = dt.datetime(2026, 11, 23, 8, 0, tzinfo=clock.LOCAL)
ORDER, REFUND = uuid4(), uuid4()


@pytest.fixture
def books(world: World) -> World:
    """Monday: 1500 paid and posted to a card; Tuesday: 400 spent, 100 given back. H2 has books of its own."""
    world.add_staff("accountant", "finance", world.h1, [])
    with clock.frozen(MONDAY):
        move(world.h1, WECHAT, UNPOSTED, 1500, kind="paid", order_id=ORDER)
        move(world.h1, UNPOSTED, CARD, 1500, order_id=ORDER)
    with clock.frozen(MONDAY + dt.timedelta(days=1)):
        move(world.h1, CARD, REVENUE, 400, kind="spent", note="=1+1")
        move(world.h1, CARD, CASH, 100, kind="refunded", refund_id=REFUND)
        move(world.h2, CASH, REVENUE, 9)
    return world


def read(world: World, path: str, who: str = "accountant", **query: Any) -> Any:
    answer = world.client(who).get(f"{LEDGER}/{path}", query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_accounts_are_listed_with_what_they_hold(books: World) -> None:
    rows = read(books, "accounts")["results"]
    held = {(row["kind"], row["owner"]): row["balance_fen"] for row in rows}
    assert held == {
        ("card_balance", "card-1"): 1000, ("clearing", "cash"): -100, ("clearing", "wechat_pay"): 1500,
        ("revenue", ""): 400, ("unposted_receipts", ""): 0,
    }  # fmt: skip
    assert [row["owner"] for row in read(books, "accounts", kind="clearing")["results"]] == [
        "cash",
        "wechat_pay",
    ]
    assert [row["kind"] for row in read(books, "accounts", owner="card-1")["results"]] == ["card_balance"]
    one = read(books, f"accounts/{account_id(books.h1, CARD)}")
    assert one["balance_fen"] == 1000


def test_a_statement_is_paged_and_keeps_its_running_balance(books: World) -> None:
    path = f"accounts/{account_id(books.h1, CARD)}/entries"
    first, second = (read(books, path, page=page, page_size=2) for page in (1, 2))
    shown = [(row["amount_fen"], row["balance_fen"]) for page in (first, second) for row in page["results"]]
    assert shown == [(-100, 1000), (-400, 1100), (1500, 1500)]
    assert (first["count"], first["has_next"], second["has_next"]) == (3, True, False)
    newest = first["results"][0]["transaction"]
    assert (newest["kind"], newest["refund_id"], newest["posted_on"]) == (
        "refunded",
        str(REFUND),
        "2026-11-24",
    )


def test_transactions_are_found_by_order_refund_kind_and_day(books: World) -> None:
    def kinds(**query: Any) -> list[str]:
        return [row["kind"] for row in read(books, "transactions", **query)["results"]]

    assert kinds() == ["refunded", "spent", "posted", "paid"]
    assert kinds(order_id=ORDER) == ["posted", "paid"]
    assert kinds(refund_id=REFUND) == ["refunded"]
    assert kinds(kind="spent") == ["spent"]
    assert kinds(day="2026-11-23") == ["posted", "paid"]
    assert kinds(day="2026-11-24", kind="paid") == []


def test_a_transaction_is_read_with_debits_before_credits(books: World) -> None:
    paid = LedgerTransaction.objects.get(kind="paid")
    sides = [
        (entry["account_kind"], entry["account_owner"], entry["debit_fen"], entry["credit_fen"])
        for entry in read(books, f"transactions/{paid.pk}")["entries"]
    ]
    assert sides == [("clearing", "wechat_pay", 1500, 0), ("unposted_receipts", "", 0, 1500)]


def test_the_trial_balance_has_equal_sides_and_every_kind(books: World) -> None:
    found = read(books, "trial-balance")
    assert found["debit_fen"] == found["credit_fen"] == 1500
    assert {row["kind"] for row in found["rows"]} == set(AccountKind.values)
    assert read(books, "trial-balance", who="boss")["debit_fen"] == 1509
    assert read(books, "trial-balance", who="boss", hospital_id=books.h2.pk)["debit_fen"] == 9
    assert read(books, "trial-balance", hospital_id=books.h2.pk)["debit_fen"] == 0, "out of reach"


def test_a_period_is_exported_as_csv_with_formulas_made_harmless_and_the_export_on_record(
    books: World,
) -> None:
    query = {"posted_from": "2026-11-24", "posted_to": "2026-11-25"}
    answer = books.client("accountant").get(f"{LEDGER}/transactions/export", query)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    header, *rows = list(csv.reader(text.splitlines()))
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert [row[-5:] for row in rows] == [
        ["就诊卡余额", "card-1", "4.00", "", "'=1+1"], ["收入", "", "", "4.00", "'=1+1"],
        ["就诊卡余额", "card-1", "1.00", "", ""], ["渠道待清算", "现金", "", "1.00", ""],
    ]  # fmt: skip
    assert (header[0], rows[0][0], rows[0][3]) == ("入账日期", "2026-11-24", "spent")
    line = AuditEvent.objects.get(action="export", object_type="payments.ledger")
    assert line.after == {"filters": query}
    assert line.user_id == books.staff["accountant"].user_id


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"posted_from": "2026-11-24"},
        {"posted_from": "2026-11-24", "posted_to": "2026-11-23"},
        {"posted_from": "2025-01-01", "posted_to": "2026-01-02"},
        {"posted_from": "yesterday", "posted_to": "2026-01-02"},
        {"posted_from": "2026-11-23", "posted_to": "2026-11-24", "unknown": "x"},
        {"posted_from": "2026-11-23", "posted_to": "2026-11-24", "hospital_id": "x"},
    ],
    ids=str,
)
def test_an_export_without_a_clear_period_is_refused_and_not_recorded(
    books: World, query: dict[str, str]
) -> None:
    answer = books.client("accountant").get(f"{LEDGER}/transactions/export", query)
    assert answer.status_code == 400
    assert not AuditEvent.objects.filter(action="export").exists()


@pytest.mark.parametrize(
    "path",
    ["accounts?kind=pocket", "accounts?unknown=1", "transactions?day=x", "transactions?order_id=x", "trial-balance?x=1",
     "trial-balance?hospital_id=x", "accounts/{account}/entries?kind=clearing", "accounts/{account}/entries?page=0"],
)  # fmt: skip
def test_what_cannot_be_asked_is_said_so(books: World, path: str) -> None:
    path = path.format(account=account_id(books.h1, CARD))
    assert books.client("accountant").get(f"{LEDGER}/{path}").status_code == 400


def test_books_of_another_hospital_do_not_exist_for_finance(books: World) -> None:
    other = LedgerTransaction.objects.get(hospital=books.h2)
    account = LedgerAccount.objects.filter(hospital=books.h2)[0]
    for path in (f"transactions/{other.pk}", f"accounts/{account.pk}", f"accounts/{account.pk}/entries"):
        assert books.client("accountant").get(f"{LEDGER}/{path}").status_code == 404
    assert read(books, "accounts", hospital_id=books.h2.pk)["results"] == []
    text = b"".join(
        books.client("accountant")
        .get(f"{LEDGER}/transactions/export", {"posted_from": "2026-11-01", "posted_to": "2026-11-30"})
        .streaming_content
    ).decode()
    assert str(other.pk) not in text


def test_lists_make_the_same_few_queries_however_long_they_are(
    books: World, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        move(books.h1, CASH, Account(AccountKind.STORED_VALUE, f"s{number}"), 1)
    read(books, "accounts")
    entries = f"accounts/{account_id(books.h1, CASH)}/entries"
    for path in ("accounts", entries, "transactions", "trial-balance"):
        with django_assert_max_num_queries(7):
            read(books, path)


def test_money_is_not_written_over_http(books: World) -> None:
    for who in ("accountant", "boss"):
        for method in ("post", "put", "patch", "delete"):
            for path in ("accounts", "transactions", f"accounts/{account_id(books.h1, CARD)}"):
                answer = getattr(books.client(who), method)(f"{LEDGER}/{path}", {}, format="json")
                assert answer.status_code == 405
