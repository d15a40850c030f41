"""Prints: what is declared is on the paper, can be copied from it, and nothing is printed as a box."""

import io
import re
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st
from PIL import Image
from pypdf import PageObject, PdfReader

from kernel.charts import EMPTY, Chart, Series
from kernel.codes import BadCode, code128, qr
from kernel.pdf import (
    A4,
    A5,
    ROLL_80,
    Beside,
    Block,
    Code,
    Column,
    Document,
    DoesNotFit,
    Fields,
    Figure,
    Heading,
    MissingGlyphs,
    PageBreak,
    Paragraph,
    Picture,
    Rule,
    Signatures,
    Space,
    Table,
    Together,
    label,
    landscape,
    render,
    write,
)
from kernel.pdf.fonts import face
from kernel.pdf.wrapping import wrapped
from tests.support.effort import examples

BACKEND = Path(__file__).resolve().parents[2] / "backend"
COLUMNS = [Column("项目", 3), Column("数量", 1, "right"), Column("金额", 1, "right")]
#: In no simplified typeface: Extension B.
RARE = "𠮷"


def rows(count: int) -> list[list[str]]:
    return [[f"检查项目第{number}号", "1", f"{number}.00"] for number in range(1, count + 1)]


def pages(pdf: bytes) -> list[PageObject]:
    return list(PdfReader(io.BytesIO(pdf)).pages)


def text(page: PageObject) -> str:
    return page.extract_text().replace("\n", "").replace(" ", "")


def whole(pdf: bytes) -> str:
    return "".join(text(page) for page in pages(pdf))


def one(*blocks: Block, **given: object) -> bytes:
    return render(Document("单据", blocks, **given))  # type: ignore[arg-type]


def size_mm(page: PageObject) -> tuple[int, int]:
    return round(float(page.mediabox.width) / 72 * 25.4), round(float(page.mediabox.height) / 72 * 25.4)


def missing(*blocks: Block, **given: object) -> list[tuple[str, str]]:
    with pytest.raises(MissingGlyphs) as caught:
        one(*blocks, **given)
    return [(each.code_point, each.where) for each in caught.value.missing]


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 20)) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, "red").save(made, kind)
    return made.getvalue()


def test_every_block_is_on_the_page_and_can_be_copied() -> None:
    printed = one(
        Heading("一、基本信息"),
        Fields([("姓名", "丁毅涛"), ("住院号", "ZY0001"), ("诊断", "高血压 3 级（很高危）")]),
        Paragraph("本人已知悉上述内容。", bold=True),
        Table(COLUMNS, rows(2), totals=["合计", "2", "3.00"]),
        Picture(picture(), 30),
        Picture(picture("JPEG"), 30, align="right"),
        Code(qr("https://example.invalid/r/1"), 25, caption="扫码查看电子票据"),
        Figure(Chart("bar", "体温", ["周一"], [Series("体温", [36.5])], "℃")),
        Beside([[Paragraph("左栏")], [Paragraph("右栏"), Rule(dashed=True)]], shares=[2, 1]),
        Space(5),
        Signatures(["患者签名", "医师签名", "日期"]),
        header=("医汇第一医院", "门诊部"),
        footer=("制单人：张晨", "打印时间：2026-11-30 20:00"),
        watermark="样本",
    )
    (page,) = pages(printed)
    shown = text(page)
    for words in (
        "单据", "一、基本信息", "姓名：", "丁毅涛", "高血压3级（很高危）", "本人已知悉上述内容。", "检查项目第2号",
        "合计", "扫码查看电子票据", "体温", "(℃)", "左栏", "右栏", "患者签名：", "医汇第一医院", "门诊部",
        "制单人：张晨", "打印时间：2026-11-3020:00", "样本", "第1页/共1页",
    ):  # fmt: skip
        assert words in shown, words


def test_the_document_says_what_it_is() -> None:
    reader = PdfReader(io.BytesIO(one(Paragraph("内容"))))
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.producer) == ("单据", "医汇")
    assert reader.trailer["/Root"]["/Lang"] == "zh-CN"


