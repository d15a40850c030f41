"""Bills of a patient as HIS sends them, read strictly: what does not add up is left out, and the answer says so."""

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.billing.services.items import ItemSpec, check_items
from apps.billing.types import BillKind, ItemCategory
from kernel.errors import InvalidValue
from kernel.text import clean_line

#: An answer with as many may have left some out.
MAX_BILLS = 200
#: What HIS may charge; what is paid in advance begins with us.
KINDS = {kind.value for kind in BillKind} - {BillKind.INPATIENT_DEPOSIT.value, BillKind.CARD_TOP_UP.value}
STATES = ("open", "paid")
KEY = re.compile(r"[0-9A-Za-z_.-]{1,64}")
QUANTITY = re.compile(r"[0-9]{1,6}(\.[0-9]{1,3})?")
#: Longest texts of an item; HIS's longer ones are cut.
MAX_LENGTH = {"name": 120, "code": 64, "spec": 120, "unit": 16}


@dataclass(frozen=True, slots=True)
class HisBill:
    """A bill of HIS. `paid_at`: when HIS's own window took the money, None while it is open.

    The registration it belongs to is named by HIS's key, or by our number for one of ours.
    """

    external_id: str
    kind: BillKind
    title: str
    items: tuple[ItemSpec, ...]
    is_mandatory: bool
    registration_external_id: str
    registration_bill_no: str
    department_code: str
    employee_no: str
    due_at: dt.datetime | None
    expires_at: dt.datetime | None
    paid_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class HisBills:
    """`is_complete`: all that is open in HIS is here, so that what is missing is no longer open."""

    bills: tuple[HisBill, ...]
    is_complete: bool


def read_bills(rows: list[Any]) -> HisBills:
    """What can be read of `rows`. A key that is there twice spoils all: which of them counts?"""
    read: list[HisBill] = []
    for row in rows[:MAX_BILLS]:
        try:
            read.append(_bill(row))
        except (InvalidValue, ValueError):
            continue
    repeated = len({bill.external_id for bill in read}) < len(read)
    is_complete = not repeated and len(read) == len(rows) < MAX_BILLS
    return HisBills(() if repeated else tuple(read), is_complete)


def _bill(row: Any) -> HisBill:
    """ValueError or InvalidValue when it can't be read."""
    items = tuple(_item(item) for item in _checked(row, "items", list))
    if _checked(row, "amount_fen", int) != check_items(items):
        raise ValueError("the items don't add up to the bill")
    is_open = _one_of(row, "state", STATES) == "open"
    return HisBill(
        external_id=_key(row),
        kind=BillKind(_one_of(row, "kind", KINDS)),
        title=_text(row, "title"),
        items=items,
        is_mandatory=row.get("is_mandatory") is True,
        registration_external_id=_text(row, "registration_external_id"),
        registration_bill_no=_text(row, "registration_bill_no"),
        department_code=_text(row, "department_code"),
        employee_no=_text(row, "employee_no"),
        due_at=_moment(row, "due_at"),
        expires_at=_moment(row, "expires_at"),
        paid_at=None if is_open else _moment(row, "paid_at", required=True),
    )


def _item(row: Any) -> ItemSpec:
    price, amount = _checked(row, "unit_price_fen", int), _checked(row, "amount_fen", int)
    quantity, category = _text(row, "quantity"), _text(row, "category")
    if not QUANTITY.fullmatch(quantity):
        raise ValueError("quantity")
    return ItemSpec(
        quantity=Decimal(quantity),
        unit_price_fen=price,
        amount_fen=amount,
        category=category if category in ItemCategory.values else ItemCategory.OTHER.value,
        **{name: _text(row, name)[:longest].strip() for name, longest in MAX_LENGTH.items()},
    )


def _checked(row: Any, name: str, kind: type[Any]) -> Any:
    """A value of exactly that type: true is no number."""
    value = row.get(name) if isinstance(row, dict) else None
    if type(value) is not kind:
        raise ValueError(name)
    return value


def _one_of(row: dict[str, Any], name: str, allowed: Any) -> str:
    value = _text(row, name)
    if value not in allowed:
        raise ValueError(name)
    return value


def _key(row: dict[str, Any]) -> str:
    value = row.get("external_id")
    if not isinstance(value, str) or not KEY.fullmatch(value):
        raise ValueError("external_id")
    return value


def _text(row: dict[str, Any], name: str) -> str:
    """A text on one line without what nobody sees; empty when it is none."""
    value = row.get(name)
    return clean_line(value) if isinstance(value, str) else ""


def _moment(row: dict[str, Any], name: str, *, required: bool = False) -> dt.datetime | None:
    """An aware moment; None when there is none and none is required."""
    value = row.get(name)
    if value in (None, "") and not required:
        return None
    moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else None
    if moment is None or moment.tzinfo is None:
        raise ValueError(name)
    return moment
