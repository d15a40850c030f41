"""The bill of HIS as a file: in any encoding and order of columns, and nothing that is no bill of that day."""

import csv
import io
import random
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.reconciliation.models import Difference, ReconciliationRun, SuppliedBill
from tests.payments.support import TODAY
from tests.reconciliation.his_support import HisTill
from tests.reconciliation.support import agree, found, give_back, pay_bill, work
from tests.scheduling.support import ADMIN

pytestmark = pytest.mark.requirement("PAY-10")
URL, PUT = f"{ADMIN}/reconciliation-bills", "/api/partner/v1/his-bills"
ZH = {
    "business_date": "业务日期", "kind": "类型", "order_no": "支付单号", "refund_no": "退费单号", "his_no": "HIS单号",
    "amount_fen": "金额(分)", "state": "状态", "occurred_at": "发生时间",
}  # fmt: skip
Rows = list[dict[str, str]]


@pytest.fixture
def day(his: HisTill) -> HisTill:
    """Two payments and a refund, of which HIS hands in its bill itself, on the morning after."""
    his.settings(reconcile__his_bill="supplied")
    attempt = pay_bill(his.till, 50)
    pay_bill(his.till, 30)
    give_back(his.till, attempt, 1_000)
    his.morning_after()
    return his


def rows_of(his: HisTill) -> Rows:
    """What HIS has booked."""
    control = his.till.sandbox.control
    paid = control("GET", "his/payments")["items"]
    back = control("GET", "his/refunds")["items"]
    return [
        {"business_date": str(TODAY), "kind": "payment", "order_no": row["order_no"], "refund_no": "",
         "his_no": row["his_no"], "amount_fen": str(row["amount_fen"]), "state": "posted",
         "occurred_at": row["request"]["paid_at"]}
        for row in paid
    ] + [
        {"business_date": str(TODAY), "kind": "refund", "order_no": row["order_no"], "refund_no": row["refund_no"],
         "his_no": row["his_no"], "amount_fen": str(row["amount_fen"]), "state": "refunded", "occurred_at": ""}
        for row in back
    ]  # fmt: skip


def total_of(rows: Rows) -> list[str]:
    paid, back = (
        sum(int(row["amount_fen"]) for row in rows if row["kind"] == kind) for kind in ("payment", "refund")
    )
    return ["#total", str(len(rows)), str(paid), str(back)]


def lines_of(
    rows: Rows, order: list[str] | None = None, titles: dict[str, str] | None = None
) -> list[list[str]]:
    names = order or list(rows[0])
    head = [(titles or {}).get(name, name) for name in names]
    return [head, *([row[name] for name in names] for row in rows), total_of(rows)]


