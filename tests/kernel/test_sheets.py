"""Files of people and of attackers: read as the person meant them, or refused with a word that says where."""

import io
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter

from kernel.crypto import DecryptionFailed
from kernel.crypto.files import BLOCK, open_sealed, seal_file
from kernel.sheets import (
    BadCell,
    Form,
    SheetProblem,
    bare_title,
    column_letters,
    kind_of,
    read_heading,
    rows_of,
    write_template,
)
from kernel.sheets.cells import Line
from kernel.sheets.excel import excel_lines
from kernel.sheets.headings import MAX_TITLE

KNOWN = {"姓名": "name", "手机号": "phone", "地址": "address"}
REQUIRED = {"name": "姓名"}


def book(write: Callable[[Any, Any], Any]) -> io.BytesIO:
    """A workbook whose first sheet `write(sheet, book)` fills."""
    target = io.BytesIO()
    made = xlsxwriter.Workbook(target)
    write(made.add_worksheet(), made)
    made.close()
    target.seek(0)
    return target


def read(file: io.BytesIO, kind: str = "xlsx", most_rows: int = 1000) -> list[Line]:
    return list(rows_of(file, kind, most_rows=most_rows))


def refused(file: io.BytesIO, kind: str = "xlsx", most_rows: int = 1000) -> SheetProblem:
    with pytest.raises(SheetProblem) as caught:
        read(file, kind, most_rows)
    return caught.value


@pytest.mark.requirement("PAT-04")
@pytest.mark.parametrize(
    ("row", "column", "cell"), [(1048575, 16383, "XFD1048576"), (0, 128, "DY1"), (1048575, 2, "C1048576")]
)
def test_a_stray_cell_far_out_is_refused_with_its_place_before_anything_is_laid_out(
    row: int, column: int, cell: str
) -> None:
    problem = refused(book(lambda sheet, _: (sheet.write(0, 0, "姓名"), sheet.write(row, column, "x"))))
    assert (problem.code, problem.where) == ("stray_cell", {"cell": cell})


@pytest.mark.requirement("PAT-04")
@pytest.mark.parametrize("cell", ["ZZZZZ99999999999", "A99999999999", "XFE1", "AAAA1"])
def test_a_place_that_no_sheet_has_is_refused_before_anything_is_laid_out(cell: str) -> None:
    plain = book(lambda sheet, _: sheet.write(0, 0, 7))
    bent, written = io.BytesIO(), zipfile.ZipFile(plain)
    with zipfile.ZipFile(bent, "w") as parts:
        for name in written.namelist():
            parts.writestr(name, written.read(name).replace(b'r="A1"', f'r="{cell}"'.encode()))
    bent.seek(0)
    problem = refused(bent)
    assert (problem.code, problem.where) == ("stray_cell", {"cell": cell})


@pytest.mark.requirement("PAT-04")
def test_formats_without_content_far_out_harm_nobody() -> None:
    def fill(sheet: Any, made: Any) -> None:
        sheet.write(0, 0, "姓名")
        sheet.write_blank(1048575, 16383, None, made.add_format({"bold": True}))

    assert read(book(fill)) == [Line(1, ["姓名"])]


