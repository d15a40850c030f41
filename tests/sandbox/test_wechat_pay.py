"""The WeChat Pay stand-in with the published SDK, unmodified, as the referee of its wire protocol."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.wechat_pay import (
    NOTIFY,
    OPENID,
    out_trade_no,
    paid,
    prepay,
    published_sdk,
    query,
    refund,
    request_payment,
)


@pytest.fixture
def sdk(payment_sandbox):
    return published_sdk(payment_sandbox)


def test_an_order_is_made_queried_and_paid(payment_sandbox, sdk) -> None:
    number = out_trade_no()
    status, answer = prepay(sdk, number)
    assert (status, len(answer["prepay_id"])) == (200, 36)
    assert query(sdk, number)[1]["trade_state"] == "NOTPAY"
    payment_sandbox.pay("wechat_pay", number)
    status, trade = query(sdk, number)
    assert (status, trade["trade_state"], trade["amount"]["total"]) == (200, "SUCCESS", 500)
    assert (trade["payer"]["openid"], len(trade["transaction_id"])) == (OPENID, 28)
    by_id = json.loads(sdk.query(transaction_id=trade["transaction_id"])[1])
    assert by_id == trade


def test_the_same_request_is_answered_again_and_a_changed_one_refused(sdk) -> None:
    number = out_trade_no()
    first = prepay(sdk, number)
    assert prepay(sdk, number) == first
    status, answer = prepay(sdk, number, 501)
    assert (status, answer["code"]) == (403, "OUT_TRADE_NO_USED")
    assert prepay(sdk, number, attach="x")[1]["code"] == "OUT_TRADE_NO_USED"


def test_a_prepay_id_lives_two_hours(payment_sandbox, sdk) -> None:
    number = out_trade_no()
    first = prepay(sdk, number)[1]["prepay_id"]
    payment_sandbox.advance(7201)
    second = prepay(sdk, number)[1]["prepay_id"]
    assert second != first
    assert request_payment(payment_sandbox, sdk, first).status_code == 404
    assert request_payment(payment_sandbox, sdk, second).status_code == 200


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"out_trade_no": "short"}, "PARAM_ERROR"),
        ({"out_trade_no": "x" * 33}, "PARAM_ERROR"),
        ({"out_trade_no": "number with blanks"}, "PARAM_ERROR"),
        ({"description": "挂" * 43}, "PARAM_ERROR"),
        ({"description": None}, "PARAM_ERROR"),
        ({"notify_url": "https://example.com/notify?a=1"}, "PARAM_ERROR"),
        ({"notify_url": "notify"}, "PARAM_ERROR"),
        ({"amount": {"total": 0}}, "PARAM_ERROR"),
        ({"amount": {"total": 1.5}}, "PARAM_ERROR"),
        ({"amount": {"total": True}}, "PARAM_ERROR"),
        ({"amount": {"total": "5"}}, "PARAM_ERROR"),
        ({"amount": {"total": 5, "currency": "USD"}}, "PARAM_ERROR"),
        ({"payer": None}, "PARAM_ERROR"),
        ({"attach": "x" * 129}, "PARAM_ERROR"),
        ({"time_expire": "tomorrow"}, "PARAM_ERROR"),
        ({"time_expire": "2099-01-01T00:00:00"}, "PARAM_ERROR"),
        ({"time_expire": "2020-01-01T00:00:00+08:00"}, "INVALID_REQUEST"),
        ({"appid": "wx0000000000other"}, "APPID_MCHID_NOT_MATCH"),
        ({"mchid": "1900000009"}, "MCH_NOT_EXISTS"),
    ],
)
def test_a_wrong_order_is_refused(payment_sandbox, sdk, changes, code) -> None:
    order = {
        "appid": sdk._appid,
        "mchid": sdk._mchid,
        "description": "挂号费",
        "out_trade_no": out_trade_no(),
        "notify_url": NOTIFY,
        "amount": {"total": 500},
        "payer": {"openid": OPENID},
    } | changes
    from wechatpayv3.type import RequestType

    status, text = sdk._core.request("/v3/pay/transactions/jsapi", RequestType.POST, order)
    assert status == 400
    assert json.loads(text)["code"] == code
    assert payment_sandbox.trades("wechat_pay") == []


def test_an_order_closes_at_its_expiry_and_by_itself_after_a_week(payment_sandbox, sdk) -> None:
    timed, plain = out_trade_no(), out_trade_no()
    soon = time.strftime("%Y-%m-%dT%H:%M:%S+08:00", time.gmtime(time.time() + 8 * 3600 + 900))
    prepay(sdk, timed, time_expire=soon)
    prepay(sdk, plain)
    payment_sandbox.advance(901)
    assert [query(sdk, number)[1]["trade_state"] for number in (timed, plain)] == ["CLOSED", "NOTPAY"]
    payment_sandbox.advance(7 * 86_400)
    assert query(sdk, plain)[1]["trade_state"] == "CLOSED"
    assert prepay(sdk, plain)[1]["code"] == "ORDER_CLOSED"


def test_closing_is_repeatable_and_a_paid_order_is_not_closed(payment_sandbox, sdk) -> None:
    number = out_trade_no()
    prepay(sdk, number)
    assert [sdk.close(number)[0] for _ in range(2)] == [
        204,
        204,
    ]  # the SDK verifies the empty answer's signature
    status, text = sdk.close(paid(payment_sandbox, sdk))
    assert (status, json.loads(text)["code"]) == (400, "ORDER_PAID")
    assert sdk.close(out_trade_no())[0] == 404


def test_an_unknown_order_is_a_404(sdk) -> None:
    status, answer = query(sdk, out_trade_no())
    assert (status, answer["code"]) == (404, "ORDER_NOT_EXIST")
    assert sdk.query(transaction_id="42000000")[0] == 404


def test_a_refund_is_processing_first_and_succeeds_later(payment_sandbox, sdk) -> None:
    payment_sandbox.settings("wechat_pay", refund_delay_ms=60_000)
    number = paid(payment_sandbox, sdk)
    status, answer = refund(sdk, number, "R1", 200)
    assert (status, answer["status"], answer["amount"]["refund"]) == (200, "PROCESSING", 200)
    payment_sandbox.advance(61)
    again = json.loads(sdk.query_refund("R1")[1])
    assert (again["status"], again["refund_id"]) == ("SUCCESS", answer["refund_id"])
    assert query(sdk, number)[1]["trade_state"] == "REFUND"
    assert payment_sandbox.balance("wechat_pay")["balance_fen"] == 300


@pytest.mark.requirement("PAY-08")
def test_the_same_refund_number_refunds_once_also_at_the_same_time(payment_sandbox, sdk) -> None:
    number = paid(payment_sandbox, sdk)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: refund(sdk, number, "R-once", 500), range(16)))
    assert {status for status, _ in answers} == {200}
    assert len({answer["refund_id"] for _, answer in answers}) == 1
    trade = payment_sandbox.trade("wechat_pay", number)
    assert trade is not None
    assert [r["amount_fen"] for r in trade["refunds"]] == [500]
    status, answer = refund(sdk, number, "R-once", 499)
    assert (status, answer["code"]) == (400, "INVALID_REQUEST")


def test_no_more_is_refunded_than_was_paid(payment_sandbox, sdk) -> None:
    payment_sandbox.settings("wechat_pay", partial_refund_seconds=0)
    number = paid(payment_sandbox, sdk)
    assert refund(sdk, number, "R1", 300)[0] == 200
    status, answer = refund(sdk, number, "R2", 201)
    assert (status, answer["code"]) == (400, "INVALID_REQUEST")
    assert refund(sdk, number, "R2", 200, total=400)[1]["code"] == "INVALID_REQUEST"
    assert refund(sdk, number, "R2", 200)[0] == 200


def test_two_refunds_of_one_order_are_a_minute_apart(payment_sandbox, sdk) -> None:
    number = paid(payment_sandbox, sdk)
    assert refund(sdk, number, "R1", 100)[0] == 200
    status, answer = refund(sdk, number, "R2", 100)
    assert (status, answer["code"]) == (429, "FREQUENCY_LIMITED")
    payment_sandbox.advance(60)
    assert refund(sdk, number, "R2", 100)[0] == 200


def test_an_empty_account_refuses_until_it_is_filled(payment_sandbox, sdk) -> None:
    number = paid(payment_sandbox, sdk)
    payment_sandbox.settings("wechat_pay", withdrawn_fen=301)
    status, answer = refund(sdk, number, "R1", 200)
    assert (status, answer["code"]) == (403, "NOT_ENOUGH")
    payment_sandbox.settings("wechat_pay", withdrawn_fen=300)
    assert refund(sdk, number, "R1", 200)[0] == 200


@pytest.mark.parametrize(("outcome", "status"), [("closed", "CLOSED"), ("abnormal", "ABNORMAL")])
def test_refunds_can_end_badly(payment_sandbox, sdk, outcome, status) -> None:
    payment_sandbox.settings(
        "wechat_pay", refund_outcome=outcome, refund_delay_ms=0, partial_refund_seconds=0
    )
    number = paid(payment_sandbox, sdk)
    refund(sdk, number, "R1", 500)
    assert json.loads(sdk.query_refund("R1")[1])["status"] == status
    # What was closed never left the account; what is abnormal has left it.
    assert refund(sdk, number, "R2", 500)[0] == (200 if outcome == "closed" else 400)


def test_refunds_end_after_a_year_and_fifty(payment_sandbox, sdk) -> None:
    payment_sandbox.settings("wechat_pay", partial_refund_seconds=0)
    number = paid(payment_sandbox, sdk, 5000)
    assert [refund(sdk, number, f"R{n}", 1, 5000)[0] for n in range(50)] == [200] * 50
    assert refund(sdk, number, "R50", 1, 5000)[1]["code"] == "INVALID_REQUEST"
    late = paid(payment_sandbox, sdk)
    payment_sandbox.advance(366 * 86_400)
    assert refund(sdk, late, "R-late", 1)[1]["code"] == "INVALID_REQUEST"


def test_what_was_not_paid_cannot_be_refunded(sdk) -> None:
    number = out_trade_no()
    prepay(sdk, number)
    for wanted in (number, out_trade_no()):
        status, answer = refund(sdk, wanted, "R1", 1)
        assert (status, answer["code"]) == (404, "RESOURCE_NOT_EXISTS")
    assert sdk.query_refund("R1")[0] == 404
