"""What several tenders paid goes back: the newest first, each by its own way, lines and legs to the fen."""

from collections import Counter
from typing import Any, ClassVar

import pytest

from apps.billing.adapters.embedded import EmbeddedHis
from apps.billing.models import Bill
from apps.billing.services.refund_execution import execute
from apps.billing.services.refund_requests import approve, request_bills
from apps.payments.errors import RefundExceedsPaid
from apps.payments.models import AccountKind, PaymentOrder, Refund, RefundCause, RefundLine, RefundRoute
from apps.payments.ports import PaymentPosting, Receipt
from apps.payments.selectors.day_bill import movements
from apps.payments.services.advance_refund import hand_out
from apps.payments.services.record_refund import cancel
from apps.payments.services.refunds import RefundPart, create_refund
from kernel.errors import StateConflict
from tests.payments.his import Refusing, use_his, well_afterwards
from tests.payments.support import TODAY, Till
from tests.payments.tenders import WHOLE, legs, money, nothing_is_left, order_of, pieces, settle
from tests.payments.test_counter import fill_card
from tests.scheduling.support import ADMIN, code

pytestmark = pytest.mark.requirement("CLN-08")


@pytest.fixture
def order(till: Till) -> PaymentOrder:
    """7 000 + 5 000, paid by 4 000 on a slip, 3 000 of the card and 5 000 in cash."""
    fill_card(till, 3_000)
    order = order_of(till)
    settle(till, order, "pos", amount_fen=4_000)
    settle(till, order, "card_balance", amount_fen=3_000)
    assert settle(till, order, "cash", tendered_fen=10_000).json()["state"] == "posted"
    order.refresh_from_db()
    return order


def give_back(till: Till, order: PaymentOrder, *amounts: int, by_clerk: bool = True) -> None:
    """So much of each line, in their order; cash is handed out with it."""
    lines = order.lines.order_by("position")
    parts = [RefundPart(line.pk, fen) for line, fen in zip(lines, amounts, strict=False) if fen]
    create_refund(
        order=order, parts=parts, cause=RefundCause.WINDOW, reason="不做了", route=RefundRoute.COUNTER_CASH,
        staff=till.world.staff["clerk"] if by_clerk else None,
    )  # fmt: skip
    for refund in Refund.objects.filter(order=order, route="counter_cash", state="created"):
        hand_out(refund.pk)
    till.work()


def by_line(order: PaymentOrder) -> list[int]:
    rows = order.lines.order_by("position")
    return list(rows.values_list("refunded_fen", flat=True))


def test_the_newest_tender_gives_first_and_each_its_own_way(till: Till, order: PaymentOrder) -> None:
    give_back(till, order, 6_000, 3_500)
    assert pieces(order) == [
        ("cash", "counter_cash", "succeeded", 5_000),
        ("card_balance", "original", "succeeded", 3_000),
        ("pos", "original", "failed", 1_500),
    ]
    assert by_line(order) == [6_000, 3_500]
    parts = RefundLine.objects.filter(refund__order=order).order_by("refund_id", "line__position")
    assert list(parts.values_list("refund__attempt__channel", "line__position", "amount_fen")) == [
        ("cash", 1, 5_000), ("card_balance", 1, 1_000), ("card_balance", 2, 2_000), ("pos", 2, 1_500),
    ]  # fmt: skip
    assert money(till, AccountKind.CLEARING, "cash") == 3_000, "what filled the card"
    assert money(till, AccountKind.CARD_BALANCE, str(till.world.cards["patient_a"].pk)) == 3_000
    assert money(till, AccountKind.REFUNDS_PAYABLE) == 1_500
    assert money(till, AccountKind.REVENUE) == WHOLE - 9_500


def test_partial_refunds_one_after_the_other_never_exceed_a_tender(till: Till, order: PaymentOrder) -> None:
    for amounts in ((2_000, 0), (0, 4_000), (1_500, 0), (3_500, 1_000)):
        give_back(till, order, *amounts)
    sums: Counter[str] = Counter()
    for channel, _, _, amount in pieces(order):
        sums[channel] += amount
    assert sums == {"cash": 5_000, "card_balance": 3_000, "pos": 4_000}
    assert by_line(order) == [7_000, 5_000]
    for refund in Refund.objects.filter(state="failed").order_by("pk"):
        answer = till.world.client("clerk").post(
            f"{ADMIN}/refunds/{refund.pk}/void-slip", {"reference": refund.refund_no}, "json",
            HTTP_IDEMPOTENCY_KEY=refund.refund_no,
        )  # fmt: skip
        assert answer.status_code == 200
    assert money(till, AccountKind.REVENUE) == 0 == money(till, AccountKind.CLEARING, "pos")
    nothing_is_left(till)


def test_what_his_did_not_allow_may_go_back_again(till: Till, order: PaymentOrder) -> None:
    line = order.lines.order_by("position").first()
    assert line is not None
    made = create_refund(
        order=order, parts=[RefundPart(line.pk, 5_000)], cause=RefundCause.CANCELLED, reason="",
        route=RefundRoute.ORIGINAL,
    )  # fmt: skip
    cancel(made.pk, code="NOT_NOW")
    create_refund(
        order=order, parts=[RefundPart(line.pk, 5_500)], cause=RefundCause.WINDOW, reason="", route=RefundRoute.ORIGINAL
    )  # fmt: skip
    assert [piece[0] for piece in pieces(order)] == ["cash", "cash", "card_balance"]
    assert by_line(order) == [5_500, 0]


