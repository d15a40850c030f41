"""What a channel pushes: genuine and exact, or it changes nothing."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from apps.payments.models import ChannelPush, LedgerTransaction, PaymentAttempt, PaymentOrder
from apps.payments.services.pushes import handle_push
from tests.payments.support import Till
from tests.support.wechat_pay import Forger


def opened(till: Till) -> tuple[PaymentOrder, PaymentAttempt]:
    order = till.checkout("patient_a", till.hold()["id"])
    return order, till.prepay("patient_a", order)


def untouched(till: Till, order: PaymentOrder) -> None:
    till.work()
    order.refresh_from_db()
    assert order.state == "pending"
    assert not ChannelPush.objects.exists() and not LedgerTransaction.objects.exists()


@pytest.mark.requirement("PAY-08")
@pytest.mark.parametrize("kind", ["bad_signature", "stale", "probe"])
def test_a_forged_stale_or_probing_push_changes_nothing(till: Till, kind: str) -> None:
    order, attempt = opened(till)
    till.sandbox.push_faults("wechat_pay", {"kind": kind, "times": 1})
    till.confirm(attempt)
    (status,) = till.deliver()
    assert status >= 400
    assert not ChannelPush.objects.exists() and not LedgerTransaction.objects.exists()
    assert PaymentOrder.objects.get(pk=order.pk).state == "pending"


@pytest.mark.requirement("PAY-08")
def test_a_push_with_another_amount_is_not_believed_but_asked_about(till: Till) -> None:
    order, attempt = opened(till)
    till.sandbox.push_faults("wechat_pay", {"kind": "wrong_amount", "times": 1})
    till.confirm(attempt)
    till.deliver()
    assert PaymentOrder.objects.get(pk=order.pk).state == "pending"
    till.work()
    attempt.refresh_from_db()
    assert (attempt.state, attempt.paid_fen) == ("succeeded", 2_000)
    assert PaymentOrder.objects.get(pk=order.pk).state == "posted"


@pytest.mark.requirement("PAY-08")
def test_a_replayed_push_is_thanked_for_and_changes_nothing(till: Till) -> None:
    _, attempt = opened(till)
    till.confirm(attempt)
    (push,) = till.receiver.wait(1)
    assert [till.bring(push).status_code for _ in range(3)] == [204, 204, 204]
    till.work()
    assert ChannelPush.objects.count() == 1
    assert LedgerTransaction.objects.filter(kind="paid").count() == 1


@pytest.mark.requirement("PAY-08")
def test_a_push_for_another_merchant_or_for_none_changes_nothing(till: Till) -> None:
    order, attempt = opened(till)
    till.confirm(attempt)
    (push,) = till.receiver.wait(1)
    extra = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in push.headers.items()}
    client = Client()
    stranger = f"/callbacks/payments/{uuid4()}"
    assert client.post(stranger, push.body, content_type="application/json", **extra).status_code == 404
    assert client.get(push.path).status_code == 405
    assert client.post(push.path, b"{}", content_type="application/json").status_code >= 400
    assert client.post(push.path, b"\xff" * 300_000, content_type="application/json").status_code >= 400
    assert not ChannelPush.objects.exists()
    assert PaymentOrder.objects.get(pk=order.pk).state == "pending"


@pytest.mark.requirement("PAY-08")
def test_the_raw_push_is_kept_encrypted_with_what_came_of_it(till: Till) -> None:
    _, attempt = opened(till)
    till.confirm(attempt)
    (push,) = till.receiver.wait(1)
    till.bring(push)
    till.work()
    stored = ChannelPush.objects.get()
    assert stored.body.encode("latin-1") == push.body
    assert (stored.outcome, stored.parsed["trade"]["out_trade_no"]) == ("paid", attempt.out_trade_no)


@pytest.mark.requirement("PAY-08")
@pytest.mark.parametrize(
    "changes",
    [
        {"amount": {"total": 10**30, "currency": "CNY"}}, {"transaction_id": "4200\0001"},
        {"transaction_id": "\ud800"}, {"success_time": "0001-01-01T00:00:00+23:59"},
        {"out_trade_no": "x" * 5000}, {"amount": {"total": 10**18}},
    ],
    ids=["10^30", "NUL", "half a character", "time", "long", "10^18"],
)  # fmt: skip
def test_a_genuine_push_without_sense_is_kept_thanked_for_and_not_believed(
    till: Till, changes: dict[str, Any]
) -> None:
    order, attempt = opened(till)
    till.confirm(attempt)
    (push,) = till.receiver.wait(1)
    answer = forged(till, push.path, {**told(till, attempt), **changes})
    assert answer.status_code == 204
    stored = ChannelPush.objects.get()
    assert handle_push(stored.pk) == "nonsense"
    assert not LedgerTransaction.objects.exists()
    assert PaymentOrder.objects.get(pk=order.pk).state == "pending"


@pytest.mark.requirement("PAY-08")
def test_a_genuine_push_nested_beyond_reading_is_kept_and_thanked_for(till: Till) -> None:
    _, attempt = opened(till)
    till.confirm(attempt)
    (push,) = till.receiver.wait(1)
    assert forged(till, push.path, "[" * 50_000 + "]" * 50_000).status_code == 204
    assert "nonsense" in ChannelPush.objects.get().parsed


def told(till: Till, attempt: PaymentAttempt) -> dict[str, Any]:
    """What WeChat Pay says of the attempt."""
    merchant = till.sandbox.merchant("wechat_pay")
    return {
        "mchid": merchant["mchid"], "appid": merchant["appid"], "trade_state": "SUCCESS",
        "out_trade_no": attempt.out_trade_no, "transaction_id": "4200000001202611220000000001",
        "success_time": "2026-11-22T10:00:00+08:00", "amount": {"total": attempt.amount_fen, "currency": "CNY"},
    }  # fmt: skip


def forged(till: Till, path: str, plain: dict[str, Any] | str) -> Any:
    """A push that is rightly signed, whatever it says."""
    forger = Forger(till.sandbox)
    body = forger.body(plain if isinstance(plain, str) else json.dumps(plain))
    headers = {f"HTTP_{n.upper().replace('-', '_')}": v for n, v in forger.headers(body).items()}
    return Client().post(path, body, content_type="application/json", **headers)