def as_csv(lines: list[list[str]], encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    return text.getvalue().encode(encoding)


def hand_in(his: HisTill, content: bytes, who: str = "books", name: str = "his.csv", **body: Any) -> Any:
    values = {
        "counterparty": "his", "hospital_id": str(his.till.world.h1.pk), "business_date": str(TODAY),
        "file": SimpleUploadedFile(name, content), **body,
    }  # fmt: skip
    return his.till.world.client(who).post(URL, values, format="multipart")


def checked(his: HisTill, content: bytes, **body: Any) -> dict[str, Any]:
    """Handed in, and what the worker made of it."""
    made = hand_in(his, content, **body)
    assert made.status_code in (200, 201), made.content
    work()
    answer: dict[str, Any] = his.till.world.client("books").get(f"{URL}/{made.data['id']}").json()
    return answer


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("titles", [{}, ZH])
def test_a_file_is_read_whatever_its_encoding_and_the_order_of_its_columns(
    day: HisTill, encoding: str, titles: dict[str, str]
) -> None:
    rows = rows_of(day)
    order = list(rows[0])
    random.Random(encoding).shuffle(order)
    bill = checked(day, as_csv(lines_of(rows, order, titles), encoding))
    assert (bill["state"], bill["findings"]) == ("taken", [])
    run = day.run()
    assert (run.state, run.their_count, run.their_in_fen, run.their_out_fen) == ("balanced", 3, 8_000, 1_000)
    assert bill["run_id"] == str(run.pk)


def test_an_excel_file_and_amounts_in_yuan_are_read_too(day: HisTill) -> None:
    rows = rows_of(day)
    lines = lines_of(rows, titles={**ZH, "amount_fen": "金额(元)"})
    at = lines[0].index("金额(元)")
    for line in lines[1:-1]:
        line[at] = f"{int(line[at]) / 100:.2f}"
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet()
    for number, line in enumerate(lines):
        sheet.write_row(number, 0, line)
    book.close()
    assert checked(day, target.getvalue(), name="his.xlsx")["state"] == "taken"
    assert day.run().state == "balanced"


def test_our_own_bill_of_the_day_is_such_a_file(day: HisTill) -> None:
    own = day.till.world.client("books").get(
        f"{ADMIN}/reconciliation-day-bill",
        {"hospital_id": str(day.till.world.h1.pk), "business_date": str(TODAY)},
    )
    assert checked(day, b"".join(own.streaming_content))["state"] == "taken"
    assert day.run().state == "balanced"


def _changed(**values: str) -> Any:
    def change(lines: list[list[str]]) -> list[list[str]]:
        for name, value in values.items():
            lines[2][lines[0].index(name)] = value
        return lines

    return change


BAD: dict[str, tuple[Any, tuple[str, int | None, str | None]]] = {
    "day": (_changed(business_date="2026-03-15"), ("another_day", 3, "business_date")),
    "kind": (_changed(kind="gift"), ("unknown_kind", 3, "kind")),
    "amount": (_changed(amount_fen="30.5"), ("bad_amount", 3, "amount_fen")),
    "negative": (_changed(amount_fen="-3000"), ("bad_amount", 3, "amount_fen")),
    "number": (_changed(order_no=""), ("bad_number", 3, "order_no")),
    "state": (_changed(state="maybe"), ("unknown_state", 3, "state")),
    "moment": (_changed(occurred_at="yesterday"), ("bad_moment", 3, "occurred_at")),
    "cut": (lambda lines: lines[:-1], ("no_total", 4, None)),
    "titles only": (lambda lines: lines[:1], ("no_total", 1, None)),
    "row missing": (lambda lines: [*lines[:2], *lines[3:]], ("count_differs", 4, None)),
    "doubled": (lambda lines: [*lines, *lines], ("after_total", 6, "business_date")),
    "column": (lambda lines: [line[1:] for line in lines], ("missing_column", None, "business_date")),
    "total": (lambda lines: [*lines[:-1], ["#total", "3"]], ("bad_total", 5, "business_date")),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_bill_of_the_day_is_refused_with_line_and_column(day: HisTill, name: str) -> None:
    change, (code, line, column) = BAD[name]
    bill = checked(day, as_csv(change(lines_of(rows_of(day)))))
    assert bill["state"] == "refused"
    problem = bill["findings"][0]
    assert problem["code"] == code and problem["reason"]
    assert line is None or problem["line"] == line
    assert column is None or problem["column"] == column
    assert (day.run().state, Difference.objects.count()) == ("waiting_bill", 0)


def test_an_amount_without_a_unit_and_a_bill_of_another_hospital_are_refused(day: HisTill) -> None:
    lines = lines_of(rows_of(day), titles={**ZH, "amount_fen": "金额"})
    assert checked(day, as_csv(lines))["findings"][0]["code"] == "no_unit"
    lines = lines_of(rows_of(day))
    lines = [[*line, "hospital_code" if not at else "H2"] for at, line in enumerate(lines[:-1])] + lines[-1:]
    found_there = checked(day, as_csv(lines))["findings"][0]
    assert (found_there["code"], found_there["line"], found_there["column"]) == (
        "another_hospital",
        2,
        "hospital_code",
    )


def test_an_empty_file_and_one_of_another_kind_are_refused_at_once(day: HisTill) -> None:
    assert hand_in(day, b"").status_code == 400
    assert hand_in(day, b"\xff\xd8\xff" + b"0" * 100, name="x.jpg").status_code in (400, 415)
    assert not SuppliedBill.objects.exists()


def test_a_day_without_anything_is_a_bill_too(his: HisTill) -> None:
    his.settings(reconcile__his_bill="supplied")
    his.morning_after()
    empty = b"business_date,kind,order_no,amount_fen\r\n#total,0,0,0\r\n"
    assert checked(his, empty)["state"] == "taken"
    assert his.run().state == "no_trade"


def test_the_same_file_again_is_the_same_bill_and_nothing_new(day: HisTill) -> None:
    rows = rows_of(day)
    rows[0]["amount_fen"] = "5001"
    content = as_csv(lines_of(rows))
    first = checked(day, content)
    again = hand_in(day, content)
    assert (again.status_code, again.data["id"], again.data["state"]) == (200, first["id"], "taken")
    work()
    assert (SuppliedBill.objects.count(), Difference.objects.count(), day.run().attempt) == (1, 1, 1)


def test_another_file_of_the_day_supersedes_and_differences_that_stand_are_carried(day: HisTill) -> None:
    rows = rows_of(day)
    rows[0]["amount_fen"] = "5001"
    stands = rows[0]["order_no"]
    gone = rows.pop(1)
    checked(day, as_csv(lines_of(rows)))
    kept = Difference.objects.get(kind="amount")
    rows.insert(1, gone)
    bill = checked(day, as_csv(lines_of(rows)))
    assert bill["state"] == "held"
    assert agree(day.till).status_code == 200
    work()
    kept.refresh_from_db()
    run = day.run()
    assert (run.attempt, kept.run_id, found(run)) == (2, run.pk, [("amount", stands, "open", 1)])
    old = ReconciliationRun.objects.get(counterparty="his", attempt=1)
    assert (old.state, found(old)) == (
        "superseded",
        [("missing_theirs", gone["order_no"], "withdrawn", -3_000)],
    )


def test_the_sums_of_the_last_line_are_compared_with_the_lines(day: HisTill) -> None:
    lines = lines_of(rows_of(day))
    lines[-1][2] = str(int(lines[-1][2]) + 1)
    assert checked(day, as_csv(lines))["state"] == "taken"
    row = Difference.objects.get()
    assert (row.kind, row.direction, row.theirs) == (
        "totals",
        "in",
        {"stated_fen": 8_001, "counted_fen": 8_000},
    )


def test_a_long_bill_of_which_nothing_is_ours_is_somebody_elses(his: HisTill) -> None:
    his.settings(reconcile__his_bill="supplied")
    for _ in range(10):
        pay_bill(his.till, 10)
    his.morning_after()
    rows = rows_of(his)
    for row in rows:
        row["order_no"] = f"X{row['order_no']}"
    bill = checked(his, as_csv(lines_of(rows)))
    assert (bill["state"], bill["findings"][0]["code"]) == ("refused", "foreign_bill")
    assert (his.run().state, Difference.objects.count()) == ("waiting_bill", 0)


def test_his_puts_its_bill_by_its_own_program_and_asks_what_became_of_it(day: HisTill) -> None:
    client = day.till.world.client("partner")
    content = as_csv(lines_of(rows_of(day)))

    def put() -> Any:
        body = {"business_date": str(TODAY), "file": SimpleUploadedFile("his.csv", content)}
        return client.post(PUT, body, format="multipart")

    made = put()
    assert (made.status_code, made.json()["state"]) == (201, "checking")
    work()
    answer = client.get(f"{PUT}/{made.json()['id']}")
    assert (answer.status_code, answer.json()["state"], answer.json()["findings"]) == (200, "taken", [])
    assert day.run().state == "balanced"
    assert (put().status_code, put().json()["id"]) == (200, made.json()["id"])
    bill = SuppliedBill.objects.get()
    assert (bill.source, bill.partner) == ("partner", day.till.world.partner_application)
    application = day.till.world.partner_application
    application.allowed_scopes = ["reconciliation:read"]
    application.save()
    assert put().status_code == 403


def test_others_hand_in_nothing_and_see_nothing(day: HisTill) -> None:
    content = as_csv(lines_of(rows_of(day)))
    assert hand_in(day, content, who="clerk").status_code == 403
    assert hand_in(day, content, who="admin2").status_code == 400
    mine = hand_in(day, content)
    assert day.till.world.client("admin2").get(f"{URL}/{mine.data['id']}").status_code == 404
