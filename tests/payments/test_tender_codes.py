"""A tender by a provider's code at the window: it holds its share while it is open, and frees it when it fails."""

from typing import Any

import pytest

from apps.payments.channels.base import TradeResult, TradeState
from apps.payments.errors import ChannelUnavailable
from apps.payments.models import AccountKind, PaymentAttempt, PaymentOrder, Refund
from apps.payments.services.merchants import open_merchant
from apps.payments.services.record_payment import record_paid
from tests.payments.channels.test_unionpay import form_of
from tests.payments.support import Till
from tests.payments.tenders import (
    everything,
    legs,
    money,
    nothing_is_left,
    order_of,
    pieces,
    settle,
    show_code,
    withdraw_codes,
)
from tests.scheduling.support import ADMIN, code

pytestmark = pytest.mark.requirement("CLN-08")


def shown(till: Till, order: PaymentOrder, channel: str = "alipay", **body: Any) -> PaymentAttempt:
    answer = show_code(till, order, channel, **body)
    assert answer.status_code == 201, answer.content
    return PaymentAttempt.objects.get(pk=answer.json()["id"])


def paid(till: Till, attempt: PaymentAttempt) -> None:
    """The payer scans it and confirms; the push arrives."""
    till.confirm(attempt)
    till.deliver()
    till.work()


@pytest.mark.parametrize(
    ("channel", "method"), [("wechat_pay", "qr_code"), ("alipay", "qr_code"), ("unionpay", "wap")]
)
def test_a_provider_pays_a_part_and_cash_the_rest(till: Till, channel: str, method: str) -> None:
    if channel != "wechat_pay":
        back = {"return_url": "https://clinic.example/paid"} if method == "wap" else {}
        config = till.sandbox.merchant(channel) | back
        open_merchant(hospital=till.world.h1, channel=channel, name=channel, config=config)
    order = order_of(till)
    attempt = shown(till, order, channel, method=method, amount_fen=7_001)
    assert (attempt.amount_fen, attempt.is_leg, attempt.taken_by) == (7_001, True, till.world.staff["clerk"])
    if method == "qr_code":
        assert attempt.client["qr_code"]
    else:
        action, fields = form_of(attempt.client["html"])
        assert till.sandbox.http.post(action, data=fields).status_code == 200
    paid(till, attempt)
    order.refresh_from_db()
    assert (order.state, order.held_fen) == ("pending", 7_001)
    assert settle(till, order, "cash", tendered_fen=5_000).json()["state"] == "posted"
    assert legs(order) == [(channel, "succeeded", 7_001), ("cash", "succeeded", 4_999)]
    assert till.sandbox.balance(channel)["balance_fen"] == 7_001 == money(till, AccountKind.CLEARING, channel)
    nothing_is_left(till)


def test_two_codes_pay_together_and_a_worker_posts(till: Till) -> None:
    till.offer("alipay")
    order = order_of(till)
    first, second = shown(till, order, amount_fen=5_000), shown(till, order, "wechat_pay")
    assert second.amount_fen == 7_000, "all that is left beside the first"
    paid(till, second)
    paid(till, first)
    order.refresh_from_db()
    assert (order.state, order.channel) == ("posted", "mixed")
    nothing_is_left(till)


def test_an_open_code_keeps_its_share(till: Till) -> None:
    till.offer("alipay")
    order = order_of(till)
    shown(till, order, amount_fen=5_000)
    before = everything(till)
    assert code(settle(till, order, "pos", amount_fen=7_001)) == (409, "tender_exceeds_rest")
    assert code(show_code(till, order, "wechat_pay", amount_fen=7_001)) == (409, "tender_exceeds_rest")
    assert code(settle(till, order, "cash")) == (409, "cash_last")
    assert everything(till) == before


def test_a_code_that_is_withdrawn_frees_its_share(till: Till) -> None:
    till.offer("alipay")
    order = order_of(till)
    settle(till, order, "pos", amount_fen=4_000)
    attempt = shown(till, order)
    assert withdraw_codes(till, order).status_code == 200
    assert legs(order)[-1][1] == "open", "nobody has scanned it: Alipay cannot close what it has not seen"
    assert settle(till, order, "cash").json()["state"] == "posted"
    till.later(minutes=20)
    till.work()
    attempt.refresh_from_db()
    assert attempt.state == "closed"
    assert code(withdraw_codes(till, order)) == (409, "state_conflict")


def test_wechats_code_is_closed_at_once(till: Till) -> None:
    order = order_of(till)
    attempt = shown(till, order, "wechat_pay", amount_fen=5_000)
    assert withdraw_codes(till, order).status_code == 200
    assert legs(order) == [("wechat_pay", "closed", 5_000)]
    trade = till.sandbox.trade("wechat_pay", attempt.out_trade_no)
    assert trade is not None and trade["state"] == "closed"
    assert settle(till, order, "cash").json()["channel"] == "cash", "no tender but this one"


def test_what_is_paid_by_a_code_after_it_was_withdrawn_finds_room_or_goes_back(till: Till) -> None:
    till.offer("alipay")
    order = order_of(till)
    first, second = shown(till, order, amount_fen=5_000), shown(till, order, amount_fen=7_000)
    withdraw_codes(till, order)
    paid(till, first)
    order.refresh_from_db()
    assert (order.state, order.held_fen) == ("pending", 5_000)
    assert settle(till, order, "cash").json()["state"] == "posted"
    paid(till, second)
    till.later(minutes=2)
    till.work()
    assert pieces(order) == [("alipay", "original", "succeeded", 7_000)]
    assert legs(order)[1] == ("alipay", "overpayment", 7_000)
    assert till.sandbox.balance("alipay")["balance_fen"] == 5_000
    nothing_is_left(till)


