"""What is wrong with a file or with a cell, in words."""

from collections import defaultdict
from collections.abc import Mapping
from typing import TypeAlias

from kernel.errors import EXPECTATIONS, in_english

Words: TypeAlias = Mapping[str, tuple[str, str]]
#: Code → what is wrong, in Chinese and English; `{row}`, `{shown}` … come from the problem.
WORDS: Words = {
    "required": ("必填项为空", "A required cell is empty."),
    "too_long": ("内容过长", "The text is too long."),
    "unknown_choice": ("不是可选的值,可填:{choices}", "Not one of the choices: {choices}."),
    "example_row": ("模板中的示例行,已跳过", "The example of the template, left out."),
    "masked": ("含有星号等脱敏字符,请填写完整内容", "A masked value; write the whole one."),
    "number_lost": (
        "长号码以数字格式保存,末尾数字已丢失;请将该列设为文本后重新填写",
        "A long number in a number cell has lost digits: make the column text and type it again.",
    ),
    "error_cell": (
        "单元格是错误值(如 #N/A)或没有结果的公式", "An error such as #N/A, or a formula without a result."
    ),
    "title_row": ("重复的标题行", "The titles once more."),
    "merged_cell": ("横向合并的单元格,无法判断内容属于哪一列", "Cells are merged across columns."),
    "no_title": ("该列没有标题", "The column has no title."),
    "duplicate_in_file": ("与文件中第 {row} 行重复", "The same as row {row} of the file."),
    "unknown_column": (
        "无法识别的列标题,请改为模板中的列名或删除该列",
        "An unknown title: use one of the template's or delete the column.",
    ),
    "broken_text": ("含有残缺或无法识别的字符,请重新填写", "A character is cut or unreadable; type it again."),
    "field_twice": ("与列“{other}”含义相同,请只保留一列", "The column {other} says the same; keep one of them."),
    "column_twice": ("列标题重复", "The title stands twice."),
    "missing_column": ("缺少必需的列", "A required column is missing."),
    "stray_cell": ("单元格 {cell} 远在表格之外,请删除后重新上传", "Cell {cell} is far outside the table; delete it."),
    "broken_quotes": ("第 {line} 行的引号不完整", "The quotes of line {line} are broken."),
    "unreadable": (
        "文件无法识别,请另存为 xlsx 或 CSV", "The file can't be read; save it as xlsx or CSV."
    ),
    "no_contacts": (
        "不是可导入的通讯录文件,请上传 xlsx 或 CSV", "Contact cards are not imported here; upload xlsx or CSV."
    ),
    "old_format": ("旧版 Excel 或加密文件,请另存为不加密的 xlsx", "An old or protected Excel file; save it as xlsx."),
    "web_page": (
        "这是网页或 XML 格式的文件,请用 Excel 打开后另存为 xlsx",
        "A web page or XML; open it in Excel and save it as xlsx.",
    ),
    "several_sheets": (
        "第 {sheets} 个工作表都像要导入的名单,请每次只上传一个",
        "Sheets {sheets} all look like the list that is meant; upload one at a time.",
    ),
    "too_many_sheets": (
        "可见的工作表超过 {limit} 个,请删除不需要的工作表后重新上传",
        "More than {limit} visible sheets; delete those that are not meant.",
    ),
    "too_much_content": (
        "工作表内容合计超过 {limit} MB,请拆分成几个文件后分别上传",
        "The sheets hold more than {limit} MB; split the file and upload the parts.",
    ),
    "too_many_cells": (
        "工作表的单元格合计超过 {limit} 个,请删除多余的行列或拆分成几个文件后分别上传",
        "The sheets have more than {limit} cells; delete what is not meant, or split the file.",
    ),
    "too_large": ("文件过大", "The file is too large."),
    "too_many_rows": ("行数超过上限 20 万", "More than 200,000 rows."),
    "too_many_columns": ("列数超过上限 128", "More than 128 columns."),
    "empty": ("文件中没有数据", "The file is empty."),
    "changed_since": ("检查之后数据有变动,请重新确认", "What is on file has changed since the check; look again."),
}  # fmt: skip


def reason(problem: Mapping[str, object], words: Words) -> str:
    """What is wrong, for people: what the field itself expects where that is known, else the words of the code.

    A remark (`is_remark`) says besides that this is left out, unless it is kept all the same (`is_kept`).
    """
    expected = EXPECTATIONS.get(str(problem.get("expected", "")))
    if expected is not None:
        said = expected.text
    else:
        code = str(problem["code"])
        said = (words.get(code) or WORDS[code])[1 if in_english() else 0].format_map(
            defaultdict(str, problem)
        )
    if not problem.get("is_remark") or problem.get("is_kept"):
        return said
    return f"{said.rstrip('.')}: left out." if in_english() else f"{said.rstrip('。')},未导入"
