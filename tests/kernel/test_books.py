"""Excel files of many rows: figures are figures, texts are texts, and too much is told."""

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest

from kernel.sheets import books
from kernel.sheets.books import CUT, MAX_TEXT, Book, BookColumn, write_book

pytestmark = pytest.mark.requirement("RPT-02")
COLUMNS = (BookColumn("名称", "text", 40), BookColumn("金额", "money"), BookColumn("编号", "whole"))


def written(rows: list[list[Any]], **more: Any) -> Any:
    values = {"totals": None, "columns": COLUMNS, "name": "报表", **more}
    target = io.BytesIO()
    write_book(
        Book(
            values["name"],
            values["columns"],
            rows,
            len(rows),
            values["totals"],
            ("说明", [("医院", "一院")]),
            "无",
        ),
        target,
    )
    return openpyxl.load_workbook(target)


def test_a_text_that_no_cell_holds_is_cut_with_a_mark() -> None:
    long = "😀" * MAX_TEXT
    (cell, *_) = written([[long, 1, 1], ["短", 1, 1]]).worksheets[0][2]
    assert cell.value.endswith(CUT) and cell.value.startswith("😀")
    assert len(cell.value.encode("utf-16-le")) // 2 <= MAX_TEXT


def test_a_number_that_a_spreadsheet_would_round_is_text() -> None:
    rows = written([["a", 1, 999_999_999_999_999], ["b", 1, 10**15], ["c", -123, -(10**18)]]).worksheets[0]
    assert [(row[2].value, row[2].data_type) for row in rows["A2:C4"]] == [
        (999_999_999_999_999, "n"), ("1000000000000000", "s"), ("-1000000000000000000", "s"),
    ]  # fmt: skip
    assert (rows["B4"].value, rows["B4"].number_format) == (-1.23, "#,##0.00")


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@a", "\t=1", "{=1}", "=HYPERLINK(1)", "http://a.cn", "00123"]
)
def test_whatever_a_text_begins_with_it_is_text(text: str) -> None:
    cell = written([[text, 1, 1]]).worksheets[0]["A2"]
    assert (cell.value, cell.data_type, cell.number_format, cell.hyperlink) == (text, "s", "@", None)


def test_control_characters_and_halves_of_characters_are_left_out() -> None:
    cell = written([["a\x00b\x07c\ud800d\x0be\ufffff\ng", 1, 1]]).worksheets[0]["A2"]
    assert cell.value == "abcdef\ng"


def test_more_rows_than_a_sheet_has_go_on_in_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books, "MAX_ROWS", 3)
    book = written([[f"r{n}", 100 * n, n] for n in range(7)], totals=["合计", 2_100, None])
    assert [sheet.title for sheet in book] == ["报表 1", "报表 2", "报表 3", "说明"]
    shown = [[cell.value for cell in sheet["A"]] for sheet in book.worksheets[:3]]
    assert shown == [["名称", "r0", "r1", "r2"], ["名称", "r3", "r4", "r5"], ["名称", "r6", "合计"]]
    assert all(sheet.freeze_panes == "A2" and sheet.auto_filter.ref for sheet in book.worksheets[:3])
    assert book.worksheets[2]["B3"].value == 21.0


def test_names_that_no_sheet_may_have_and_titles_that_are_there_twice_are_taken() -> None:
    columns = (BookColumn("金额", "money"), BookColumn("金额", "money"))
    book = written([[1, 2]], name="收入/退款 [2026]:" + "长" * 40, columns=columns)
    assert len(book.sheetnames[0]) <= 31 and [cell.value for cell in book.worksheets[0][1]] == [
        "金额",
        "金额 2",
    ]


def test_moments_are_those_of_the_hospital_and_nothing_is_an_empty_cell() -> None:
    columns = (BookColumn("时间", "moment"), BookColumn("日期", "day"), BookColumn("占比", "percent"))
    midnight = dt.datetime(2026, 12, 31, 16, tzinfo=dt.UTC)
    sheet = written([[midnight, dt.date(2027, 1, 1), 1_250], [None, None, None]], columns=columns).worksheets[
        0
    ]
    assert [cell.value for cell in sheet[2]] == [dt.datetime(2027, 1, 1), dt.datetime(2027, 1, 1), 0.125]
    assert [cell.value for cell in sheet[3]] == [None, None, None]


def test_what_goes_wrong_among_the_rows_is_not_swallowed() -> None:
    def broken() -> Any:
        yield ["a", 1, 1]
        raise LookupError("stop")

    with pytest.raises(LookupError):
        write_book(Book("a", COLUMNS, broken(), 5, None, ("说明", []), ""), io.BytesIO())