def test_the_same_document_gives_the_same_bytes_in_any_thread() -> None:
    def made(_: int) -> bytes:
        return one(
            Table(COLUMNS, rows(60)),
            Picture(picture(), 20),
            Figure(Chart("pie", "", ["a"], [Series("", [1])])),
        )

    first = made(0)
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(made, range(8))) == {first}


SUM = """
import hashlib, sys
sys.path.insert(0, sys.argv[1])
from kernel.charts import Chart, Series
from kernel.pdf import Document, Figure, Paragraph, render
chart = Chart("pie", "", ["甲"], [Series("", [1])])
print(hashlib.sha256(render(Document("单据", [Paragraph("丁毅涛𫖯"), Figure(chart)]))).digest())
"""


def test_the_same_document_gives_the_same_bytes_in_any_process() -> None:
    sums = {
        subprocess.run(
            [sys.executable, "-c", SUM, str(BACKEND)],
            capture_output=True,
            env={"PYTHONHASHSEED": seed},
            check=True,
            timeout=60,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(sums) == 1


def test_a_table_repeats_its_titles_and_counts_its_pages() -> None:
    printed = list(map(text, pages(one(Table(COLUMNS, rows(100), totals=["合计", "100", "5050.00"])))))
    assert len(printed) == 3
    for number, shown in enumerate(printed, start=1):
        assert "项目数量金额" in shown
        assert f"第{number}页/共3页" in shown
    assert all(f"检查项目第{number}号" in "".join(printed) for number in range(1, 101))
    assert "合计" in printed[-1] and "合计" not in printed[0]


@pytest.mark.parametrize("count", range(30, 48))
def test_totals_never_stand_on_a_page_without_a_row(count: int) -> None:
    last = text(pages(one(Table(COLUMNS, rows(count), totals=["合计", "", ""])))[-1])
    assert "合计" in last and f"检查项目第{count}号" in last


def test_a_table_without_rows_says_so() -> None:
    assert EMPTY in whole(one(Table(COLUMNS, [])))


def test_a_row_with_another_number_of_cells_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="2 cells for 3 columns"):
        one(Table(COLUMNS, [["a", "b"]]))


def test_a_figure_is_never_broken_over_lines() -> None:
    narrow = [Column("项目", 20), Column("金额", 2, "right")]
    assert "123456.78" in pages(one(Table(narrow, [["床位费", "123456.78"]])))[0].extract_text()
    with pytest.raises(DoesNotFit, match=r"金额\[2\]"):
        one(Table(narrow, [["床位费", "1.00"], ["护理费", "123456789012345.78"]]))


def test_a_cell_longer_than_a_page_goes_on_over_the_next() -> None:
    long = "病程记录" * 2000
    printed = one(Table([Column("内容")], [[long]]))
    assert len(pages(printed)) > 2
    assert whole(printed).count("病程记录") > 1900


def test_chinese_text_breaks_everywhere_but_before_a_full_stop() -> None:
    printed = one(Paragraph("术前准备完成后，请家属在等候区等候。" * 30, indent=2))
    lines = [line for line in pages(printed)[0].extract_text().splitlines() if line.strip()]
    assert len(lines) > 5
    assert not any(line[0] in "，。" for line in lines)


WRITTEN = st.text(st.sampled_from("术前，。（）《》 \tab1-.%℃é\n"), max_size=120)


@settings(max_examples=examples(200), deadline=None)
@given(WRITTEN, st.floats(14, 200), st.floats(14, 200))
def test_no_character_is_lost_by_breaking_lines_and_no_line_is_too_wide(
    written: str, width: float, first: float
) -> None:
    lines = wrapped(written, face(), 10, width, first=min(first, width))
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", written)
    assert all(face().width(line, 10) <= width + 0.01 for line in lines)


def test_what_stays_together_goes_to_the_next_page_together() -> None:
    filled = [Paragraph("正文") for _ in range(44)]
    kept = Together([Paragraph(f"签署{number}") for number in range(8)])
    printed = pages(one(*filled, kept))
    assert len(printed) == 2
    assert "签署" not in text(printed[0])
    assert all(f"签署{number}" in text(printed[1]) for number in range(8))


def test_what_no_page_can_hold_together_is_printed_all_the_same() -> None:
    printed = whole(one(Together([Paragraph(f"条款{number}。") for number in range(200)])))
    assert all(f"条款{number}。" in printed for number in range(200))


def test_a_heading_never_stands_alone_at_the_end_of_a_page() -> None:
    for count in range(36, 50):
        for page in pages(one(*[Paragraph("正文")] * count, Heading("小结"), Paragraph("结论"))):
            assert ("小结" in text(page)) == ("结论" in text(page))


def test_a_roll_is_as_long_as_what_is_printed_and_has_no_page_numbers() -> None:
    short, long = (one(*[Paragraph("项目")] * count, page=ROLL_80) for count in (5, 50))
    (width, height), (same, longer) = (size_mm(pages(pdf)[0]) for pdf in (short, long))
    assert (width, same) == (80, 80)
    assert height < longer and len(pages(long)) == 1
    assert "页" not in whole(long)


def test_a_break_cuts_the_roll() -> None:
    printed = pages(one(Paragraph("存根"), PageBreak(), *[Paragraph("顾客联")] * 20, page=ROLL_80))
    assert ["存根" in text(page) for page in printed] == [True, False]
    assert size_mm(printed[0])[1] < size_mm(printed[1])[1]


def test_a_label_is_one_page_each_and_never_spills() -> None:
    band = label(50, 30)
    blocks: list[Block] = []
    for name in ("张三", "李四"):
        blocks += [Paragraph(name, bold=True, size=12), Code(code128("ZY20260001"), 40, 8), PageBreak()]
    printed = pages(one(*blocks, page=band, shows_title=False))
    assert [size_mm(page) for page in printed] == [(50, 30)] * 2
    with pytest.raises(DoesNotFit) as caught:
        one(*[Paragraph("过敏史：青霉素")] * 12, page=band, shows_title=False)
    assert caught.value.needed > caught.value.available


def test_a_code_too_wide_or_too_fine_is_refused() -> None:
    with pytest.raises(DoesNotFit):
        one(Code(code128("A1"), 60), page=label(50, 30), shows_title=False)
    with pytest.raises(BadCode, match="too_small"):
        one(Code(code128("A" * 40), 40))


def test_paper_can_be_turned_but_a_roll_cannot() -> None:
    assert size_mm(pages(one(page=landscape(A4)))[0]) == (297, 210)
    assert size_mm(pages(one(page=A5))[0]) == (148, 210)
    with pytest.raises(ValueError, match="roll"):
        landscape(ROLL_80)


@pytest.mark.parametrize("said", ['<b>&"</b>', "<para>", "<br/>x", "&lt;", "{{x}}", "%s\\n"])
def test_markup_in_a_text_is_text(said: str) -> None:
    printed = one(
        Heading(said),
        Paragraph(said),
        Fields([(said, said)]),
        Table([Column(said)], [[said]]),
        header=(said, ""),
        watermark=said,
    )
    assert whole(printed).count(said) == 8


def test_what_the_typeface_lacks_is_reported_with_its_place_before_a_byte_is_written() -> None:
    target = io.BytesIO()
    blocks: Sequence[Block] = [
        Fields([("姓名", f"{RARE}野"), ("科室", "内科")]),
        Paragraph("☠", name="备注"),
        Table([Column("患者", 1), Column("金额", 1, "right")], [["甲", "1"], [f"王{RARE}", "2"]]),
        Figure(Chart("bar", "", [RARE], [Series("", [1])])),
    ]
    with pytest.raises(MissingGlyphs) as caught:
        write(Document("单据", blocks), target)
    assert [(each.code_point, each.where) for each in caught.value.missing] == [
        ("U+20BB7", "姓名"), ("U+2620", "备注"), ("U+20BB7", "患者[2]"), ("U+20BB7", "3"),
    ]  # fmt: skip
    assert caught.value.missing[0].text == f"{RARE}野"
    assert "野" not in str(caught.value)
    assert not target.getvalue()


@pytest.mark.parametrize("character", ["𠮷", "𡈼", "𪚥", "\ue000", "\U000e0100", "☑", "\x07"])
def test_a_character_beyond_the_typeface_is_never_a_box(character: str) -> None:
    assert missing(Fields([("姓名", f"王{character}")])) == [(f"U+{ord(character):04X}", "姓名")]


def test_a_rare_name_is_printed_with_what_the_caller_gives_for_it() -> None:
    printed = one(Fields([("姓名", f"王{RARE}")]), replacements={RARE: "〔U+20BB7〕"})
    assert "王〔U+20BB7〕" in whole(printed)
    assert missing(Fields([("姓名", f"王{RARE}")]), replacements={RARE: "𡈼"}) == [("U+2123C", "姓名")]


def test_rare_characters_of_the_national_table_are_printed_and_copied_right() -> None:
    names = "喆堃镕囍㛃䶮𫖯𫘦𬍛𬱖"
    printed = one(Paragraph(names), Paragraph(names, bold=True))
    assert whole(printed).count(names) == 2


def test_signs_that_print_nothing_are_no_boxes() -> None:
    assert "张三" in whole(one(Paragraph("\ufeff张\u200b三\r\n李\t四")))


def test_no_more_than_a_hundred_places_are_told() -> None:
    assert len(missing(Table([Column("姓名")], ([RARE] for _ in range(20_000))))) == 100


def test_both_weights_have_the_same_characters() -> None:
    assert face().widths.keys() == face(True).widths.keys()
    assert {chr(code) for code in range(0x3400, 0x4DC0)} & face().widths.keys() >= {"㐀", "䶵"}
    assert {chr(code) for code in range(0x4E00, 0x9FA6)} <= face().widths.keys()


@pytest.mark.parametrize("data", [b"", b"%PDF-1.4", b"GIF89a" + bytes(20), picture()[:60]])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="PNG or JPEG"):
        one(Picture(data, 30))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "LA", "CMYK"])
