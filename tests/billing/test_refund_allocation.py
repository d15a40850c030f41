"""Order by order, the newest first, never above any cap, sums exact: for whatever amounts."""

from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from apps.billing.services.refund_allocation import Paid, allocate

pytestmark = pytest.mark.requirement("PAY-06")
ORDERS = st.lists(st.integers(0, 10**10), max_size=30).map(
    lambda amounts: [Paid(UUID(int=number), amount) for number, amount in enumerate(amounts, start=1)]
)


@given(ORDERS, st.data())
def test_shares_are_exact_within_every_order_and_the_newest_first(
    orders: list[Paid], data: st.DataObject
) -> None:
    total = sum(order.left_fen for order in orders)
    if not total:
        return
    amount = data.draw(st.integers(1, total))
    shares = allocate(amount, orders)
    left = {order.order_id: order.left_fen for order in orders}
    assert sum(share.amount_fen for share in shares) == amount
    assert all(0 < share.amount_fen <= left[share.order_id] for share in shares)
    holding = [order.order_id for order in orders if order.left_fen]
    assert [share.order_id for share in shares] == holding[: len(shares)], "no order is passed over"
    assert all(share.amount_fen == left[share.order_id] for share in shares[:-1]), (
        "each is used up before the next"
    )


@given(ORDERS, st.integers(1, 10**12))
def test_more_than_the_orders_hold_is_refused_whole(orders: list[Paid], beyond: int) -> None:
    with pytest.raises(ValueError, match="hold less"):
        allocate(sum(order.left_fen for order in orders) + beyond, orders)


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_is_not_an_amount(amount: int) -> None:
    with pytest.raises(ValueError, match="nothing"):
        allocate(amount, [Paid(UUID(int=1), 100)])


def test_an_order_that_holds_nothing_gives_nothing() -> None:
    first, empty, second = (Paid(UUID(int=n), fen) for n, fen in ((1, 30), (2, 0), (3, 100)))
    assert [(s.order_id.int, s.amount_fen) for s in allocate(50, [first, empty, second])] == [
        (1, 30),
        (3, 20),
    ]
