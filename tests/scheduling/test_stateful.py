"""One session under any order of holds, payments, cancellations, check-ins, sweeps and passing time."""

import contextlib
import datetime as dt
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings, strategies as st

from apps.patients.models import Patient
from apps.queueing.services.check_in import check_in
from apps.scheduling.models import Appointment, AppointmentKind, ClinicSession, PaymentStatus, SlotNumber
from apps.scheduling.services import numbers
from apps.scheduling.services.book import book_on_behalf
from apps.scheduling.services.cancel import cancel
from apps.scheduling.services.confirm import settle_at_counter, settle_fee
from apps.scheduling.states import OCCUPYING
from kernel import clock
from kernel.errors import DomainError
from tests.scheduling.support import NOW, first_slot, open_session
from tests.support.effort import examples
from tests.support.world import World

CAPACITY, PATIENTS = 2, 4
STEP = st.tuples(
    st.sampled_from(["hold", "settle", "confirm", "cancel", "check_in", "sweep", "wait"]),
    st.integers(0, PATIENTS - 1),
)


class Undo(Exception):
    """Roll one example back."""


def check(session: ClinicSession) -> None:
    occupying = list(Appointment.objects.filter(session=session, state__in=OCCUPYING))
    owned = SlotNumber.objects.filter(session=session, state__in=["held", "taken"])
    assert len(occupying) <= CAPACITY
    assert {(a.slot_number_id, a.pk, a.number) for a in occupying} == set(
        owned.values_list("pk", "appointment_id", "number")
    )
    assert len({a.patient_id for a in occupying}) == len(occupying)


@pytest.mark.thorough
@pytest.mark.requirement("BOOK-05")
@settings(max_examples=examples(20), deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEP, min_size=5, max_size=25))
def test_numbers_and_appointments_always_agree(clinic: World, steps: list[tuple[str, int]]) -> None:
    try:
        with transaction.atomic():
            play(clinic, steps)
            raise Undo
    except Undo:
        pass


def play(clinic: World, steps: list[tuple[str, int]]) -> None:
    session = open_session(clinic, slot_minutes=0, capacity=CAPACITY, start="09:00", end="12:00")
    people = Patient.objects.bulk_create(
        Patient(hospital=clinic.h1, mrn=f"S{n}", name=f"患者{n}") for n in range(PATIENTS)
    )
    moment = NOW
    for action, who in steps:
        moment += dt.timedelta(minutes=10 if action == "wait" else 0)
        with clock.frozen(moment), contextlib.suppress(DomainError):
            run(clinic, session, action, people[who])
        check(session)
    with clock.frozen(session.ends_at):
        numbers.expire_holds()
        numbers.end_uncollected()
    check(session)
    assert not SlotNumber.objects.filter(session=session, state="held").exists()


def run(clinic: World, session: ClinicSession, action: str, patient: Patient) -> Any:
    if action == "sweep":
        return numbers.expire_holds()
    if action == "hold":
        return book_on_behalf(
            staff_id=clinic.staff["clerk"].pk,
            patient=patient,
            slot_id=first_slot(session).pk,
            kind=AppointmentKind.SAME_DAY,
        )
    appointment = Appointment.objects.filter(patient=patient).order_by("-id").first()
    if appointment is None or action == "wait":
        return None
    match action:
        case "settle":
            return settle_at_counter(appointment)
        case "confirm":
            return settle_fee(appointment_id=appointment.pk, payment_status=PaymentStatus.PAID_ONLINE)
        case "cancel":
            return cancel(appointment, cause="staff")
    return check_in(appointment)
