"""Merchant accounts are remembered between pushes; what counts is the account as it is."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.payments.models import ChannelPush, MerchantAccount, PaymentAttempt
from apps.payments.services.merchants import change_merchant, known_merchant
from kernel.models import OutboxEvent
from tests.payments.support import Till
from tests.support.wechat_pay import Forger

OTHER_KEY = "another-apiv3-key-0123456789abcd"


def pushed(till: Till, attempt: PaymentAttempt, key: str = "", **changes: Any) -> int:
    """The status that the platform's push of a payment gets, encrypted with the merchant's key or `key`."""
    forger = Forger(till.sandbox)
    config = till.sandbox.merchant("wechat_pay")
    amount = {"total": attempt.amount_fen, "currency": "CNY"}
    plain = {
        "mchid": config["mchid"], "appid": config["appid"], "out_trade_no": attempt.out_trade_no,
        "transaction_id": attempt.out_trade_no[:28], "trade_state": "SUCCESS", "amount": amount,
    } | changes  # fmt: skip
    body = forger.body(plain, key=key)
    headers = {
        f"HTTP_{name.upper().replace('-', '_')}": value for name, value in forger.headers(body).items()
    }
    path = f"/callbacks/payments/{till.merchant.pk}"
    return Client().post(path, body, content_type="application/json", **headers).status_code


def opened(till: Till) -> PaymentAttempt:
    return till.prepay("patient_a", till.checkout("patient_a", till.hold()["id"]))


def change_elsewhere(till: Till, **config: str) -> None:
    """As another process does it: this one still knows the account as it was."""
    before = known_merchant(till.merchant.pk)
    present = MerchantAccount.objects.get(pk=till.merchant.pk)
    change_merchant(present, {"config": config}, version=present.version)
    assert known_merchant(till.merchant.pk) is before


@pytest.mark.requirement("PAY-08")
def test_a_push_is_judged_by_the_keys_that_another_process_has_set(till: Till) -> None:
    attempt = opened(till)
    assert pushed(till, attempt) == 204
    change_elsewhere(till, apiv3_key=OTHER_KEY)
    assert pushed(till, attempt) >= 400, "the old key was taken back"
    assert pushed(till, attempt, OTHER_KEY) == 204
    assert ChannelPush.objects.count() == 2


@pytest.mark.requirement("PAY-08")
def test_new_keys_are_believed_at_once(till: Till) -> None:
    attempt = opened(till)
    assert pushed(till, attempt) == 204
    change_elsewhere(till, apiv3_key=OTHER_KEY)
    assert pushed(till, attempt, OTHER_KEY) == 204
    assert ChannelPush.objects.count() == 2


@pytest.mark.requirement("PAY-08")
def test_an_account_that_was_renamed_takes_its_pushes(till: Till) -> None:
    attempt = opened(till)
    assert pushed(till, attempt) == 204
    change_elsewhere(till)
    assert pushed(till, attempt) == 204


@pytest.mark.requirement("PAY-08")
def test_a_push_is_stored_with_its_event_by_one_statement(till: Till) -> None:
    attempt = opened(till)
    assert pushed(till, attempt) == 204
    with CaptureQueriesContext(connection) as captured:
        assert pushed(till, attempt) == 204
    assert len(captured) == 1, [query["sql"][:80] for query in captured]
    events = OutboxEvent.objects.filter(topic="payments.push_received")
    pushes = [str(push.pk) for push in ChannelPush.objects.order_by("pk")]
    assert [event.payload["push_id"] for event in events.order_by("pk")] == pushes
    assert len(pushes) == 2


@pytest.mark.requirement("PAY-08")
def test_alipays_push_is_believed_and_thanked_for_without_a_question(till: Till) -> None:
    till.offer("alipay")
    order = till.checkout("patient_a", till.hold()["id"])
    way = {"channel": "alipay", "method": "qr_code"}
    answer = till.post("patient_a", f"payment-orders/{order.pk}/pay", way)
    assert answer.status_code == 201, answer.content
    till.confirm(PaymentAttempt.objects.get(pk=answer.json()["id"]))
    assert till.deliver() == [200]
    till.work()
    order.refresh_from_db()
    assert order.state == "posted"
