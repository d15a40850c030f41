"""The platform's own book, in memory and bounded: receipts issued once under the hospital's numbers."""

import itertools
import threading
from collections import OrderedDict
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

KEPT = 100_000


class ReceiptFailure(Exception):
    """The platform says no, with its code."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(code)
        self.code, self.text = code, text


@dataclass(slots=True)
class Receipt:
    """`at`: busDateTime. `paper`: the form that it lies on. `sent`: how often it was asked for."""

    bus_no: str
    method: str
    at: str
    place: str
    total: Decimal
    code: str
    number: str
    random: str
    request: dict[str, Any]
    relates_to: str = ""
    reversed_at: str = ""
    reversal: tuple[str, str, str] = ("", "", "")
    paper: tuple[str, str] = ("", "")
    papers: list[str] = field(default_factory=list)
    sent: int = 1

    def shown(self) -> dict[str, Any]:
        return asdict(self) | {
            "total": str(self.total),
            "state": "reversed" if self.reversed_at else "issued",
        }


class ReceiptBook:
    """Every method is atomic; ReceiptFailure says why something is not done."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self.reset()

    def reset(self) -> None:
        with self._lock:
            self._serial = itertools.count(1)
            self.receipts: OrderedDict[tuple[str, str], Receipt] = OrderedDict()

    def issue(self, app: str, method: str, data: dict[str, Any], total: Decimal) -> Receipt:
        """The same busNo again is the same receipt; with another total it is refused."""
        with self._lock:
            known = self.receipts.get((app, data["busNo"]))
            if known is not None:
                known.sent += 1
                if known.total != total:
                    raise ReceiptFailure("S0012", "业务流水号已开具其他金额的票据")
                return known
            code, number, random = self._numbers()
            made = Receipt(
                data["busNo"], method, data["busDateTime"], data["placeCode"], total, code, number, random, data,
                data.get("eBillRelateNo") or "",
            )  # fmt: skip
            self.receipts[app, made.bus_no] = made
            if len(self.receipts) > KEPT:
                self.receipts.popitem(last=False)
            return made

    def reverse(self, app: str, code: str, number: str, at: str) -> Receipt:
        with self._lock:
            found = self.find(app, code, number)
            if found.reversed_at:
                raise ReceiptFailure("S0021", "电子票据已冲红")
            if found.paper[1]:
                raise ReceiptFailure("S0022", "已换开纸质票据,请先作废纸质票据")
            found.reversed_at, found.reversal = at, self._numbers()
            return found

    def turn(self, app: str, code: str, number: str, paper: tuple[str, str]) -> Receipt:
        with self._lock:
            found = self.find(app, code, number)
            if found.reversed_at or found.paper not in (("", ""), paper):
                raise ReceiptFailure("S0031", "电子票据已冲红或已换开")
            others = (row for row in self.receipts.values() if row is not found)
            if any(paper[1] in row.papers for row in others):
                raise ReceiptFailure("S0032", "纸质票据号码已使用")
            found.paper = paper
            if paper[1] not in found.papers:
                found.papers.append(paper[1])
            return found

    def void_paper(self, app: str, paper: tuple[str, str]) -> None:
        """Void already is as good."""
        with self._lock:
            for (owner, _), row in self.receipts.items():
                if owner == app and row.paper == paper:
                    row.paper = ("", "")

    def next_paper(self) -> str:
        with self._lock:
            used = {number for row in self.receipts.values() for number in row.papers}
            return next(number for n in itertools.count(1) if (number := f"{n:010d}") not in used)

    def find(self, app: str, code: str, number: str) -> Receipt:
        with self._lock:
            rows = (row for (owner, _), row in self.receipts.items() if owner == app)
            found = next((row for row in rows if (row.code, row.number) == (code, number)), None)
            if found is None:
                raise ReceiptFailure("S0020", "电子票据不存在")
            return found

    def between(self, app: str, begin: str, end: str, *, reversed_: bool = False) -> list[Receipt]:
        """Issued, or reversed, between the two moments, both among them."""
        with self._lock:
            mine = [row for (owner, _), row in self.receipts.items() if owner == app]
        return [row for row in mine if begin <= (row.reversed_at if reversed_ else row.at) <= end]

    def forget(self, bus_no: str) -> int:
        with self._lock:
            keys = [key for key in self.receipts if key[1] == bus_no]
            for key in keys:
                del self.receipts[key]
            return len(keys)

    def _numbers(self) -> tuple[str, str, str]:
        serial = next(self._serial)
        return "11060126", f"{serial:010d}", f"{serial * 7919 % 1_000_000:06d}"
