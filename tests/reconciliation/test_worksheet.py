"""Differences as finance offices work on them: in a sheet that goes out and comes back, by age, and due in time."""

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.reconciliation.models import Difference, ReconciliationRun
from apps.worklist.models import WorkItem
from kernel import clock
from tests.payments.support import TODAY, Till
from tests.reconciliation.support import decide, pay_bill, plant, reconcile
from tests.scheduling.support import ADMIN

pytestmark = pytest.mark.requirement("PAY-11")
URL = f"{ADMIN}/reconciliation-differences"


@pytest.fixture
def run(finance: Till) -> ReconciliationRun:
    """Three amounts that differ by 1, 2 and 3 fen."""
    attempts = [pay_bill(finance, 10) for _ in range(3)]
    plant(
        finance,
        *({"kind": "amount", "number": attempt.out_trade_no, "fen": 1_000 + more}
          for more, attempt in enumerate(attempts, start=1)),
    )  # fmt: skip
    return reconcile(finance)


def sheet(till: Till, who: str = "books", **query: Any) -> Any:
    """The workbook as it is downloaded."""
    answer = till.world.client(who).get(f"{URL}/worksheet", query)
    assert answer.status_code == 200, answer.content
    return openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))


def fill(book: Any, number: int, *values: str) -> None:
    """The columns to fill in of the row, which is counted from 1 below the titles."""
    table = book.worksheets[0]
    for column, value in enumerate(values, start=table.max_column - 3):
        table.cell(number + 1, column, value)


def take(till: Till, book: Any, who: str = "books") -> Any:
    target = io.BytesIO()
    book.save(target)
    file = SimpleUploadedFile("differences.xlsx", target.getvalue())
    return till.world.client(who).post(f"{URL}/worksheet", {"file": file}, format="multipart")


def test_the_sheet_has_the_open_differences_and_says_how_to_fill_it_in(
    finance: Till, run: ReconciliationRun
) -> None:
    table, notes = sheet(finance).worksheets
    rows = [[cell.value for cell in row] for row in table.iter_rows()]
    assert (
        len(rows) == 4
        and rows[0][0] == "差异编号"
        and rows[0][-4:] == ["处理方式", "原因代码", "原因说明", "结转至"]
    )
    assert {row[0] for row in rows[1:]} == {str(row.pk) for row in Difference.objects.filter(run=run)}
    assert any("核销" in str(cell.value) for row in notes.iter_rows() for cell in row)
    (only,) = list(sheet(finance, key=rows[1][6]).worksheets[0].iter_rows(min_row=2))
    assert only[0].value == rows[1][0]


def test_what_is_filled_in_is_proposed_and_the_rest_is_left(finance: Till, run: ReconciliationRun) -> None:
    book = sheet(finance)
    fill(book, 1, "核销", "舍入差", "渠道四舍五入")
    fill(book, 2, "take_up", "other", "待查")
    answer = take(finance, book)
    assert (answer.status_code, answer.json()) == (200, {"changed": 2, "problems": []})
    rows = list(Difference.objects.filter(run=run).order_by("business_date", "pk"))
    assert [(row.state, row.action, row.reason_code, row.reason) for row in rows] == [
        ("proposed", "write_off", "rounding", "渠道四舍五入"), ("proposed", "take_up", "other", "待查"),
        ("open", "", "", ""),
    ]  # fmt: skip
    assert decide(finance, "cfo", rows[0]).status_code == 200
    assert decide(finance, "books", rows[1]).status_code in (403, 409)


def test_one_wrong_row_proposes_nothing_and_every_problem_is_told_with_its_place(
    finance: Till, run: ReconciliationRun
) -> None:
    book = sheet(finance)
    fill(book, 1, "核销", "舍入差", "渠道四舍五入")
    fill(book, 2, "送礼", "", "")
    fill(book, 3, "结转", "其他", "等次日账单", "明天")
    table = book.worksheets[0]
    table.append([str(table.cell(2, 1).value), *[""] * 12, "核销", "其他", "又一次"])
    table.append(["不是编号", *[""] * 12, "核销", "其他", "x"])
    answer = take(finance, book).json()
    assert answer["changed"] == 0
    assert [(found["row"], found["column"], found["code"]) for found in answer["problems"]] == [
        (3, "处理方式", "unknown_choice"), (3, "原因代码", "required"), (3, "原因说明", "required"),
        (4, "结转至", "bad_day"), (5, "差异编号", "twice"), (6, "差异编号", "unknown_difference"),
    ]  # fmt: skip
    assert "核销" in answer["problems"][0]["reason"]
    assert not Difference.objects.filter(state="proposed").exists()


