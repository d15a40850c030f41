"""Which lots an amount comes out of: order, shares and rounding (engines.md 5)."""

import datetime as dt

import pytest
from hypothesis import given, strategies as st

from apps.payments.errors import InsufficientBalance
from apps.prepaid.kinds import Use
from apps.prepaid.models import LotPart, PrepaidLot
from apps.prepaid.services.lots import plan
from kernel.ids import uuid7

pytestmark = pytest.mark.requirement("PAY-07")

NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)


def lot(source: str, part: str, left: int, *, held: int = 0, days: int | None = None) -> PrepaidLot:
    ends = None if days is None else NOW + dt.timedelta(days=days)
    return PrepaidLot(pk=uuid7(), source=source, part=part, left_fen=left, held_fen=held, expires_at=ends)


def taken(lots: list[PrepaidLot], amount: int, use: Use = Use.PROPORTIONAL, **more: bool) -> dict[str, int]:
    return {f"{one.source}-{one.part}": fen for one, fen in plan(lots, amount, use, NOW, **more)}


def test_a_recharge_is_used_in_proportion_and_the_bonus_share_is_rounded_down() -> None:
    lots = [lot("a", "principal", 100), lot("a", "bonus", 50)]
    assert taken(lots, 10) == {"a-principal": 7, "a-bonus": 3}
    assert taken(lots, 150) == {"a-principal": 100, "a-bonus": 50}
    assert taken(lots, 1) == {"a-principal": 1}


def test_principal_or_bonus_first_as_the_kind_says() -> None:
    lots = [lot("a", "principal", 100), lot("a", "bonus", 50)]
    assert taken(lots, 120, Use.PRINCIPAL_FIRST) == {"a-principal": 100, "a-bonus": 20}
    assert taken(lots, 60, Use.BONUS_FIRST) == {"a-principal": 10, "a-bonus": 50}


def test_the_recharge_whose_bonus_ends_first_comes_first_then_the_oldest() -> None:
    lots = [
        lot("old", "principal", 10),
        lot("late", "principal", 10), lot("late", "bonus", 10, days=30),
        lot("soon", "principal", 10), lot("soon", "bonus", 10, days=3),
    ]  # fmt: skip
    assert list(taken(lots, 45)) == [
        "soon-principal", "soon-bonus", "late-principal", "late-bonus", "old-principal",
    ]  # fmt: skip


def test_what_refuses_bonus_takes_principal_only() -> None:
    lots = [lot("a", "principal", 10), lot("a", "bonus", 50), lot("b", "principal", 5)]
    assert taken(lots, 15, principal_only=True) == {"a-principal": 10, "b-principal": 5}
    with pytest.raises(InsufficientBalance):
        taken(lots, 16, principal_only=True)


def test_an_expired_bonus_and_what_is_held_are_not_there() -> None:
    lots = [lot("a", "principal", 10, held=4), lot("a", "bonus", 50, days=0)]
    assert taken(lots, 6) == {"a-principal": 6}
    with pytest.raises(InsufficientBalance):
        taken(lots, 7)


_AMOUNTS = st.integers(0, 10_000)


@given(
    st.lists(st.tuples(_AMOUNTS, _AMOUNTS, st.integers(1, 5)), max_size=5),
    st.integers(1, 60_000),
    st.sampled_from(Use),
)
def test_what_is_taken_adds_up_and_no_lot_gives_more_than_it_has(
    recharges: list[tuple[int, int, int]], amount: int, use: Use
) -> None:
    lots = []
    for number, (principal, bonus, days) in enumerate(recharges):
        lots += [lot(str(number), "principal", principal), lot(str(number), "bonus", bonus, days=days)]
    free = sum(one.left_fen for one in lots)
    if amount > free:
        with pytest.raises(InsufficientBalance):
            plan(lots, amount, use, NOW)
        return
    found = plan(lots, amount, use, NOW)
    assert sum(fen for _, fen in found) == amount
    assert all(0 < fen <= one.left_fen for one, fen in found)
    assert len({one.pk for one, _ in found}) == len(found)
    if use == Use.PROPORTIONAL and len(recharges) == 1 and found:
        principal, bonus, _ = recharges[0]
        share = sum(fen for one, fen in found if one.part == LotPart.BONUS)
        assert max(amount * bonus // (principal + bonus), amount - principal) == share
