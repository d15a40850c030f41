"""One row of an import: read, checked and sealed as the archive will have it. Every problem names its column."""

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from apps.identity.phones import normalise_phone
from apps.identity.selectors import dictionaries
from apps.patients.columns import COLUMNS, DICTIONARIES, GENDERS, ID_KINDS, LONGEST, REQUIRED, TITLES
from apps.patients.documents import BadDocument, fold, read_document
from apps.patients.models import Gender, IdKind
from kernel import clock, ids
from kernel.crypto import blind_index, encrypt
from kernel.errors import InvalidValue
from kernel.sheets import SheetProblem, plain
from kernel.text import pinyin_key

_DATE = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?( 00:00:00)?")
_MRN = re.compile(r"[A-Za-z0-9-]{1,32}")
#: Secrets and the column of the archive for which each is sealed.
_SEALED = {
    "national_id": "patients.patient.national_id", "phone": "patients.patient.phone",
    "address": "patients.patient.address", "insurance_no": "patients.patient.insurance_no",
    "card_number": "patients.patientcard.card_number",
}  # fmt: skip
_INDEXED = ("national_id", "phone", "card_number")
_AS_TYPED = ("name", "address", "insurance_no", "referrer", "allergies")


@dataclass(slots=True)
class Row:
    """What was read: values by field, and what is wrong with them."""

    values: dict[str, Any] = field(default_factory=dict)
    problems: list[dict[str, Any]] = field(default_factory=list)

    def complain(self, name: str, code: str) -> None:
        """Note a problem of a field, under its column's title."""
        self.problems.append({"column": TITLES[name], "code": code})


def fields_of(header: list[str]) -> list[str]:
    """The field of every column; SheetProblem for a title that is unknown, twice or missing."""
    known = COLUMNS | {name: name for name in COLUMNS.values()}
    names = []
    for title in (text.strip("* ") for text in header):
        if title not in known or known[title] in names:
            raise SheetProblem(f"unknown_column: {title[:40]}")
        names.append(known[title])
    for name in REQUIRED:
        if name not in names:
            raise SheetProblem(f"missing_column: {TITLES[name]}")
    return names


class RowReader:
    """Reads the rows of one hospital's file."""

    def __init__(self, hospital_id: UUID) -> None:
        entries = dictionaries(set(DICTIONARIES.values()), hospital_id)
        self.choices = {
            name: {
                text: entry.value for entry in entries.get(code, []) for text in (entry.value, entry.label)
            }
            for name, code in DICTIONARIES.items()
        }
        self.today = clock.today()

    def read(self, cells: dict[str, str]) -> Row:
        """The row of these cells by field; texts that were guarded against spreadsheets are plain again."""
        row, texts = Row(), {name: plain(text) for name, text in cells.items()}
        for name, longest in LONGEST.items():
            if len(texts.get(name, "")) > longest:
                row.complain(name, "too_long")
                texts[name] = ""
        row.values = {name: " ".join(texts.get(name, "").split()) for name in _AS_TYPED}
        if not row.values["name"] and "name" not in {COLUMNS[p["column"]] for p in row.problems}:
            row.complain("name", "required")
        self._choose(row, texts)
        self._identify(row, texts)
        self._numbers(row, texts)
        return row

    def _choose(self, row: Row, texts: dict[str, str]) -> None:
        for name, choices in self.choices.items():
            text = texts.get(name, "")
            row.values[name] = choices.get(text, "")
            if text and text not in choices:
                row.complain(name, "unknown_choice")

    def _identify(self, row: Row, texts: dict[str, str]) -> None:
        number, kind_text = texts.get("national_id", ""), texts.get("id_kind", "")
        kind = ID_KINDS.get(kind_text, kind_text if kind_text in IdKind.values else None)
        if not kind_text:
            kind = IdKind.RESIDENT_ID if number else IdKind.NONE
        gender = GENDERS.get(texts.get("gender", ""), None)
        for name, value in (("id_kind", kind), ("gender", gender)):
            if value is None:
                row.complain(name, "unknown_choice")
        born = self._date(row, texts.get("birth_date", ""))
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
        except BadDocument:
            row.complain("national_id", "bad_document")
            return
        row.values["national_id"] = document.number
        for name, value in (("gender", document.gender), ("birth_date", document.birth_date)):
            if value is not None and row.values[name] not in (None, Gender.UNKNOWN, value):
                row.complain(name, "disagrees")
            elif value is not None:
                row.values[name] = value

    def _date(self, row: Row, text: str) -> dt.date | None:
        if not text:
            return None
        found = _DATE.fullmatch(text)
        try:
            born = dt.date(*(int(found[part]) for part in (1, 2, 3))) if found else None
        except ValueError:
            born = None
        if born is None or not dt.date(1850, 1, 1) <= born <= self.today:
            row.complain("birth_date", "bad_date")
            return None
        return born

    def _numbers(self, row: Row, texts: dict[str, str]) -> None:
        try:
            row.values["phone"] = normalise_phone(texts.get("phone", ""))
        except InvalidValue:
            row.complain("phone", "bad_phone")
        mrn, card = fold(texts.get("mrn", "")), fold(texts.get("card_number", ""))
        if mrn and not _MRN.fullmatch(texts["mrn"].strip()):
            row.complain("mrn", "bad_number")
        if card and not (4 <= len(card) <= 32 and card.isascii() and card.isalnum()):
            row.complain("card_number", "bad_number")
        row.values |= {"mrn": mrn, "card_number": card}


def sealed(row: Row, job_id: UUID, row_number: int) -> dict[str, Any]:
    """The columns of ImportRow. Of a bad row only its problems are kept: nobody needs its secrets any more."""
    base = {"id": ids.uuid7(), "job_id": job_id, "row_number": row_number, "problems": row.problems}
    if row.problems:
        return base | {"outcome": "bad"}
    values = dict(row.values)
    columns = base | {"outcome": "good", "pinyin": pinyin_key(values["name"])}
    for name, context in _SEALED.items():
        text = values.pop(name)
        columns[name] = encrypt(text, context) if text else b""
        if name in _INDEXED:
            columns[f"{name}_index"] = blind_index(text, name) if text else None
    return columns | values | {"card_id": ids.uuid7() if columns["card_number"] else None}
