"""发票 on paper: what stands on a counted copy."""

from collections.abc import Iterator, Mapping
from typing import Any

from apps.billing.models import ItemCategory
from kernel import clock
from kernel.money import fen_to_yuan
from kernel.pdf import A5, Block, Column, Document, Fields, Signatures, Space, Table, landscape
from kernel.pdf.document import Align
from kernel.words import title, value_text

_COLUMNS: tuple[tuple[str, int, Align], ...] = (
    ("category", 2, "left"), ("name", 4, "left"), ("spec", 2, "left"), ("unit", 1, "left"),
    ("quantity", 1, "right"), ("unit_price_fen", 2, "right"), ("amount_fen", 2, "right"),
)  # fmt: skip
REPRINT, REVERSED = "补打", "已冲红"


def sheet_of(copy: Mapping[str, Any]) -> Document:
    """The print of a copy as `printed` answers it; a reprint and what was reversed since say so."""
    again = REPRINT if copy["is_reprint"] else ""
    return Document(
        f"{copy['hospital_name']}收费票据", tuple(_blocks(copy)), page=landscape(A5),
        footer=(_text("copy_no", copy["copy_no"]), _text("printed_at", _moment(copy["printed_at"]))),
        watermark=REVERSED if copy["reversed_at"] else again,
    )  # fmt: skip


def _blocks(copy: Mapping[str, Any]) -> Iterator[Block]:
    names = (
        "invoice_no", "bill_no", "payer_name", "mrn", "department_name", "issued_by_name", "paper_code", "paper_no",
        "e_code", "e_number", "e_check_code",
    )  # fmt: skip
    pairs = [(_title(name), str(copy[name])) for name in names if copy[name]]
    yield Fields(
        [*pairs, (_title("issued_at"), _moment(copy["issued_at"])), (_title("desk"), copy["desk"])], 3
    )
    yield Space(2)
    columns = [Column(_title(name), share, side) for name, share, side in _COLUMNS]
    total = ["合计", *[""] * (len(columns) - 2), fen_to_yuan(copy["amount_fen"])]
    yield Table(columns, [_row(item) for item in copy["items"]], total)
    yield Space(4)
    yield Signatures(["收款人", "复核人"])


def _row(item: Mapping[str, Any]) -> list[str]:
    said = {
        **item, "category": value_text(ItemCategory, item["category"]),
        "unit_price_fen": fen_to_yuan(item["unit_price_fen"]), "amount_fen": fen_to_yuan(item["amount_fen"]),
    }  # fmt: skip
    return [str(said[name]) for name, *_ in _COLUMNS]


def _title(name: str) -> str:
    return title("InvoiceCopy", name)


def _text(name: str, value: object) -> str:
    return f"{_title(name)} {value}"


def _moment(at: Any) -> str:
    return f"{at.astimezone(clock.LOCAL):%Y-%m-%d %H:%M}"