@pytest.mark.requirement("PAT-04")
def test_a_file_that_kills_its_reader_is_refused_and_kills_nobody_else() -> None:
    script = (
        "import kernel.sheets.child as child, sys\n"
        "child._read = lambda *args: iter([bytearray(1 << 40)])\n"
        "child.main('xlsx', 10, [child.Form()])\n"
    )
    path = {"PYTHONPATH": ":".join(sys.path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, env=path, input=b"", check=False
    )
    assert b'"too_large"' in done.stdout
    from kernel.sheets.reading import _lines

    with pytest.raises(SheetProblem, match="too_large"):
        list(_lines(io.BytesIO(b'[1,["a"]]\n[2,["b')))


@pytest.mark.requirement("PAT-04")
def test_zeros_that_a_number_format_shows_in_front_belong_to_the_number() -> None:
    def fill(sheet: Any, made: Any) -> None:
        shown, plain = made.add_format({"num_format": "00000000"}), made.add_format({"num_format": "0.00"})
        sheet.write_row(0, 0, ["姓名", "卡号"])
        sheet.write(1, 1, 12345, shown)
        sheet.write(2, 1, 12345, plain)
        sheet.write(3, 1, 12345)
        sheet.write(4, 1, "77", shown)

    assert [line.cells[1] for line in read(book(fill))[1:]] == ["00012345", "12345", "12345", "77"]
    other_order = (
        (b'numFmtId="164" formatCode="00000000"', b'formatCode="00000000" numFmtId="164"'),
        (b'<c r="B2" s="1">', b'<c s="1" r="B2" t="n">'),
    )
    again = rewritten(book(fill), *other_order)
    assert [line.cells[1] for line in read(again)[1:]] == ["00012345", "12345", "12345", "77"]


def rewritten(file: io.BytesIO, *changes: tuple[bytes, bytes]) -> io.BytesIO:
    """The workbook with other bytes in its parts, as other programs write them."""
    target = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        text = {part: old.read(part) for part in old.namelist()}
        for before, after in changes:
            assert any(before in content for content in text.values()), before
            text = {part: content.replace(before, after) for part, content in text.items()}
        for part, content in text.items():
            new.writestr(part, content)
    target.seek(0)
    return target


def several(*sheets: list[list[str]]) -> io.BytesIO:
    """A workbook of visible sheets with these rows."""
    target = io.BytesIO()
    made = xlsxwriter.Workbook(target)
    for rows in sheets:
        sheet = made.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    made.close()
    target.seek(0)
    return target


def with_cells(cells: str) -> io.BytesIO:
    """A workbook whose first row has a title in A and B, and whose third row has these cells."""
    shown = {"num_format": "00000000"}
    made = book(
        lambda sheet, made: (
            sheet.write_row(0, 0, ["姓名", "号"]),
            sheet.write(1, 1, 7, made.add_format(shown)),
        )
    )
    return rewritten(made, (b"</sheetData>", f'<row r="3">{cells}</row></sheetData>'.encode()))


NAMED = '<c t="inlineStr"{}><is><t>甲</t></is></c>'
WAYS = [
    NAMED.format(' r="A3"') + '<c r="B3" {}', NAMED.format("") + "<c {}", NAMED.format(' r="a3"') + '<c {} r="b3"',
    NAMED.format("") + "<!-- > --><c {}", NAMED.format("") + '<c {} r = "B3"',
    NAMED.format(' r="A3"') + "<c {0} xml:space='" + "x" * 300 + "'",
]  # fmt: skip


@pytest.mark.requirement("PAT-04")
@pytest.mark.parametrize("way", WAYS)
def test_a_cell_is_known_however_a_program_writes_its_place(way: str) -> None:
    """ECMA-376, 18.3.1.4: `r` is optional."""
    for attributes, content, shown in (
        ('t="e"', "<v>#N/A</v>", BadCell("error_cell")),
        ("", "<f>1+1</f>", BadCell("error_cell")),
        ("", '<f t="shared" si="0"/><v> </v>', BadCell("error_cell")),
        ('t="str"', "<f>A1</f><v></v>", ""),
        ("", "<f>1+1</f><v>2</v>", "2"),
        ('s="1"', "<v>42</v>", "00000042"),
    ):
        *_, line = read(with_cells(f"{way.format(attributes)}>{content}</c>"))
        assert (line.number, line.cells) == (3, ["甲", shown] if shown else ["甲"]), content


@pytest.mark.requirement("PAT-04")
@pytest.mark.parametrize(
    ("cells", "cell"),
    [
        ('<c r="xfd3"><v>1</v></c>', "XFD3"), ("<c/>" * 130 + "<c><v>1</v></c>", "EA3"),
        ('</row><row r="900000"><c><v>1</v></c>', "A900000"),
    ],
)  # fmt: skip
def test_a_cell_far_out_is_named_however_its_place_is_written(cells: str, cell: str) -> None:
    problem = refused(with_cells(cells))
    assert (problem.code, problem.where) == ("stray_cell", {"cell": cell})


@pytest.mark.requirement("PAT-04")
def test_a_workbook_that_declares_names_of_its_own_is_refused() -> None:
    doctype = b'<!DOCTYPE worksheet [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><worksheet'
    assert (
        refused(rewritten(book(lambda sheet, _: sheet.write(0, 0, "姓名")), (b"<worksheet", doctype))).code
        == "unreadable"
    )


@pytest.mark.requirement("PAT-04")
def test_a_long_report_in_a_cell_is_no_broken_quote() -> None:
    *_, line = read(io.BytesIO(f"姓名,号\n甲,{'长' * 200_000}\n".encode()), "csv")
    assert (line.cells[0], len(line.cells[1])) == ("甲", 4000)


PEOPLE, NOTES = [["姓名", "手机号"], ["张三", "1"]], [["填写说明"], ["姓名必填"], ["手机号选填"]]
FORM = Form(known=KNOWN, required=REQUIRED)


@pytest.mark.requirement("PAT-04")
@pytest.mark.parametrize(
    "sheets", [(NOTES, PEOPLE), ([], PEOPLE), (PEOPLE, NOTES), (PEOPLE, [["姓名", "手机号"]])]
)
def test_of_several_sheets_the_one_with_the_titles_is_read(sheets: Any) -> None:
    assert [line.cells for line in rows_of(several(*sheets), "xlsx", most_rows=10, forms=[FORM])] == PEOPLE


@pytest.mark.requirement("PAT-04")
def test_two_sheets_of_people_are_refused_and_neither_is_lost() -> None:
    with pytest.raises(SheetProblem, match="several_sheets") as caught:
        list(rows_of(several(PEOPLE, NOTES, PEOPLE), "xlsx", most_rows=10, forms=[FORM]))
    assert caught.value.where == {"sheets": "1、3"}


@pytest.mark.requirement("PAT-04")
@pytest.mark.parametrize(
    "page", ["<html><table>", "\ufeff <!DOCTYPE html>", '<?xml version="1.0"?><Workbook>', "<TABLE>"]
)
def test_a_page_that_is_named_a_workbook_is_called_a_page(page: str) -> None:
    with pytest.raises(SheetProblem, match="web_page"):
        kind_of(page.encode())


@pytest.mark.requirement("PAT-04")
def test_merged_cells_over_each_other_are_refused_at_once() -> None:
    def fill(sheet: Any, made: Any) -> None:
        sheet.write_column(0, 0, ["姓名", *("某" for _ in range(50))])
        sheet.merge_range(1, 1, 3, 1, "一")

    over = b'<mergeCell ref="B2:B4"/>' + b'<mergeCell ref="A2:B90000"/>' * 20_000
    file = rewritten(book(fill), (b'<mergeCell ref="B2:B4"/>', over))
    begin = time.monotonic()
    assert refused(file).code == "unreadable"
    assert time.monotonic() - begin < 10


@pytest.mark.requirement("PAT-04")
def test_a_broken_archive_is_unreadable_and_not_too_large() -> None:
    whole = several(PEOPLE).getvalue()
    for broken in (
        whole[: len(whole) // 2],
        whole.replace(b"xl/workbook.xml", b"xl/xorkbook.xml"),
        b"PK\x03\x04",
    ):
        assert refused(io.BytesIO(broken)).code == "unreadable"


@pytest.mark.requirement("PAT-04")
def test_numbers_errors_and_merged_cells_say_what_they_are() -> None:
    def fill(sheet: Any, made: Any) -> None:
        sheet.write_row(0, 0, ["姓名", "号", "地址", "备注"])
        sheet.write_row(1, 0, ["甲", 110101196001019000])
        sheet.write_row(2, 0, ["乙", 8801000000001])
        sheet.merge_range(1, 2, 3, 2, "北京路1号")
        sheet.write_row(3, 0, ["丙", 1.5])
        sheet.write_row(4, 0, ["丁"])
        sheet.merge_range(4, 1, 4, 2, "横")
        sheet.write_formula(6, 3, "=NA()", None, "#N/A")
        sheet.write_boolean(5, 0, True)

    _, lost, whole, third, across, truth, error = read(book(fill))
    assert lost.cells[1] == BadCell("number_lost", "110101196001019008")
    assert [line.cells[2] for line in (lost, whole, third)] == ["北京路1号"] * 3
    assert (whole.cells[1], third.cells[1]) == ("8801000000001", "1.5")
    assert across.cells[1:3] == ["横", BadCell("merged_cell", "横")]
    assert truth.cells == ["是"]
    assert (error.number, error.cells[3]) == (7, BadCell("error_cell"))


@pytest.mark.requirement("PAT-04")
@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ("姓名,号\n甲,1\n", [["姓名", "号"], ["甲", "1"]]), ("姓名\t号\n甲\t1\n", [["姓名", "号"], ["甲", "1"]]),
        ("姓名;号\r\n甲;1,5", [["姓名", "号"], ["甲", "1,5"]]), ("姓名,,\n甲,,", [["姓名"], ["甲"]]),
        ("\u200b姓名\n\n甲\n", [["姓名"], ["甲"]]),
        ("患者名单,共一人\n姓名\t号\n甲\t1\n", [["患者名单,共一人"], ["姓名", "号"], ["甲", "1"]]),
        ("制表日期: 2026-01-01\n姓名;号\n甲;1\n", [["制表日期: 2026-01-01"], ["姓名", "号"], ["甲", "1"]]),
        ('号,病\n1,"a;b;c;d"\n2,e\n', [["号", "病"], ["1", "a;b;c;d"], ["2", "e"]]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_text_is_read_in_every_encoding_and_separator_that_spreadsheets_write(
    content: str, rows: list[list[str]], encoding: str
) -> None:
    raw = content.encode(encoding)
    assert [line.cells for line in read(io.BytesIO(raw), kind_of(raw[:512]))] == rows


@pytest.mark.requirement("PAT-04")
@pytest.mark.parametrize(("content", "line"), [('姓名\n甲\n甲,"住"北京"路"\n', 3), ('a\n"b', 2), ('"a"b', 1)])
def test_a_broken_quote_is_refused_with_its_line(content: str, line: int) -> None:
    problem = refused(io.BytesIO(content.encode()), "csv")
    assert (problem.code, problem.where) == ("broken_quotes", {"line": line})


@pytest.mark.requirement("PAT-04")
@pytest.mark.parametrize(
    "title", ["姓  名", "姓\n名", "姓名（必填）", "*姓名", "姓名:", "【必填】姓名", "姓　名", "姓名(字符)*"]
)
def test_titles_are_known_as_people_write_them(title: str) -> None:
    assert bare_title(title) == "姓名"


@pytest.mark.requirement("PAT-04")
def test_titles_below_a_letterhead_are_found_and_rows_keep_their_numbers() -> None:
    lines = [
        Line(1, ["第一医院患者登记表"]),
        Line(2, ["日期", "2026-11-01"]),
        Line(4, ["姓 名", "", "手机号"]),
    ]
    heading, rows = read_heading(iter([*lines, Line(5, ["甲", "x", "1"])]), [FORM])
    (line,) = rows
    assert (heading.row, heading.fields) == (4, ["name", None, "phone"])
    assert list(heading.of(line)) == [("name", 0, "甲"), (None, 1, "x"), ("phone", 2, "1")]


@pytest.mark.requirement("PAT-04")
def test_everything_that_is_wrong_with_the_titles_is_told_at_once() -> None:
    with pytest.raises(SheetProblem) as caught:
        read_heading(iter([Line(1, ["手机号", "甲列", "手机号", "乙列"])]), [FORM])
    findings: Any = caught.value.where["findings"]
    assert [(f["code"], f["column"], f["cell"]) for f in findings] == [
        ("unknown_column", "甲列", "B1"), ("column_twice", "手机号", "C1"), ("unknown_column", "乙列", "D1"),
        ("missing_column", "姓名", ""),
    ]  # fmt: skip


@pytest.mark.requirement("PAT-04")
def test_a_template_keeps_long_numbers_as_text_and_explains_its_columns() -> None:
    target = io.BytesIO()
    write_template(
        target,
        titles=["姓名", "号"],
        examples=[["甲", "110101199003070134"]],
        notes=[["列", "说明"], ["姓名", "必填"]],
    )
    target.seek(0)
    assert [line.cells for line in read(target)] == [["姓名", "号"], ["甲", "110101199003070134"]]
    from openpyxl import load_workbook

    made = load_workbook(target)
    assert made["数据"].column_dimensions["A"].width > 20
    assert made["数据"]["B2"].number_format == "@"
    assert made["填写说明"]["A2"].value == "姓名"


def test_columns_have_letters() -> None:
    assert [column_letters(number) for number in (0, 25, 26, 63, 16383)] == ["A", "Z", "AA", "BL", "XFD"]


@pytest.mark.requirement("ACC-05")
@pytest.mark.parametrize("size", [0, 1, BLOCK, BLOCK + 1, 2 * BLOCK])
def test_a_sealed_file_opens_to_what_it_was_and_only_whole(size: int) -> None:
    content = b"x" * size
    with seal_file(io.BytesIO(content), "a.b") as sealed:
        raw = sealed.read()
    assert open_sealed(io.BytesIO(raw), "a.b").read() == content
    for broken in (raw[:-1], raw[:-1] + bytes([raw[-1] ^ 1]), raw[: len(raw) // 2]):
        with pytest.raises((DecryptionFailed, ValueError, EOFError)):
            open_sealed(io.BytesIO(broken), "a.b")
    with pytest.raises(DecryptionFailed):
        open_sealed(io.BytesIO(raw), "a.c")


@pytest.mark.requirement("PAT-04")
def test_a_tag_that_goes_on_for_ever_costs_no_more_than_its_length() -> None:
    plain = book(lambda sheet, _: (sheet.write(0, 0, "姓名"), sheet.write(1, 0, "甲")))
    target = io.BytesIO()
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                tag = b'<row r="3"><c ' + b'r="A100000" ' * 900_000 + b"/></row></sheetData>"
                content = content.replace(b"</sheetData>", tag)
            new.writestr(part, content)
    target.seek(0)
    began = time.process_time()
    assert refused(target).code == "unreadable"
    assert time.process_time() - began < 30, "quadratic it takes minutes"


def shared(sheets: int, rows: int) -> io.BytesIO:
    """A workbook with so many sheets that all name one part of so many rows."""
    target, named = io.BytesIO(), range(1, sheets + 1)
    plain = book(lambda sheet, _: [sheet.write_row(row, 0, ["姓名", "手机号"]) for row in range(rows)])
    tags = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="rId{n + 100}"/>' for n in named)
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    relations = "".join(
        f'<Relationship Id="rId{n + 100}" Type="{kind}" Target="worksheets/sheet1.xml"/>' for n in named
    )
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename == "xl/workbook.xml":
                content = re.sub(rb"<sheet [^>]*/>", tags.encode(), content)
            elif part.filename == "xl/_rels/workbook.xml.rels":
                content = content.replace(b"</Relationships>", f"{relations}</Relationships>".encode())
            new.writestr(part, content)
    target.seek(0)
    return target


@pytest.mark.requirement("PAT-04")
def test_sheets_that_share_a_part_count_each_time_and_the_limit_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    began = time.process_time()
    problem = refused(shared(500, 10), most_rows=200_000)
    assert (problem.code, problem.where) == ("too_many_sheets", {"limit": 64})
    assert time.process_time() - began < 10
    assert len(list(excel_lines(shared(3, 10), most_rows=1000))) == 10
    for name, limit, code in (("MAX_CELLS", 59, "too_many_cells"), ("MAX_READ", 1800, "too_much_content")):
        with monkeypatch.context() as patched:
            patched.setattr(f"kernel.sheets.excel.{name}", limit)
            assert len(list(excel_lines(shared(1, 10), most_rows=1000))) == 10
            with pytest.raises(SheetProblem, match=code):
                list(excel_lines(shared(3, 10), most_rows=1000))


def test_a_title_of_nothing_but_brackets_costs_no_time() -> None:
    assert bare_title("(" * 4000) == "(" * MAX_TITLE
    assert bare_title("手机号(必填)") == bare_title("手机号（(必填)）") == "手机号"


def test_many_categories_of_one_card_cost_their_length() -> None:
    card = b"BEGIN:VCARD\nN:a;b\n" + b"CATEGORIES:aaaaaaaaaaaaaaaaaaaa\n" * 60_000 + b"END:VCARD\n"
    assert len(list(rows_of(io.BytesIO(card), "vcard", most_rows=10, seconds=5))) == 2
