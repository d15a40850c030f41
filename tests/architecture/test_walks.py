"""The two ways of a registration's fee are straight: few files, downward, and up through what is registered alone."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from apps.billing.models import Bill
from apps.payments.models import PaymentAttempt, PaymentOrder
from apps.payments.services.counter import pay_at_counter
from apps.scheduling.services.confirm import settle_at_counter
from kernel import clock
from tests.architecture.walks import walk
from tests.scheduling.support import NOW, book, first_slot, open_session, sign_in_for_good
from tests.support.world import World
from workflows.registration_fee.bill import find, follow_booking
from workflows.registration_fee.collect import checkout, record_fee

MAX_FILES = 7


@pytest.fixture
def clinic(world: World) -> Iterator[World]:
    """The world on a morning."""
    with clock.frozen(NOW):
        sign_in_for_good(world)
        yield world


@pytest.fixture
def held(clinic: World) -> UUID:
    """A number that waits for its fee, with the bill that its event has made."""
    answer = book(clinic, "patient_a", first_slot(open_session(clinic)), "same_day")
    assert answer.status_code == 201, answer.content
    appointment_id = UUID(answer.json()["id"])
    follow_booking(appointment_id)
    return appointment_id


def open_checkout(clinic: World, held: UUID) -> PaymentOrder:
    return checkout(find(held), account=clinic.accounts["patient_a"], application="miniprogram")


@pytest.mark.requirement("PAY-05", "BOOK-10")
def test_the_checkout_of_a_registration_is_a_straight_walk(clinic: World, held: UUID) -> None:
    way = walk(lambda: open_checkout(clinic, held))
    assert PaymentOrder.objects.get().amount_fen == Bill.objects.get().amount_fen
    assert way.files == [
        "workflows/registration_fee/bill.py",
        "workflows/registration_fee/collect.py",
        "apps/billing/selectors/lookup.py",
        "apps/billing/selectors/payable.py",
        "apps/billing/services/checkout.py",
        "apps/payments/services/orders.py",
    ]
    assert len(way.files) <= MAX_FILES and not way.up


@pytest.mark.requirement("PAY-09", "BOOK-10")
def test_a_fee_at_the_window_is_a_straight_walk(clinic: World, held: UUID) -> None:
    clerk = clinic.staff["clerk"]
    settle_at_counter(find(held), staff_id=clerk.pk)
    way = walk(lambda: record_fee(held, staff_id=clerk.pk))
    assert PaymentAttempt.objects.get().method == "recorded"
    assert way.files == [
        "workflows/registration_fee/collect.py",
        "workflows/registration_fee/bill.py",
        "apps/billing/selectors/lookup.py",
        "apps/payments/services/orders.py",
        "apps/payments/services/counter.py",
        "apps/payments/services/record_payment.py",
        "apps/payments/services/ledger.py",
    ]
    assert len(way.files) <= MAX_FILES and not way.up


@pytest.mark.requirement("PAY-08", "PAY-09")
def test_posting_reaches_what_was_paid_for_through_its_payable_alone(clinic: World, held: UUID) -> None:
    order = open_checkout(clinic, held)
    way = walk(lambda: pay_at_counter(order=order, channel="cash", staff=clinic.staff["clerk"]))
    order.refresh_from_db()
    assert order.state == "posted"
    assert [call for call in way.registered if "/adapters/" not in call] == [
        "apps/payments/services/his.py → apps/billing/payables.py Bills.describe",
        "apps/payments/services/posting.py → apps/billing/payables.py Bills.settle",
        "apps/billing/payables.py → workflows/registration_fee/payable.py Registrations.settle",
    ]
    assert not way.up
