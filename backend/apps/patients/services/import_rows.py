"""One row of an import: read, checked and sealed as the archive will have it. Every problem names its column."""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from apps.identity.phones import normalise_phone
from apps.identity.selectors import dictionaries
from apps.patients.birth_dates import PLACEHOLDER, unlikely
from apps.patients.columns import (
    DICTIONARIES,
    GENDERS,
    ID_KINDS,
    MAX_LENGTH,
    SAMPLE,
    TITLES,
)
from apps.patients.contacts import read_contact
from apps.patients.documents import BadDocument, fold, read_document
from apps.patients.id_kinds import document_key
from apps.patients.models import Gender, IdKind, ImportRow
from apps.patients.naming import name_fields
from apps.patients.services.import_values import DATE, SERIAL, bare_choice, folded_date
from apps.patients.services.tags import BETWEEN_TAGS, MAX_TAGS, known_tags, words_of
from kernel import ids
from kernel.crypto import blind_index, encrypt
from kernel.errors import InvalidValue
from kernel.sheets import ERRORS, IGNORED, LEFT_OUT, BadCell, Heading, Line, bare_title, column_letters, plain
from kernel.text import clean_line, clean_name, fold_code, is_card_number, is_masked
from kernel.text.names import is_name

#: What stands in the column of names below a table, or for nobody.
_FURNITURE = re.compile(
    r"合计|小计|总计|累计|以下空白|备注|注|无|不详|未知|待定|空|null|none|nan|n/?a|"
    r"(?:制表|审核|打印|填表|填报|复核|经办|录入|操作|导出|统计|报表)(?:人|员|单位|日期|时间|完毕|机构|科室)?.*|第\d+页.*|"
    r"(?:以上)?[总合]?共\d+[页条行人名例位].*|.{0,6}(?:合计|小计|总计|共计|累计|总共|总人数|合计人数)[::]?\d*[人名例条位行]?次?|"
    r"\d+[人名例条位行]次?|男\d+人?女\d+人?|(?:负责人|院长|科主任|主任|科室|单位)?签[字名章]|(?:负责人|院长|科主任)[::].*|"
    r"数据来源.*|注[::本以].*|说明.?|日期|时间|完|结束|end"
)
_NOTHING = frozenset({
    "无", "-", "--", "—", "——", "/", "\\", "暂无", "没有", "无。", "null", "(null)", "none", "nan", "n/a", "\\n",
    "不详", "未填", "未填写", "同上",
})  # fmt: skip
#: What systems write into a column of numbers for none.
_NO_NUMBER = re.compile(r"0+|无医保|自费|NULL|NONE")
_MRN = re.compile(r"[A-Za-z0-9-]{1,32}")
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]+", re.IGNORECASE)
#: Columns of numbers and codes: never a formula's result, never rounded, never masked.
_NUMBERS = ("national_id", "phone", "insurance_no", "mrn", "card_number")
_INDEXED = ("national_id", "phone", "card_number")
_AS_TYPED = ("address", "referrer", "allergies")
#: What an address book may say in its own way: left out with a remark, where it does not fit.
_OPTIONAL = frozenset({"birth_date", "gender", "occupation", "referrer", "tags", "address"})
#: What the untouched example of the template says.
_EXAMPLE = {name: SAMPLE[list(TITLES).index(name)] for name in ("name", "national_id", "phone")}
MAX_NAMED = 12
#: As people and as the API write them.
_ID_KINDS: dict[str, str] = dict(zip(IdKind.values, IdKind.values, strict=True)) | ID_KINDS
_KINDS = "居民身份证、护照、港澳居民来往内地通行证、台湾居民来往大陆通行证、外国人永久居留身份证、无"


@dataclass(slots=True)
class Row:
    """What was read: values by field, and what is wrong with them."""

    values: dict[str, Any] = field(default_factory=dict)
    problems: list[dict[str, Any]] = field(default_factory=list)
    is_lenient: bool = False

    def complain(self, name: str, code: str, **more: str) -> None:
        """Note a problem of a field, under its column's title; the first of each column counts."""
        if self.is_lenient and name in _OPTIONAL:
            self.remark(name, code, **more)
        else:
            self._note(name, {"code": code, **more})

    def remark(self, name: str, code: str, **more: str) -> None:
        """Note what of a good row is left out."""
        self._note(name, {"code": code, "is_remark": True, **more})

    def _note(self, name: str, problem: dict[str, Any]) -> None:
        if TITLES[name] not in {noted["column"] for noted in self.problems}:
            self.problems.append({"column": TITLES[name], **problem})

    @property
    def is_good(self) -> bool:
        """Whether nothing but remarks stands against it."""
        return all(problem.get("is_remark") for problem in self.problems)


