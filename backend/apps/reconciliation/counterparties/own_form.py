"""A bill in the form of our own (`services/day_bill.py`): CSV or Excel, columns by their titles, sums at its end."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import IO, Any

from apps.reconciliation.counterparties.base import BadBill, Line, Statement
from apps.reconciliation.models import Direction
from kernel import clock
from kernel.money import MAX_FEN, yuan_to_fen
from kernel.sheets import (
    IGNORED,
    BadCell,
    Form,
    Heading,
    Line as Row,
    SheetProblem,
    column_letters,
    kind_of,
    read_heading,
    rows_of,
)

MAX_ROWS, MAX_FINDINGS, MAX_NUMBER = 2_000_000, 100, 64
#: Of processor time: two million lines take about two minutes.
SECONDS = 900
TOTAL = "#total"
FEN_OF_A_YUAN = 100
_NEEDED = {
    "business_date": "business_date", "kind": "kind", "order_no": "order_no",
}  # fmt: skip
#: A title of an amount that says its unit in brackets, 金额(分) or 金额(元).
_AMOUNT = "amount"
_TITLES = {
    "业务日期": "business_date", "日期": "business_date", "类型": "kind", "收退类型": "kind", "支付单号": "order_no",
    "订单号": "order_no", "退费单号": "refund_no", "退款单号": "refund_no", "his单号": "his_no", "his流水号": "his_no",
    "金额": _AMOUNT, "状态": "state", "发生时间": "occurred_at", "医院编码": "hospital_code",
}  # fmt: skip
_READ = (
    "business_date", "kind", "order_no", "refund_no", "his_no", "amount_fen", "state", "occurred_at", "hospital_code",
)  # fmt: skip
#: Columns of the form that say nothing here.
_UNREAD = ("original_order_no", "channel", "transaction_id", "application", "mrn_masked")
FORM = Form(
    code="day_bill", zh="日账单", en="Bill of a day",
    known={**_TITLES, **{name: name for name in _READ}, **dict.fromkeys(_UNREAD, IGNORED)}, required=_NEEDED,
    is_lenient=True,
)  # fmt: skip
_KINDS = {
    "payment": Direction.IN, "支付": Direction.IN, "收费": Direction.IN, "缴费": Direction.IN,
    "refund": Direction.OUT, "退费": Direction.OUT, "退款": Direction.OUT,
}  # fmt: skip
_STATES = {
    "": "done", "succeeded": "done", "posted": "done", "refunded": "done", "成功": "done", "processing": "processing",
    "处理中": "processing", "failed": "failed", "withdrawn": "failed", "失败": "failed", "已撤销": "failed",
}  # fmt: skip
_DAY = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?: 00:00:00)?")
_WHOLE = re.compile(r"\d{1,12}")


def read_own_form(file: IO[bytes], *, day: dt.date, hospital_code: str) -> Statement:
    """Their bill of that day; BadBill with line and column of what is wrong, while the rows are read, too.

    The last line says how many rows there are, and what was paid and given back: without it the file was cut off.
    """
    reading = _Reading(day, hospital_code)
    statement = Statement(iter(()), states_failed=False)
    statement.rows = _rows(file, reading, statement)
    return statement


def _rows(file: IO[bytes], reading: "_Reading", statement: Statement) -> Iterator[Line]:
    try:
        head = file.read(512)
        file.seek(0)
        kind = kind_of(head)
        heading, rows = read_heading(
            rows_of(file, kind, most_rows=MAX_ROWS + 2, forms=[FORM], seconds=SECONDS), [FORM]
        )
        yield from reading.lines(heading, rows)
    except SheetProblem as problem:
        raise BadBill(problem.findings) from problem
    statement.stated_in_fen, statement.stated_out_fen = reading.finish()


class _Reading:
    """One file as it goes by, with all that is wrong with it."""

    def __init__(self, day: dt.date, hospital_code: str) -> None:
        self.day, self.hospital_code = day, hospital_code
        self.findings: list[dict[str, Any]] = []
        self.count = self.last = 0
        self.total: tuple[int, int, int] | None = None

    def lines(self, heading: Heading, rows: Iterator[Row]) -> Iterator[Line]:
        """Good rows; BadBill after MAX_FINDINGS bad cells."""
        columns = {name: at for at, name in enumerate(heading.fields) if name is not None}
        unit, self.last = self._unit(columns, heading), heading.row
        for row in rows:
            self.last = row.number
            if self.total is not None:
                self._find(row, "after_total", 0, heading)
                break
            if row.cells[0] == TOTAL:
                self.total = self._total(row, heading)
                continue
            self.count += 1
            line = self._line(row, columns, heading, unit)
            if line is not None:
                yield line
            if len(self.findings) >= MAX_FINDINGS:
                break

    def _unit(self, columns: dict[str, int], heading: Heading) -> int:
        """How many fen one of the column's is."""
        if "amount_fen" in columns:
            return 1
        at = columns.get(_AMOUNT)
        title = heading.titles[at] if at is not None else ""
        if at is None or ("分" in title) == ("元" in title):
            found = {
                "code": "missing_column" if at is None else "no_unit",
                "row": heading.row,
                "column": "amount_fen",
            }
            raise BadBill(
                [
                    {
                        **found,
                        "line": heading.row,
                        "cell": "" if at is None else f"{column_letters(at)}{heading.row}",
                    }
                ]
            )
        columns["amount_fen"] = at
        return 1 if "分" in title else FEN_OF_A_YUAN

    def finish(self) -> tuple[int, int]:
        """What the last line says was paid and given back; BadBill for all that is wrong."""
        if not self.findings and self.total is None:
            self.findings.append({"code": "no_total", "row": self.last, "line": self.last})
        elif not self.findings and self.total is not None and self.total[0] != self.count:
            self.findings.append(
                {"code": "count_differs", "row": self.last, "line": self.last, "shown": str(self.total[0]),
                 "counted": str(self.count)}
            )  # fmt: skip
        if self.findings or self.total is None:
            raise BadBill(self.findings)
        return self.total[1], self.total[2]

    def _find(self, row: Row, code: str, column: int, heading: Heading, shown: object = "") -> None:
        title = heading.titles[column] if column < len(heading.titles) else ""
        self.findings.append(
            {"code": code, "row": row.number, "line": row.number, "column": title,
             "cell": f"{column_letters(column)}{row.number}", "shown": str(shown)[:40]}
        )  # fmt: skip

    def _total(self, row: Row, heading: Heading) -> tuple[int, int, int]:
        said = [cell for cell in row.cells[1:4] if isinstance(cell, str) and _WHOLE.fullmatch(cell)]
        if len(said) != 3:
            self._find(row, "bad_total", 0, heading)
            return 0, 0, 0
        return int(said[0]), int(said[1]), int(said[2])

    def _line(self, row: Row, columns: Mapping[str, int], heading: Heading, unit: int) -> Line | None:
        texts: dict[str, str] = dict.fromkeys(_READ, "")
        before = len(self.findings)
        for name, at in columns.items():
            cell = row.cells[at] if at < len(row.cells) else ""
            if isinstance(cell, BadCell):
                self._find(row, cell.code, at, heading, cell.shown)
            elif name in texts:
                texts[name] = cell
        texts["amount_fen"] = _in_fen(texts["amount_fen"], unit)
        wrong = [] if len(self.findings) > before else list(self._wrong(texts))
        for name, code in wrong:
            self._find(row, code, columns.get(name, 0), heading, texts[name])
        if len(self.findings) > before:
            return None
        direction = _KINDS[texts["kind"]]
        key = texts["refund_no"] if direction == Direction.OUT else texts["order_no"]
        return Line(
            direction, key, texts["his_no"], int(texts["amount_fen"]), at=_moment(texts["occurred_at"]),
            state=_STATES[texts["state"]],
        )  # fmt: skip

    def _wrong(self, texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        if _day(texts["business_date"]) != self.day:
            yield "business_date", "another_day"
        if texts["hospital_code"] not in ("", self.hospital_code):
            yield "hospital_code", "another_hospital"
        if texts["kind"] not in _KINDS:
            yield "kind", "unknown_kind"
        number = "refund_no" if _KINDS.get(texts["kind"]) == Direction.OUT else "order_no"
        if not 0 < len(texts[number]) <= MAX_NUMBER or len(texts["his_no"]) > MAX_NUMBER:
            yield number, "bad_number"
        if not _WHOLE.fullmatch(texts["amount_fen"]) or not 0 < int(texts["amount_fen"]) <= MAX_FEN:
            yield "amount_fen", "bad_amount"
        if texts["state"] not in _STATES:
            yield "state", "unknown_state"
        if texts["occurred_at"] and _moment(texts["occurred_at"]) is None:
            yield "occurred_at", "bad_moment"


def _in_fen(text: str, unit: int) -> str:
    """As it is where it is no amount: it is told so."""
    if unit == 1:
        return text
    try:
        return str(yuan_to_fen(text.replace(",", "")))
    except ValueError:
        return text + " "


def _day(text: str) -> dt.date | None:
    found = _DAY.fullmatch(text)
    try:
        return dt.date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _moment(text: str) -> dt.datetime | None:
    """A moment without a zone is Beijing's."""
    try:
        read = dt.datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=clock.LOCAL)
