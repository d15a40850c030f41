"""The window: on-the-spot registration, the fee in cash, the number, cancelling; what comes too late."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest

from apps.queueing.models import QueueTicket
from apps.scheduling import errors
from apps.scheduling.models import Appointment, PaymentStatus, SlotNumber
from apps.scheduling.services import numbers
from apps.scheduling.services.confirm import settle_fee
from kernel import clock
from kernel.errors import StateConflict
from kernel.models import OutboxEvent
from tests.scheduling.support import ADMIN, MINI, NOW, TOMORROW, book, code, first_slot, open_session, states
from tests.support.world import World


def act(world: World, who: str, appointment: Any, action: str, body: dict[str, Any] | None = None) -> Any:
    identifier = appointment["id"] if isinstance(appointment, dict) else appointment.pk
    url = f"{ADMIN}/appointments/{identifier}/{action}"
    return world.client(who).post(url, body, format="json", HTTP_IDEMPOTENCY_KEY=uuid4().hex)


def at_window(world: World, patient: str, slot: Any, who: str = "clerk", **more: Any) -> Any:
    body = {
        "patient_id": str(world.patients[patient].pk),
        "slot_id": str(slot.pk),
        "kind": "same_day",
        **more,
    }
    return world.client(who).post(
        f"{ADMIN}/appointments", body, format="json", HTTP_IDEMPOTENCY_KEY=uuid4().hex
    )


def sent(topic: str) -> int:
    return OutboxEvent.objects.filter(topic=f"scheduling.{topic}").count()


@pytest.mark.requirement("BOOK-10")
def test_the_window_registers_on_the_spot_and_takes_cash(clinic: World) -> None:
    answer = at_window(clinic, "patient_b", first_slot(open_session(clinic)), paid_at_counter=True)
    shown = answer.json()
    assert (answer.status_code, shown["state"], shown["payment_status"], shown["source"]) == (
        201, "booked", "paid_at_counter", "window",
    )  # fmt: skip
    assert Appointment.objects.get().booked_by_id == clinic.staff["clerk"].pk
    ticket = act(clinic, "clerk", shown, "check-in")
    assert ticket.json()["state"] == "checked_in"


@pytest.mark.requirement("BOOK-10")
def test_staff_book_by_phone_for_a_patient(clinic: World) -> None:
    slot = first_slot(open_session(clinic, date=TOMORROW))
    shown = at_window(clinic, "patient_b", slot, kind="advance", source="phone").json()
    assert (shown["state"], shown["source"]) == ("booked", "phone")
    listed = clinic.client("patient_b").get(f"{MINI}/appointments").json()["results"]
    assert [row["id"] for row in listed] == [shown["id"]]


@pytest.mark.requirement("BOOK-10")
def test_the_window_books_only_within_its_hospital_and_with_the_right(clinic: World) -> None:
    slot = first_slot(open_session(clinic))
    dental = first_slot(open_session(clinic, doctor="doctor_h2", department="dental"))
    assert at_window(clinic, "patient_b", dental).status_code == 400
    assert at_window(clinic, "patient_b", slot, who="admin2").status_code == 400
    assert at_window(clinic, "patient_b", slot, who="doctor_a").status_code == 403
    assert at_window(clinic, "patient_b", dental, who="boss").status_code == 404
    assert not Appointment.objects.exists()


@pytest.mark.requirement("BOOK-10")
def test_the_window_settles_a_same_day_hold_in_cash(clinic: World) -> None:
    session = open_session(clinic)
    held = book(clinic, "patient_a", first_slot(session)).json()
    assert act(clinic, "doctor_a", held, "settle").status_code == 403
    shown = act(clinic, "clerk", held, "settle").json()
    assert (shown["state"], shown["payment_status"]) == ("booked", "paid_at_counter")
    assert states(session) == ["taken", "free"]
    assert sent("appointment_booked") == 1
    assert code(act(clinic, "clerk", held, "settle")) == (409, "registration_fee_paid")


@pytest.mark.requirement("BOOK-04")
def test_a_hold_past_its_time_is_not_settled_and_is_swept(clinic: World) -> None:
    session = open_session(clinic)
    held = book(clinic, "patient_a", first_slot(session)).json()
    with clock.frozen(NOW + dt.timedelta(minutes=15)):
        assert code(act(clinic, "clerk", held, "settle")) == (409, "hold_expired")
        assert numbers.expire_holds() == 1
        assert numbers.expire_holds() == 0
    assert Appointment.objects.get().state == "expired"
    assert states(session) == ["free", "free"]
    assert (sent("appointment_expired"), sent("appointment_booked")) == (1, 0)


@pytest.mark.requirement("BOOK-04")
def test_a_hold_within_its_time_is_not_swept(clinic: World) -> None:
    book(clinic, "patient_a", first_slot(open_session(clinic)))
    with clock.frozen(NOW + dt.timedelta(minutes=14, seconds=59)):
        assert numbers.expire_holds() == 0


@pytest.mark.requirement("BOOK-04")
@pytest.mark.parametrize("swept", [False, True])
def test_a_late_payment_gets_the_number_back_while_it_is_free(clinic: World, swept: bool) -> None:
    session = open_session(clinic, slot_minutes=0)
    held = book(clinic, "patient_a", first_slot(session)).json()
    with clock.frozen(NOW + dt.timedelta(minutes=20)):
        if swept:
            numbers.expire_holds()
        paid = settle_fee(appointment_id=held["id"], payment_status=PaymentStatus.PAID_ONLINE)
        with pytest.raises(StateConflict):  # a second fee
            settle_fee(appointment_id=held["id"], payment_status=PaymentStatus.PAID_ONLINE)
    assert (paid.state, paid.number) == ("booked", held["number"])
    assert SlotNumber.objects.get().appointment_id == paid.pk
    assert sent("appointment_booked") == 1


@pytest.mark.requirement("BOOK-04")
def test_a_late_payment_for_a_number_that_is_gone_is_refused_so_that_it_is_refunded(clinic: World) -> None:
    session = open_session(clinic, slot_minutes=0)
    held = book(clinic, "patient_a", first_slot(session)).json()
    with clock.frozen(NOW + dt.timedelta(minutes=20)):
        winner = book(clinic, "patient_b", first_slot(session)).json()
        with pytest.raises(errors.HoldExpired):
            settle_fee(appointment_id=held["id"], payment_status=PaymentStatus.PAID_ONLINE)
    assert Appointment.objects.get(pk=held["id"]).state == "expired"
    assert str(SlotNumber.objects.get().appointment_id) == winner["id"]


@pytest.mark.requirement("BOOK-03")
def test_on_the_day_the_patient_pays_and_takes_the_number(clinic: World) -> None:
    session = open_session(clinic, date=TOMORROW)
    booked = book(clinic, "patient_a", first_slot(session), "advance").json()
    assert code(act(clinic, "clerk", booked, "check-in")) == (409, "check_in_too_early")
    with clock.frozen(first_slot(session).starts_at):
        assert code(act(clinic, "clerk", booked, "check-in")) == (409, "registration_fee_unpaid")
        assert act(clinic, "clerk", booked, "settle").json()["payment_status"] == "paid_at_counter"
        assert act(clinic, "clerk", booked, "check-in").json()["state"] == "checked_in"
        assert code(act(clinic, "clerk", booked, "check-in")) == (409, "state_conflict")
    assert QueueTicket.objects.get().ticket_no == 1


@pytest.mark.requirement("BOOK-03")
def test_a_number_not_collected_before_the_end_of_its_slot_is_gone(clinic: World) -> None:
    session = open_session(clinic, date=TOMORROW)
    booked = book(clinic, "patient_a", first_slot(session), "advance").json()
    deadline = first_slot(session).ends_at
    with clock.frozen(deadline - dt.timedelta(seconds=1)):
        assert numbers.end_uncollected() == 0
        act(clinic, "clerk", booked, "settle")
    with clock.frozen(deadline):
        assert code(act(clinic, "clerk", booked, "check-in")) == (409, "check_in_too_late")
        assert not QueueTicket.objects.exists()
        assert numbers.end_uncollected() == 1
    assert Appointment.objects.get().state == "no_show"
    assert states(session) == ["free", "free"]
    assert sent("appointment_missed") == 1


@pytest.mark.requirement("BOOK-05")
def test_a_cancelled_number_is_free_for_the_next_patient(clinic: World) -> None:
    session = open_session(clinic, slot_minutes=0)
    held = book(clinic, "patient_a", first_slot(session)).json()
    answer = clinic.client("patient_a").post(f"{MINI}/appointments/{held['id']}/cancel")
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert states(session) == ["free"]
    assert sent("appointment_cancelled") == 1
    again = clinic.client("patient_a").post(f"{MINI}/appointments/{held['id']}/cancel")
    assert code(again) == (409, "state_conflict")
    assert book(clinic, "patient_b", first_slot(session)).json()["number"] == held["number"]


@pytest.mark.requirement("BOOK-03")
@pytest.mark.parametrize(
    ("minutes", "before", "status"), [(0, 1, 200), (0, 0, 409), (60, 61, 200), (60, 60, 409)]
)
def test_a_booking_is_cancelled_online_up_to_the_cut_off(
    clinic: World, minutes: int, before: int, status: int
) -> None:
    clinic.h1.settings = {"booking.cancel_cutoff_minutes": minutes}
    clinic.h1.save()
    session = open_session(clinic, date=TOMORROW)
    booked = book(clinic, "patient_a", first_slot(session), "advance").json()
    with clock.frozen(first_slot(session).starts_at - dt.timedelta(minutes=before)):
        answer = clinic.client("patient_a").post(f"{MINI}/appointments/{booked['id']}/cancel")
    assert answer.status_code == status
    if status == 409:
        assert answer.json()["code"] == "cancel_too_late"
        assert (states(session), sent("appointment_cancelled")) == (["taken", "free"], 0)


@pytest.mark.requirement("BOOK-10")
def test_a_paid_number_is_cancelled_at_the_window_and_its_fee_is_to_be_refunded(clinic: World) -> None:
    held = book(clinic, "patient_a", first_slot(open_session(clinic))).json()
    act(clinic, "clerk", held, "settle")
    online = clinic.client("patient_a").post(f"{MINI}/appointments/{held['id']}/cancel")
    assert code(online) == (409, "refund_at_counter")
    assert sent("appointment_cancelled") == 0
    shown = act(clinic, "clerk", held, "cancel", {"reason": "改日"}).json()
    assert (shown["state"], shown["payment_status"], shown["cancel_reason"]) == (
        "cancelled",
        "refund_due",
        "改日",
    )
    assert OutboxEvent.objects.get(topic="scheduling.appointment_cancelled").payload["refund_due"] is True


@pytest.mark.requirement("BOOK-10")
def test_nobody_reaches_appointments_of_another_hospital_or_patient(clinic: World) -> None:
    held = book(clinic, "patient_b", first_slot(open_session(clinic))).json()
    assert code(clinic.client("patient_a").get(f"{MINI}/appointments/{held['id']}")) == (404, "not_found")
    assert code(clinic.client("patient_a").post(f"{MINI}/appointments/{held['id']}/cancel")) == (
        404,
        "not_found",
    )
    for action in ("settle", "check-in", "cancel"):
        assert act(clinic, "admin2", held, action).status_code == 404
        assert act(clinic, "doctor_b", held, action).status_code == 403
    assert clinic.client("doctor_b").get(f"{ADMIN}/appointments").json()["results"] == []
    assert [r["id"] for r in clinic.client("doctor_a").get(f"{ADMIN}/appointments").json()["results"]] == [
        held["id"]
    ]
    assert Appointment.objects.get().state == "pending"
