"""What a channel pushes: genuine and exact, or it changes nothing."""

from uuid import uuid4

import pytest
from django.test import Client

from apps.payments.models import ChannelPush, LedgerTransaction, PaymentAttempt, PaymentOrder
from tests.payments.support import Till


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