def test_a_row_that_the_rules_refuse_is_told_and_nothing_is_proposed(
    finance: Till, run: ReconciliationRun
) -> None:
    book = sheet(finance)
    fill(book, 1, "核销", "舍入差", "渠道四舍五入")
    fill(book, 2, "测试交易作废", "测试交易", "测试")
    fill(book, 3, "重新告知 HIS", "其他", "x")
    answer = take(finance, book).json()
    assert [(found["row"], found["code"]) for found in answer["problems"]] == [(4, "unknown_choice")]
    fill(book, 3, "", "", "")
    answer = take(finance, book).json()
    assert [(found["row"], found["code"]) for found in answer["problems"]] == [(3, "without_money")]
    assert not Difference.objects.filter(state="proposed").exists()
    assert WorkItem.objects.filter(kind="reconciliation.settlement").count() == 0


def test_a_sheet_that_was_overtaken_says_so_and_a_file_that_is_none_too(
    finance: Till, run: ReconciliationRun
) -> None:
    book = sheet(finance)
    fill(book, 1, "核销", "舍入差", "渠道四舍五入")
    assert take(finance, book).json()["changed"] == 1
    assert take(finance, book).json()["problems"][0]["code"] == "not_open"
    file = SimpleUploadedFile("x.csv", "姓名,电话\r\n张三,1\r\n".encode())
    answer = finance.world.client("books").post(f"{URL}/worksheet", {"file": file}, format="multipart")
    assert "missing_column" in {found["code"] for found in answer.json()["problems"]}


def test_others_get_no_sheet_and_a_strangers_difference_is_not_there(
    finance: Till, run: ReconciliationRun
) -> None:
    assert finance.world.client("clerk").get(f"{URL}/worksheet").status_code == 403
    book = sheet(finance)
    fill(book, 1, "核销", "舍入差", "x")
    assert take(finance, book, "clerk").status_code == 403
    answer = take(finance, book, "admin2").json()
    assert [found["code"] for found in answer["problems"]] == ["unknown_difference"]


def test_differences_are_found_and_summed_by_age(finance: Till, run: ReconciliationRun) -> None:
    rows = list(Difference.objects.filter(run=run).order_by("effect_fen"))
    for row, days in zip(rows, (3, 7, 8), strict=True):
        day = clock.today() - dt.timedelta(days=days)
        Difference.objects.filter(pk=row.pk).update(
            business_date=day, effect_fen=-row.effect_fen if days == 8 else row.effect_fen
        )
    client = finance.world.client("books")
    ages = client.get(f"{URL}/ages").json()["ages"]
    assert [(found["age_band"], found["count"], found["over_fen"], found["short_fen"]) for found in ages] == [
        ("up_to_1", 0, 0, 0), ("from_2", 1, 1, 0), ("from_4", 1, 2, 0), ("over_7", 1, 0, -3),
    ]  # fmt: skip
    assert [row["id"] for row in client.get(URL, {"age_band": "over_7"}).json()["results"]] == [
        str(rows[2].pk)
    ]
    assert client.get(URL, {"age_band": ["from_2", "from_4"]}).json()["count"] == 2
    assert client.get(f"{URL}/ages", {"kind": "duplicate"}).json()["ages"][1]["count"] == 0


def test_a_difference_is_due_at_five_on_the_next_working_day(finance: Till, run: ReconciliationRun) -> None:
    due = {item.due_at for item in WorkItem.objects.filter(kind="reconciliation.difference")}
    found = dt.datetime.combine(TODAY + dt.timedelta(days=2), dt.time(17), clock.LOCAL)
    assert due == {found}, "found on Tuesday morning"
