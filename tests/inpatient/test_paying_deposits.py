"""A deposit paid by WeChat in front of the sandbox: raised once, or returned; and a HIS that is told whose it is."""

from typing import Any

import pytest

from apps.inpatient.models import Admission
from apps.inpatient.services.admissions import discharge
from apps.integrations.adapters import factory
from apps.payments.models import AccountKind, PaymentOrder, Refund
from apps.payments.services.ledger import Account, balance
from tests.inpatient.support import ON, admit, configure, deposit_of
from tests.integrations.conftest import HisControl
from tests.payments.support import Till

pytestmark = pytest.mark.requirement("INP-01", "PAY-08")


def opened(till: Till, stay: Admission, amount_fen: int = 50_000) -> PaymentOrder:
    configure(till.world, **ON)
    answer = till.post("patient_a", f"admissions/{stay.pk}/deposits", {"amount_fen": amount_fen})
    assert answer.status_code == 201, answer.content
    return PaymentOrder.objects.get(pk=answer.json()["order_id"])


def state(order: PaymentOrder) -> str:
    order.refresh_from_db()
    return order.state


def test_a_paid_deposit_raises_the_balance_exactly_once_however_often_the_channel_tells(till: Till) -> None:
    stay = admit(till.world)
    order = opened(till, stay)
    attempt = till.prepay("patient_a", order)
    till.confirm(attempt)
    (push,) = till.receiver.wait(1)
    assert [till.bring(push).status_code for _ in range(3)] == [204] * 3
    till.work()
    till.bring(push)
    till.work()
    assert (state(order), deposit_of(stay)) == ("posted", 50_000)
    cleared = balance(hospital_id=stay.hospital_id, account=Account(AccountKind.CLEARING, "wechat_pay"))
    assert cleared == 50_000 == till.sandbox.balance("wechat_pay")["balance_fen"]


def test_whoever_was_discharged_while_paying_has_the_money_back_at_the_channel(till: Till) -> None:
    stay = admit(till.world)
    order = opened(till, stay)
    till.confirm(till.prepay("patient_a", order))
    discharge(stay)
    assert till.deliver() == [204]
    till.work()
    for _ in range(3):
        till.later(minutes=1)
        till.work()
    assert (state(order), order.posting_error, deposit_of(stay)) == ("returned", "admission_discharged", 0)
    assert Refund.objects.get().state == "succeeded"
    assert till.sandbox.balance("wechat_pay")["balance_fen"] == 0
    shown = till.world.client("patient_a").get("/api/miniprogram/v1/inpatient-deposits").json()["results"]
    assert [(row["state"], row["order_state"], row["refunded_fen"]) for row in shown] == [
        ("returned", "returned", 50_000)
    ]


@pytest.fixture
def book(till: Till, settings: Any) -> HisControl:
    """The HIS of the first hospital, reached over HTTP."""
    configure(till.world, his__driver="http")
    settings.HIS_BASE_URL = till.sandbox.url
    factory.his_client.cache_clear()
    return HisControl(till.sandbox)


def test_his_is_told_whose_deposit_was_paid(till: Till, book: HisControl) -> None:
    stay = admit(till.world)
    order = opened(till, stay)
    till.confirm(till.prepay("patient_a", order))
    till.deliver()
    till.work()
    assert state(order) == "posted"
    told = book.payment(order.order_no)["request"]
    assert (told["scene"], told["admission_no"], told["amount_fen"]) == (
        "inpatient_deposit", stay.admission_no, 50_000,
    )  # fmt: skip