def test_pictures_of_every_kind_of_colour_are_printed(mode: str) -> None:
    made = io.BytesIO()
    Image.new(mode, (30, 20)).save(made, "JPEG" if mode == "CMYK" else "PNG")
    (page,) = pages(one(Picture(made.getvalue(), 30)))
    assert len(page.images) >= 1


def test_a_picture_shrinks_to_the_page() -> None:
    assert len(pages(one(Picture(picture(size=(10, 4000)), 100)))) <= 2


MEASURE = """
import re, sys
sys.path.insert(0, sys.argv[1])
from kernel.pdf import Column, Document, Table, write
names = ("日期", "项目", "规格", "单位", "数量", "单价", "金额", "执行科室")
columns = [Column(name, 2 if number == 1 else 1) for number, name in enumerate(names)]
rest = ["10mg×20片", "盒", "1", "12.50", "99.00", "心血管内科"]
rows = ([f"2026-11-{n % 28 + 1:02d}", f"检查项目第{n}号（含材料）", *rest] for n in range(20_000))
class Counted:
    size = 0
    def write(self, data):
        self.size += len(data)
target = Counted()
write(Document("清单", [Table(columns, rows)]), target)
print(target.size, int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024)
"""


def test_twenty_thousand_rows_need_less_than_300_mb() -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(BACKEND)], capture_output=True, text=True, timeout=120, check=True
    )
    size, megabytes = map(int, done.stdout.split())
    assert size > 1_000_000 and megabytes < 300


STARTED = """
import sys
import django
django.setup()
from django.urls import get_resolver
import kernel.charts, kernel.codes, kernel.pdf
for name in ("config.urls.admin", "config.urls.miniprogram", "config.urls.partner"):
    get_resolver(name).url_patterns
print([name for name in sys.modules if name.split(".")[0] in ("reportlab", "segno", "fontTools")])
"""


def test_no_start_reads_what_only_prints_need() -> None:
    done = subprocess.run(
        [sys.executable, "-c", STARTED], capture_output=True, text=True, check=True, cwd=BACKEND, timeout=60
    )
    assert done.stdout.strip() == "[]"
