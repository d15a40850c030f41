"""What the items of a new bill come to."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from apps.billing.models import Bill, ChargeItem, ItemCategory
from kernel.errors import REQUIRED, Expectation, InvalidValue
from kernel.expectations import AMOUNT, QUANTITY
from kernel.money import MAX_FEN

MAX_ITEMS = 500
ITEMS = Expectation("bill_items", f"须有 1 至 {MAX_ITEMS} 项", f"1 to {MAX_ITEMS} items.")
MAX_QUANTITY = Decimal(1_000_000)
THOUSANDTH = Decimal("0.001")
TOTAL = Expectation(
    "bill_total", "合计须大于零且不超过一亿元", "The sum has to be above zero and at most 100 million yuan."
)


@dataclass(frozen=True, slots=True)
class ItemSpec:
    """One item to be charged. `quantity` has three places at most; `amount_fen` None: quantity × price, rounded."""

    name: str
    quantity: Decimal
    unit_price_fen: int
    category: str = ItemCategory.OTHER
    code: str = ""
    spec: str = ""
    unit: str = ""
    amount_fen: int | None = None

    @property
    def total_fen(self) -> int:
        """What it comes to, half a fen rounded up."""
        if self.amount_fen is not None:
            return self.amount_fen
        return int((self.quantity * self.unit_price_fen).quantize(Decimal(1), ROUND_HALF_UP))


def check_items(items: Sequence[ItemSpec]) -> int:
    """The sum of `items` in fen; InvalidValue names what can't be charged."""
    if not 0 < len(items) <= MAX_ITEMS:
        raise InvalidValue(field="items", expected=ITEMS)
    for position, item in enumerate(items):
        check_item(item, f"items.{position}")
    total = sum(item.total_fen for item in items)
    if not 0 < total <= MAX_FEN:
        raise InvalidValue(field="items", expected=TOTAL)
    return total


def check_item(item: ItemSpec, where: str) -> None:
    """InvalidValue names what of the item at `where` can't be charged."""
    quantity = item.quantity
    if not quantity.is_finite() or not 0 < quantity < MAX_QUANTITY or quantity % THOUSANDTH:
        raise InvalidValue(field=f"{where}.quantity", expected=QUANTITY)
    for name in ("unit_price_fen", "total_fen"):
        if not 0 <= getattr(item, name) <= MAX_FEN:
            raise InvalidValue(field=f"{where}.{name.replace('total', 'amount')}", expected=AMOUNT)
    if not item.name.strip():
        raise InvalidValue(field=f"{where}.name", expected=REQUIRED)


def write_items(bill: Bill, items: Sequence[ItemSpec]) -> None:
    """Store the items of a bill that was just made, in one statement."""
    ChargeItem.objects.bulk_create(
        ChargeItem(
            hospital_id=bill.hospital_id,
            bill=bill,
            position=position,
            category=item.category,
            code=item.code,
            name=item.name,
            spec=item.spec,
            unit=item.unit,
            quantity=item.quantity,
            unit_price_fen=item.unit_price_fen,
            amount_fen=item.total_fen,
        )
        for position, item in enumerate(items, start=1)
    )


def specs_of(bill: Bill) -> list[ItemSpec]:
    """The items of a stored bill, to compare with or to charge again."""
    return [
        ItemSpec(
            name=row.name,
            quantity=row.quantity,
            unit_price_fen=row.unit_price_fen,
            category=row.category,
            code=row.code,
            spec=row.spec,
            unit=row.unit,
            amount_fen=row.amount_fen,
        )
        for row in bill.items.order_by("position")
    ]
