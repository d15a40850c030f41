"""Paid at the channel but not taken note of: retried, alarmed, given back; never shown as posted."""

from collections.abc import Iterator

import pytest

from apps.billing.adapters.embedded import EmbeddedHis
from apps.payments.models import AccountKind, PaymentOrder, Refund
from apps.payments.services.ledger import Account, balance
from apps.scheduling.models import Appointment
from kernel.models import OutboxEvent
from tests.payments.his import Away, use_his, well_afterwards
from tests.payments.support import Till


@pytest.fixture
def paid(till: Till) -> Iterator[PaymentOrder]:
    """A hold that is paid while HIS is away."""
    with well_afterwards():
        use_his(Away)
        order = till.checkout("patient_a", till.hold()["id"])
        till.confirm(till.prepay("patient_a", order))
        till.deliver()
        till.work()
        order.refresh_from_db()
        yield order


@pytest.mark.requirement("PAY-08")
def test_what_is_not_posted_is_never_shown_as_posted(till: Till, paid: PaymentOrder) -> None:
    shown = till.world.client("patient_a").get(f"/api/miniprogram/v1/payment-orders/{paid.pk}").json()
    assert (shown["state"], shown["posted_at"]) == ("paid_unposted", None)
    assert balance(hospital_id=paid.hospital_id, account=Account(AccountKind.UNPOSTED)) == 2_000
    assert balance(hospital_id=paid.hospital_id, account=Account(AccountKind.REVENUE)) == 0


@pytest.mark.requirement("PAY-08")
def test_it_is_posted_as_soon_as_his_answers_again(till: Till, paid: PaymentOrder) -> None:
    use_his(EmbeddedHis)
    till.later(seconds=5)
    till.work()
    paid.refresh_from_db()
    assert paid.state == "posted"
    assert Appointment.objects.get().state == "booked"


@pytest.mark.requirement("PAY-08")
def test_it_raises_an_alarm_in_time_and_is_found_by_staff(till: Till, paid: PaymentOrder) -> None:
    for _ in range(8):
        till.later(seconds=40)
        till.work()
    paid.refresh_from_db()
    assert paid.alarmed_at is not None and paid.state == "paid_unposted"
    assert OutboxEvent.objects.filter(topic="payments.order_stuck").count() == 1
    found = till.world.client("admin1").get("/api/admin/v1/payment-orders?stuck=true").json()
    assert [row["id"] for row in found["results"]] == [str(paid.pk)]


@pytest.mark.requirement("PAY-08")
def test_it_goes_back_by_itself_when_his_stays_away(till: Till, paid: PaymentOrder) -> None:
    for _ in range(12):
        till.later(minutes=5)
        till.work()
    paid.refresh_from_db()
    refund = Refund.objects.get()
    assert (paid.state, paid.return_cause, refund.state, refund.cause) == (
        "returned",
        "not_posted_in_time",
        "succeeded",
        "not_posted",
    )
    assert till.sandbox.balance("wechat_pay")["balance_fen"] == 0
    for kind in (AccountKind.UNPOSTED, AccountKind.REVENUE, AccountKind.REFUNDS_PAYABLE):
        assert balance(hospital_id=paid.hospital_id, account=Account(kind)) == 0