class RowReader:
    """Reads the rows of one hospital's file."""

    def __init__(self, hospital_id: UUID, *, may_tag: bool) -> None:
        entries = dictionaries(set(DICTIONARIES.values()), hospital_id)
        self.choices = {
            name: {
                text: entry.value for entry in entries.get(code, []) for text in (entry.value, entry.label)
            }
            for name, code in DICTIONARIES.items()
        }
        self.labels = {
            name: "、".join(entry.label for entry in entries.get(code, [])[:MAX_NAMED])
            for name, code in DICTIONARIES.items()
        }
        self.tags = words_of(hospital_id)
        self.may_tag = may_tag

    def read(self, heading: Heading, line: Line) -> Row:
        """What the cells of this line say by field; texts that were guarded against spreadsheets are plain again."""
        row = Row(is_lenient=heading.form.is_lenient)
        if all(
            name and heading.form.known.get(bare_title(str(cell))) == name
            for name, _, cell in heading.of(line)
        ):
            row.problems.append({"column": TITLES["name"], "code": "title_row"})
            return row
        cells = self._cells(row, heading, line)
        if row.is_lenient:
            contact = read_contact(cells)
            cells = contact.texts
            for name, code, shown in contact.remarks:
                row.remark(name, code, shown=shown)
        texts = dict.fromkeys(TITLES, "") | {
            name: self._checked(row, name, text) for name, text in cells.items() if text
        }
        row.values = {name: clean_line(texts[name]) for name in _AS_TYPED}
        self._name(row, texts["name"])
        self._choose(row, texts)
        self._identify(row, texts)
        self._numbers(row, texts)
        self._tags(row, texts["tags"])
        if all(row.values.get(name) == value for name, value in _EXAMPLE.items()):
            row.problems = [{"column": TITLES["name"], "code": "example_row"}]
        return row

    def _cells(self, row: Row, heading: Heading, line: Line) -> dict[str, str]:
        """The texts by field; a cell that can't be trusted is complained of."""
        cells: dict[str, str] = {}
        for name, column, cell in heading.of(line):
            if name in (IGNORED, LEFT_OUT):
                continue
            if name is None:
                if line.number > heading.row:
                    row.problems.append({"column": column_letters(column), "code": "no_title"})
            elif isinstance(cell, BadCell):
                row.complain(_column_of(name), cell.code)
            else:
                cells[name] = unicodedata.normalize("NFC", plain(cell))
        return cells

    def _checked(self, row: Row, name: str, text: str) -> str:
        """The text, or "" with a problem noted."""
        said = text.strip()
        if name != "name" and said.casefold() in _NOTHING and not (name == "allergies" and said == "无"):
            return ""
        if name in _NUMBERS and _NO_NUMBER.fullmatch(said.upper()):
            return ""
        if name in _NUMBERS:
            text = fold(text) if name != "mrn" else fold_code(text)
        code = "error_cell" if text.strip() in ERRORS else ""
        if len(text) > MAX_LENGTH.get(name, 255):
            code = "too_long"
        elif name in (*_NUMBERS, "address") and is_masked(text):
            code = "masked"
        elif name in _NUMBERS and _SCIENTIFIC.fullmatch(text):
            code = "number_lost"
        if code:
            row.complain(name, code)
        return "" if code else text

    def _name(self, row: Row, text: str) -> None:
        name = clean_name(text)
        row.values["name"] = name
        if not name:
            row.complain("name", "required")
        elif _FURNITURE.fullmatch(re.sub(r"[\s()()【】]", "", name).casefold()):
            row.complain("name", "no_person")
        elif len(name) > MAX_LENGTH["name"]:  # some signs are several once they are folded
            row.complain("name", "too_long")
        elif not is_name(name):
            row.complain("name", "bad_name", expected="name_format")

    def _choose(self, row: Row, texts: dict[str, str]) -> None:
        for name, choices in self.choices.items():
            text = clean_line(texts[name])
            row.values[name] = choices.get(text, "")
            if text and text not in choices:
                row.complain(name, "unknown_choice", choices=self.labels[name])

    def _tags(self, row: Row, text: str) -> None:
        known, unknown = known_tags(BETWEEN_TAGS.split(text), self.tags)
        row.values["tags"] = known if self.may_tag else []
        if known and not self.may_tag:
            row.complain("tags", "no_right_to_tag")
        elif unknown:
            row.complain("tags", "unknown_tag", shown="、".join(unknown)[:80])
        elif len(known) > MAX_TAGS:
            row.complain("tags", "too_long")

    def _identify(self, row: Row, texts: dict[str, str]) -> None:
        number, kind_text = texts["national_id"], unicodedata.normalize("NFKC", clean_line(texts["id_kind"]))
        kind = _ID_KINDS.get(kind_text)
        if not kind_text:
            kind = IdKind.RESIDENT_ID if number else IdKind.NONE
        gender = GENDERS.get(bare_choice(texts["gender"]))
        for name, value, words in (("id_kind", kind, _KINDS), ("gender", gender, "男、女、未知")):
            if value is None:
                row.complain(name, "unknown_choice", choices=words)
        born = self._date(row, texts["birth_date"])
        row.values |= {
            "id_kind": str(kind or IdKind.NONE), "gender": str(gender or Gender.UNKNOWN), "birth_date": born,
            "national_id": "",
        }  # fmt: skip
        if kind is not None and (number or kind != IdKind.NONE):
            self._document(row, str(kind), number)

    def _document(self, row: Row, kind: str, number: str) -> None:
        if not number:
            row.complain("national_id", "required")
            return
        try:
            document = read_document(kind, number)
        except BadDocument as error:
            row.complain("national_id", "bad_document", expected=error.expected.code)
            return
        row.values["national_id"] = document.number
        for name, value in (("gender", document.gender), ("birth_date", document.birth_date)):
            if value is None:
                continue
            if row.values[name] not in (None, Gender.UNKNOWN, value):
                row.complain(name, "disagrees")
            row.values[name] = value

    def _date(self, row: Row, text: str) -> dt.date | None:
        if not text:
            return None
        found = DATE.fullmatch(folded_date(text))
        if found is None:
            code = "serial_date" if SERIAL.fullmatch(text) else "bad_date"
            row.complain("birth_date", code, shown=text[:20])
            return None
        try:
            born = dt.date(*(int(part) for part in found.group(1, 3, 4, 5, 6, 7, 8) if part))
        except ValueError:
            row.complain("birth_date", "no_such_day")
            return None
        wrong = unlikely(born)
        if wrong is not None:
            code = "placeholder_date" if wrong is PLACEHOLDER else "date_range"
            row.complain("birth_date", code, expected=wrong.code)
        return None if wrong else born

    def _numbers(self, row: Row, texts: dict[str, str]) -> None:
        try:
            row.values["phone"] = normalise_phone(texts["phone"])
        except InvalidValue as error:
            row.complain("phone", "bad_phone", expected=error.expected.code)
        mrn, card = texts["mrn"], texts["card_number"]
        if mrn and not _MRN.fullmatch(mrn):
            row.complain("mrn", "bad_number")
        for name in ("card_number", "insurance_no"):
            if texts[name] and not is_card_number(texts[name]):
                row.complain(name, "bad_card")
        row.values |= {"mrn": mrn, "card_number": card, "insurance_no": texts["insurance_no"]}


def _column_of(name: str) -> str:
    """The column of the template for a field of a form: `phone.home` → `phone`."""
    part = name.split(".", maxsplit=1)[0]
    return part if part in TITLES else "address" if "." in name else "name"


def sealed(row: Row, job_id: UUID, row_number: int) -> dict[str, Any]:
    """The columns of ImportRow. Of a bad row only its problems are kept: nobody needs its secrets any more."""
    base = {"id": ids.uuid7(), "job_id": job_id, "row_number": row_number, "problems": row.problems}
    if not row.is_good:
        example = row.problems[0]["code"] == "example_row"
        return base | {"outcome": "duplicate" if example else "bad"}
    values = dict(row.values)
    columns = base | {"outcome": "good"} | name_fields(values.pop("name"))
    for name, context in ImportRow.sealed_columns.items():
        text = values.pop(name)
        columns[name] = encrypt(text, context) if text else b""
        if name in _INDEXED:
            compared = document_key(values["id_kind"], text) if name == "national_id" else text
            columns[f"{name}_index"] = blind_index(compared, name) if text else None
    return columns | values | {"card_id": ids.uuid7() if columns["card_number"] else None}