def test_cash_that_no_clerk_has_decided_waits_for_one(till: Till, order: PaymentOrder) -> None:
    give_back(till, order, 6_000, by_clerk=False)
    assert pieces(order) == [
        ("cash", "original", "failed", 5_000), ("card_balance", "original", "succeeded", 1_000),
    ]  # fmt: skip
    cash = Refund.objects.get(state="failed")
    assert cash.error == "at_counter"
    answer = till.world.client("clerk").post(f"{ADMIN}/refunds/{cash.pk}/void-slip", {"reference": "V"}, "json",
                                             HTTP_IDEMPOTENCY_KEY="v")  # fmt: skip
    assert code(answer) == (409, "state_conflict"), "there is no slip"
    answer = till.world.client("clerk").post(f"{ADMIN}/refunds/{cash.pk}/pay-out", HTTP_IDEMPOTENCY_KEY="p")
    assert (answer.status_code, answer.json()["state"], answer.json()["route"]) == (
        200,
        "succeeded",
        "counter_cash",
    )
    assert money(till, AccountKind.REFUNDS_PAYABLE) == 0


def test_a_refund_beyond_what_is_left_moves_nothing(till: Till, order: PaymentOrder) -> None:
    give_back(till, order, 7_000)
    before = (pieces(order), money(till, AccountKind.REVENUE))
    with pytest.raises(RefundExceedsPaid):
        give_back(till, order, 1, 1)
    assert (pieces(order), money(till, AccountKind.REVENUE)) == before


def test_the_window_gives_back_bills_of_such_an_order(till: Till, order: PaymentOrder) -> None:
    answer = till.world.client("clerk").get(f"{ADMIN}/payment-orders/{order.pk}/refund-quote")
    assert answer.status_code == 200
    staff, bills = till.world.staff, Bill.objects.filter(order_id=order.pk)
    request = request_bills(
        order=order, amounts=dict.fromkeys([b.pk for b in bills]), reason="x", staff=staff["clerk"]
    )
    if request.needs_approval:
        request = approve(request, by=staff["head"])
    execute(request, staff=staff["admin1"])
    till.work()
    assert [(piece[0], piece[3]) for piece in pieces(order)] == [
        ("cash", 5_000), ("card_balance", 3_000), ("pos", 4_000),
    ]  # fmt: skip


def test_the_patients_application_gives_nothing_of_it_back(till: Till, order: PaymentOrder) -> None:
    answer = till.post("patient_a", f"payment-orders/{order.pk}/refund", {"reason": "不用了"})
    assert answer.status_code == 409 and pieces(order) == []


def test_what_cannot_be_posted_goes_back_by_every_way_and_ends_once_all_of_it_has(till: Till) -> None:
    fill_card(till, 3_000)
    order = order_of(till)
    settle(till, order, "card_balance", amount_fen=3_000)
    with well_afterwards():
        use_his(Refusing)
        assert settle(till, order, "cash").json()["state"] == "returning"
        till.work()
    assert pieces(order) == [
        ("cash", "original", "failed", 9_000), ("card_balance", "original", "succeeded", 3_000),
    ]  # fmt: skip
    order.refresh_from_db()
    assert order.state == "returning", "the cash lies with the clerk still"
    cash = Refund.objects.get(state="failed")
    till.world.client("clerk").post(f"{ADMIN}/refunds/{cash.pk}/pay-out", HTTP_IDEMPOTENCY_KEY="p")
    order.refresh_from_db()
    assert order.state == "returned" and order.returned_at is not None
    assert money(till, AccountKind.CLEARING, "cash") == 3_000
    nothing_is_left(till)


def test_the_days_bill_lists_each_tender_and_an_applications_each_order(
    till: Till, order: PaymentOrder
) -> None:
    give_back(till, order, 6_000)
    told: list[Any] = list(movements(till.world.h1.pk, TODAY))
    assert Counter((row.kind, row.channel, row.amount_fen) for row in told) == Counter([
        ("payment", "pos", 4_000), ("payment", "card_balance", 3_000), ("payment", "cash", 5_000),
        ("refund", "cash", 5_000), ("refund", "card_balance", 1_000),
    ])  # fmt: skip
    (paid,) = [row for row in movements(till.world.h1.pk, TODAY, "window") if row.kind == "payment"]
    assert (paid.order_no, paid.channel, paid.amount_fen) == (order.order_no, "mixed", WHOLE)


class Listening(EmbeddedHis):
    """It takes everything, and remembers it."""

    heard: ClassVar[list[PaymentPosting]] = []

    def post_payment(self, posting: PaymentPosting) -> Receipt:
        self.heard.append(posting)
        return super().post_payment(posting)


def test_his_hears_of_every_tender(till: Till) -> None:
    order = order_of(till)
    settle(till, order, "pos", amount_fen=4_000, reference="SLIP1")
    Listening.heard.clear()
    with well_afterwards():
        use_his(Listening)
        settle(till, order, "cash")
    (told,) = Listening.heard
    assert (told.channel, told.transaction_id, told.amount_fen) == ("mixed", "", WHOLE)
    assert [(t.channel, t.transaction_id, t.amount_fen) for t in told.tenders] == [
        ("pos", "SLIP1", 4_000), ("cash", "", 8_000),
    ]  # fmt: skip
    assert legs(order)[-1] == ("cash", "succeeded", 8_000)


def test_a_posted_order_takes_no_tender(till: Till, order: PaymentOrder) -> None:
    assert code(settle(till, order, "pos", amount_fen=1)) == (409, "state_conflict")
    with pytest.raises(StateConflict):
        give_back(till, order_of(till, 100), 100)
