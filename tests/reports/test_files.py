"""What is in the files: Excel, CSV and PDF of the same rows."""

import csv
import io
from typing import Any

import openpyxl
import pypdf
import pytest

from apps.files.models import File
from tests.reports.support import asked as asked_job, download, looked_at, made, run, sheet
from tests.support.world import World

pytestmark = [pytest.mark.requirement("RPT-02"), pytest.mark.django_db(transaction=True)]
#: Chinese, a character beyond the first plane, an emoji, a formula, a control character.
NAME = "=cmd|'/c calc'!A1 王𠮷😀\x07"


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]


def test_excel_has_figures_that_add_up_and_texts_that_run_nothing(office: World) -> None:
    content = made(office, "books", "tests.rows", {"rows": "1500", "name": NAME})
    book = openpyxl.load_workbook(io.BytesIO(content))
    rows, about = book.worksheets
    assert [cell.value for cell in rows[1]] == ["时间", "病区", "姓名", "金额(元)", "序号", "日期", "占比"]
    first, total = rows[2], rows[1502]
    assert str(first[0].value) == "2026-11-23 08:00:01", "the hospital's time"
    assert (first[2].value, first[2].data_type) == ("=cmd|'/c calc'!A1 王𠮷😀", "s")
    assert (first[3].value, first[3].data_type, first[3].number_format) == (1.01, "n", "#,##0.00")
    assert (first[1].value, rows[4][1].value) == ("B", "一病区")
    assert (first[6].value, first[6].number_format) == (0.0001, "0.00%")
    assert (total[0].value, total[3].value) == ("合计", sum(n * 101 for n in range(1, 1501)) / 100)
    assert (rows.freeze_panes, rows.auto_filter.ref[:2], rows.column_dimensions["A"].width > 15) == (
        "A2",
        "A1",
        True,
    )
    said = {row[0].value: row[1].value for row in about}
    assert (said["医院"], said["行数"], said["生成人"]) == ("第一医院", "1500", "books")
    assert said["数据时间"] == "2026-11-23 08:00"
    assert said["合计 金额(元)"] == f"{total[3].value:.2f}", "whatever is filtered and sorted"


def test_a_csv_begins_with_its_mark_and_guards_texts_alone(office: World) -> None:
    content = made(office, "books", "tests.rows", {"rows": "2", "name": NAME}, "csv")
    assert content.startswith(b"\xef\xbb\xbf")
    heading, first, _, total = table(content)
    assert heading[3] == "金额(元)"
    assert first == [
        "2026-11-23 08:00:01",
        "B",
        "'=cmd|'/c calc'!A1 王𠮷😀",
        "1.01",
        "1",
        "2026-11-24",
        "0.01%",
    ]
    assert (total[0], total[3]) == ("合计", "3.03")


def test_a_negative_amount_of_a_csv_stays_a_figure(office: World) -> None:
    from kernel.sheets.writing import separated_blocks

    rows = [["-title", "金额"], ["-text", "-1.00"]]
    assert table("".join(separated_blocks(rows, plain=[False, True])).encode()) == [
        ["'-title", "金额"], ["'-text", "-1.00"],
    ]  # fmt: skip


def test_a_pdf_says_what_it_is_and_repeats_its_titles(office: World) -> None:
    found = pages(made(office, "books", "tests.rows", {"rows": "200", "name": NAME}, "pdf"))
    assert len(found) > 3
    assert all("第一医院" in page and "金额(元)" in page and "2026-11-23 08:00" in page for page in found)
    assert "试验报表" in found[0] and "王" in found[0] and "U+1F600" in found[0]
    assert f"1 / {len(found)}" in found[0].replace("第", "").replace("页", "") or str(len(found)) in found[0]
    assert "合计" in found[-1] and "20,301.00".replace(",", "") in found[-1].replace(",", "")


@pytest.mark.parametrize("file_format", ["xlsx", "csv", "pdf"])
def test_a_report_of_nothing_says_so(office: World, file_format: str) -> None:
    content = made(office, "books", "tests.rows", {"rows": "0"}, file_format)
    said: Any = {
        "xlsx": lambda: str(sheet(content)),
        "csv": content.decode,
        "pdf": lambda: pages(content)[0],
    }
    assert "没有符合条件的数据" in said[file_format]()


def test_a_file_is_in_the_language_that_it_was_asked_for_in(office: World) -> None:
    office.client("books").credentials(**office.client("books")._credentials, HTTP_ACCEPT_LANGUAGE="en")
    content = made(office, "books", "tests.rows", {"rows": "3"})
    assert sheet(content)[0][:4] == ["Time", "Ward", "Name", "Amount (yuan)"]
    assert sheet(content)[3][1] == "Ward one" and sheet(content)[4][0] == "Total"


@pytest.mark.parametrize("file_format", ["xlsx", "csv", "pdf"])
def test_a_file_is_private_has_its_checksum_and_what_it_is(office: World, file_format: str) -> None:
    job = run(asked_job(office, "books", "tests.rows", {"name": "<script>alert(1)</script>"}, file_format))
    assert job.state == "succeeded", (job.failure, job.detail)
    shown = office.client("books").get(f"/api/admin/v1/report-jobs/{job.pk}").json()
    answer = office.client("books").get(f"/api/admin/v1/report-jobs/{job.pk}/content")
    kinds = {"xlsx": "spreadsheetml", "csv": "text/csv", "pdf": "application/pdf"}
    assert kinds[file_format] in answer["Content-Type"] and "attachment" in answer["Content-Disposition"]
    file = File.objects.get(owner_type="reports.job", owner_id=job.pk)
    assert (shown["file_sha256"], file.is_sealed, shown["file_name"]) == (file.checksum, True, file.name)
    assert office.client("books").get(f"/api/admin/v1/files/{file.pk}/content").status_code == 404
    assert len(download(office, "books", job)) == shown["file_size"]


def test_a_preview_has_the_sums_of_all_rows_and_the_first_of_them(office: World) -> None:
    shown = looked_at(office, "books", "tests.rows", {"rows": "1000", "name": NAME})
    assert (shown["row_count"], len(shown["rows"])) == (1000, 200)
    assert shown["totals"][0] == "合计"
    assert shown["totals"][3] == f"{sum(n * 101 for n in range(1, 1001)) / 100:.2f}"
    assert shown["chart"]["kind"] == "bar" and set(shown["chart"]["labels"]) == {"一病区", "B", "C"}
    assert round(sum(shown["chart"]["series"][0]["values"]), 2) == float(shown["totals"][3])
