"""How an amount is taken from several orders: order by order, the newest first (rules.md 8). No database here."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Paid:
    """An order and what has not gone back of it yet."""

    order_id: UUID
    left_fen: int


@dataclass(frozen=True, slots=True)
class Share:
    """What one order gives."""

    order_id: UUID
    amount_fen: int


def allocate(amount_fen: int, orders: Sequence[Paid]) -> list[Share]:
    """Shares of `orders` (the newest first) that add up to `amount_fen`, each order used up before the next one.

    ValueError when the orders together hold less, or for an amount that is not positive.
    """
    if amount_fen <= 0:
        raise ValueError("nothing to take")
    shares, missing = [], amount_fen
    for order in orders:
        taken = min(missing, max(order.left_fen, 0))
        if taken:
            shares.append(Share(order.order_id, taken))
        missing -= taken
    if missing:
        raise ValueError("the orders hold less")
    return shares
