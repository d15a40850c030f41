"""Whatever happens at a window, what the shift expects is what its drawer holds in the books."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings, strategies as st

from apps.cashier.selectors import expected_fen
from apps.payments.services.verify_ledger import verify_ledger
from tests.cashier.support import Desk
from tests.support.effort import examples

VERBS = {"paid-in": 1, "paid-out": -1, "safe-drop": -1}
_STEPS = st.lists(
    st.tuples(st.sampled_from(["take", "give", *VERBS]), st.integers(1, 50_000)), min_size=1, max_size=8
)


@pytest.mark.requirement("CLN-08")
@settings(
    max_examples=examples(15),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(float_yuan=st.integers(0, 500), steps=_STEPS, counted_yuan=st.integers(0, 2_000))
def test_the_drawer_holds_what_the_shift_expects(
    desk: Desk, float_yuan: int, steps: list[tuple[str, int]], counted_yuan: int
) -> None:
    with transaction.atomic():
        shift = desk.open(float_fen=float_yuan * 100)
        expected, paid = float_yuan * 100, []
        for verb, fen in steps:
            if verb == "take":
                paid.append(desk.take(fen))
                expected += fen
            elif verb == "give" and paid:
                order = paid.pop()
                desk.give_back(order, order.amount_fen)
                expected -= order.amount_fen
            elif verb in VERBS:
                desk.must("clerk", shift, verb, {"amount_fen": fen, "reason": "测试"})
                expected += VERBS[verb] * fen
            assert expected_fen(shift) == expected == desk.in_drawer(shift)
        shown = desk.count(shift, counted_yuan * 100)
        assert shown["difference_fen"] == counted_yuan * 100 - expected
        if not shown["is_explained"]:  # what no coin makes nobody explains
            desk.must("clerk", shift, "explain", {"reason": "清点"})
        assert desk.in_drawer(shift) == counted_yuan * 100
        if shown["needs_countersign"]:
            desk.must("cfo", shift, "countersign")
        assert desk.hand_over(shift).status_code == 200
        desk.must("books", shift, "accept")
        assert desk.in_drawer(shift) == 0 and verify_ledger().ok
        transaction.set_rollback(True)