def test_a_code_that_was_paid_as_it_was_withdrawn_is_held(till: Till) -> None:
    till.offer("alipay")
    order = order_of(till)
    attempt = shown(till, order, amount_fen=5_000)
    till.confirm(attempt)
    answer = withdraw_codes(till, order)
    assert (answer.status_code, answer.json()["held_fen"]) == (200, 5_000)


def test_a_silent_channel_keeps_the_share_until_it_answers(till: Till) -> None:
    till.offer("alipay")
    order = order_of(till)
    shown(till, order, amount_fen=5_000)
    till.sandbox.faults("alipay", {"kind": "http_error"})
    assert withdraw_codes(till, order).status_code == 200
    assert legs(order)[-1][1] == "open"
    assert code(settle(till, order, "cash")) == (409, "cash_last")
    till.sandbox.faults("alipay")
    withdraw_codes(till, order)
    assert settle(till, order, "cash").json()["state"] == "posted"


def test_a_failed_code_leaves_the_others_held(till: Till) -> None:
    order = order_of(till)
    settle(till, order, "pos", amount_fen=4_000)
    before = everything(till)
    assert code(show_code(till, order, "alipay")) == (409, "channel_not_offered")
    assert code(show_code(till, order, "wechat_pay", method="wap")) == (409, "channel_not_offered")
    assert code(show_code(till, order, "cash")) == (409, "channel_not_offered")
    assert everything(till) == before
    till.sandbox.faults("wechat_pay", {"kind": "http_error", "operation": "prepay", "times": 1})
    with pytest.raises(ChannelUnavailable):
        show_code(till, order, "wechat_pay", amount_fen=1_000)
    order.refresh_from_db()
    assert (order.state, order.held_fen) == ("pending", 4_000)
    shown(till, order, "wechat_pay", amount_fen=1_000)
    assert legs(order) == [("pos", "held", 4_000), ("wechat_pay", "open", 1_000)], (
        "asked again under its number"
    )


def test_a_code_that_is_paid_after_the_end_goes_back(till: Till) -> None:
    till.offer("alipay")
    order = order_of(till)
    settle(till, order, "pos", amount_fen=4_000)
    attempt = shown(till, order, amount_fen=3_000)
    till.sandbox.faults("alipay", {"kind": "http_error", "operation": "close"})
    till.confirm(attempt)
    till.later(minutes=16)
    till.sandbox.faults("alipay")
    till.work()
    till.deliver()
    till.later(minutes=1)
    till.work()
    order.refresh_from_db()
    assert (order.state, order.held_fen) == ("closed", 0)
    states = dict(PaymentAttempt.objects.values_list("channel", "state"))
    assert states["pos"] == "returned" and states["alipay"] in ("returned", "overpayment")
    assert ("alipay", "original", "succeeded", 3_000) in pieces(order)
    assert till.sandbox.balance("alipay")["balance_fen"] == 0 == money(till, AccountKind.CLEARING, "alipay")


def test_a_push_that_comes_when_the_order_is_closed_reopens_nothing(till: Till) -> None:
    order = order_of(till)
    attempt = shown(till, order, "wechat_pay", amount_fen=3_000)
    till.sandbox.push_faults("wechat_pay", {"kind": "lose"})
    PaymentAttempt.objects.filter(pk=attempt.pk).update(state="closed")  # what the channel had told us
    till.later(minutes=16)
    till.work()
    till.move_to(till.now)
    order.refresh_from_db()
    assert order.state == "closed"
    till.sandbox.push_faults("wechat_pay")
    record_paid(
        attempt.pk, TradeResult(TradeState.PAID, attempt.out_trade_no, amount_fen=3_000, transaction_id="T")
    )
    order.refresh_from_db()
    attempt.refresh_from_db()
    assert (order.state, order.held_fen, attempt.state) == ("closed", 0, "overpayment")
    assert Refund.objects.get().cause == "late"


def test_one_key_shows_one_code(till: Till) -> None:
    till.offer("alipay")
    order = order_of(till)
    first = show_code(till, order, "alipay", key="same", amount_fen=5_000)
    again = show_code(till, order, "alipay", key="same", amount_fen=5_000)
    assert first.status_code == again.status_code == 201 and first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true" and PaymentAttempt.objects.count() == 1
    assert code(show_code(till, order, "alipay", key="same", amount_fen=5_001)) == (
        422,
        "idempotency_key_reused",
    )


def test_a_whole_order_by_a_code_at_the_window_is_no_tender(till: Till) -> None:
    till.offer("alipay")
    order = order_of(till)
    attempt = shown(till, order)
    assert not attempt.is_leg
    paid(till, attempt)
    order.refresh_from_db()
    assert (order.state, order.channel) == ("posted", "alipay")


def test_a_code_is_shown_only_by_who_may_settle(till: Till) -> None:
    order = order_of(till)
    before = everything(till)
    for who, status in (("doctor_a", 403), ("reader", 403)):
        if who not in till.world.staff:
            continue
        body = {"channel": "wechat_pay"}
        answer = till.world.client(who).post(f"{ADMIN}/payment-orders/{order.pk}/show-code", body, "json",
                                             HTTP_IDEMPOTENCY_KEY="k")  # fmt: skip
        assert answer.status_code == status
    assert everything(till) == before
