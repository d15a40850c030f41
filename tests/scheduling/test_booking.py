"""Booking by the patient: who, when, which number, and what is refused."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.patients.models import CareTeamMember, PatientDepartment
from apps.queueing.services.check_in import check_in
from apps.scheduling.models import Appointment, AppointmentKind, PaymentStatus, SlotNumber
from apps.scheduling.services.book import book_on_behalf
from apps.scheduling.services.confirm import settle_fee
from apps.scheduling.services.stop import stop_session
from kernel import clock
from kernel.models import OutboxEvent
from tests.scheduling.support import (
    NOW,
    TODAY,
    TOMORROW,
    bind,
    book,
    code,
    deliver,
    first_slot,
    make_patient,
    open_session,
    states,
)
from tests.support.world import World

DAY = dt.timedelta(days=1)


def nothing_happened() -> bool:
    return not (
        Appointment.objects.exists()
        or OutboxEvent.objects.filter(topic__startswith="scheduling.").exists()
        or SlotNumber.objects.exclude(state__in=["free", "stopped"]).exists()
        or CareTeamMember.objects.count() > 1  # doctor_a of patient_a
    )


@pytest.mark.requirement("BOOK-03")
def test_an_advance_booking_takes_a_number_at_once_without_payment(clinic: World) -> None:
    session = open_session(clinic, date=TOMORROW)
    answer = book(clinic, "patient_a", first_slot(session), "advance")
    assert answer.status_code == 201, answer.json()
    shown = answer.json()
    assert (shown["state"], shown["number"], shown["payment_status"]) == ("booked", 1, "unpaid")
    assert shown["hold_expires_at"] is None
    assert dt.datetime.fromisoformat(shown["check_in_until"]) == first_slot(session).ends_at
    assert (shown["department_name"], shown["practitioner_name"], shown["patient_name"]) == (
        "心内科", "doctor_a", "张三丰",
    )  # fmt: skip
    assert states(session) == ["taken", "free"]
    event = OutboxEvent.objects.get(topic="scheduling.appointment_booked")
    assert event.payload["number"] == 1
    assert event.payload["appointment_id"] == shown["id"]


@pytest.mark.requirement("BOOK-03")
@pytest.mark.parametrize(("days", "expected"), [(0, 409), (1, 201), (3, 201), (4, 409)])
def test_advance_booking_covers_tomorrow_to_three_days_ahead(clinic: World, days: int, expected: int) -> None:
    answer = book(clinic, "patient_a", first_slot(open_session(clinic, date=TODAY + days * DAY)), "advance")
    assert answer.status_code == expected
    if expected == 409:
        assert answer.json()["code"] == "outside_booking_window"
        assert answer.json()["last_date"] == (TODAY + 3 * DAY).isoformat()
        assert nothing_happened()


@pytest.mark.requirement("BOOK-03")
def test_the_days_ahead_are_a_setting_of_the_hospital(clinic: World) -> None:
    clinic.h1.settings = {"booking.max_advance_days": 7}
    clinic.h1.save()
    session = open_session(clinic, date=TODAY + 7 * DAY)
    assert book(clinic, "patient_a", first_slot(session), "advance").status_code == 201


@pytest.mark.requirement("BOOK-04")
def test_a_same_day_registration_is_held_for_fifteen_minutes(clinic: World) -> None:
    session = open_session(clinic)
    shown = book(clinic, "patient_a", first_slot(session)).json()
    assert shown["state"] == "pending"
    assert dt.datetime.fromisoformat(shown["hold_expires_at"]) == NOW + dt.timedelta(minutes=15)
    assert states(session) == ["held", "free"]
    assert OutboxEvent.objects.filter(topic="scheduling.appointment_held").count() == 1


@pytest.mark.requirement("BOOK-04")
def test_a_hold_never_lasts_past_the_end_of_the_session(clinic: World) -> None:
    session = open_session(clinic)
    late = session.ends_at - dt.timedelta(minutes=5)
    with clock.frozen(late):
        slot = session.slots.order_by("-starts_at")[0]
        shown = book(clinic, "patient_a", slot).json()
    assert dt.datetime.fromisoformat(shown["hold_expires_at"]) == session.ends_at


@pytest.mark.requirement("BOOK-04")
def test_same_day_registration_covers_today_only(clinic: World) -> None:
    answer = book(clinic, "patient_a", first_slot(open_session(clinic, date=TOMORROW)), "same_day")
    assert code(answer) == (409, "outside_booking_window")
    assert nothing_happened()


@pytest.mark.requirement("BOOK-05")
def test_an_expired_hold_is_given_to_the_next_patient_before_any_sweep(clinic: World) -> None:
    session = open_session(clinic, slot_minutes=0)
    first = book(clinic, "patient_a", first_slot(session)).json()
    assert code(book(clinic, "patient_b", first_slot(session))) == (409, "slot_full")
    with clock.frozen(NOW + dt.timedelta(minutes=15)):
        second = book(clinic, "patient_b", first_slot(session))
    assert second.status_code == 201
    assert second.json()["number"] == first["number"]
    assert Appointment.objects.get(pk=first["id"]).state == "expired"
    expired = OutboxEvent.objects.get(topic="scheduling.appointment_expired")
    assert expired.payload["appointment_id"] == first["id"]
    assert (
        SlotNumber.objects.get(session=session).appointment_id == Appointment.objects.get(state="pending").pk
    )


@pytest.mark.requirement("BOOK-04")
def test_a_patient_whose_own_hold_expired_can_hold_again(clinic: World) -> None:
    session = open_session(clinic, slot_minutes=0)
    first = book(clinic, "patient_a", first_slot(session)).json()
    with clock.frozen(NOW + dt.timedelta(minutes=16)):
        again = book(clinic, "patient_a", first_slot(session))
    assert again.status_code == 201
    assert Appointment.objects.get(pk=first["id"]).state == "expired"


@pytest.mark.requirement("BOOK-05")
def test_a_patient_has_one_number_per_doctor_and_session(clinic: World) -> None:
    session = open_session(clinic, capacity=2)
    assert book(clinic, "patient_a", first_slot(session)).status_code == 201
    other = session.slots.order_by("-starts_at")[0]
    assert code(book(clinic, "patient_a", other)) == (409, "already_booked")
    assert states(session).count("held") == 1
    assert book(clinic, "patient_a", first_slot(open_session(clinic, doctor="doctor_b"))).status_code == 201


@pytest.mark.requirement("BOOK-05")
def test_a_full_slot_is_refused_and_nothing_changes(clinic: World) -> None:
    session = open_session(clinic, slot_minutes=0)
    assert book(clinic, "patient_a", first_slot(session)).status_code == 201
    before = (Appointment.objects.count(), OutboxEvent.objects.count(), CareTeamMember.objects.count())
    assert code(book(clinic, "patient_b", first_slot(session))) == (409, "slot_full")
    assert (
        Appointment.objects.count(),
        OutboxEvent.objects.count(),
        CareTeamMember.objects.count(),
    ) == before


@pytest.mark.requirement("BOOK-03")
def test_draft_stopped_and_past_sessions_are_not_booked(clinic: World) -> None:
    past = open_session(clinic, doctor="doctor_b")
    draft = open_session(clinic, start="14:00", end="15:00", publish=False)
    stopped = open_session(clinic)
    slot = first_slot(stopped)
    stop_session(stopped, reason="医生请假")
    OutboxEvent.objects.all().delete()
    assert draft.slots.count() == 0
    assert code(book(clinic, "patient_a", slot)) == (409, "session_not_open")
    with clock.frozen(first_slot(past).ends_at):
        assert code(book(clinic, "patient_a", first_slot(past))) == (409, "slot_past")
    assert nothing_happened()


@pytest.mark.requirement("CARD-05")
def test_booking_without_a_card_says_that_a_card_is_required(clinic: World) -> None:
    slot = first_slot(open_session(clinic))
    assert code(book(clinic, "patient_none", slot)) == (409, "card_required")
    assert code(clinic.client("patient_none").get("/api/miniprogram/v1/appointments")) == (
        409,
        "card_required",
    )
    dental = open_session(clinic, doctor="doctor_h2", department="dental")
    assert code(book(clinic, "patient_a", first_slot(dental))) == (409, "card_required")
    assert nothing_happened()


@pytest.mark.requirement("CARD-05")
def test_a_foreign_or_unbound_card_or_an_unknown_slot_is_not_found(clinic: World) -> None:
    slot = first_slot(open_session(clinic))
    foreign = clinic.accounts["patient_b"].bindings.get()
    assert code(book(clinic, "patient_a", slot, binding=foreign)) == (404, "not_found")
    second = bind(clinic, "patient_a", make_patient(clinic.h1))
    second.unbound_at = NOW
    second.save()
    assert code(book(clinic, "patient_a", slot, binding=second)) == (404, "not_found")
    slot.pk = foreign.pk
    assert code(book(clinic, "patient_a", slot)) == (404, "not_found")
    assert nothing_happened()


@pytest.mark.requirement("BOOK-03")
def test_the_chosen_binding_is_booked_for(clinic: World) -> None:
    child = bind(clinic, "patient_a", make_patient(clinic.h1, "小明"))
    answer = book(clinic, "patient_a", first_slot(open_session(clinic)), binding=child)
    assert answer.json()["patient_name"] == "小明"


@pytest.mark.requirement("BOOK-03")
@pytest.mark.parametrize(
    "change",
    [
        {"slot_id": ["x"]},
        {"slot_id": "x"},
        {"kind": "later"},
        {"kind": None},
        {"binding_id": "x" * 500},
        {"fee_fen": 1},
    ],
)
def test_a_malformed_request_is_refused(clinic: World, change: dict[str, object]) -> None:
    body = {"slot_id": str(first_slot(open_session(clinic)).pk), "kind": "same_day", **change}
    answer = clinic.client("patient_a").post(
        "/api/miniprogram/v1/appointments", body, format="json", HTTP_IDEMPOTENCY_KEY="k"
    )
    assert code(answer) == (400, "validation_error")
    assert nothing_happened()


@pytest.mark.requirement("ACC-04")
def test_the_booked_doctor_and_department_join_the_patients_care(clinic: World) -> None:
    patient = clinic.patients["patient_b"]
    doctor = clinic.client("doctor_a")
    assert doctor.get(f"/api/admin/v1/patients/{patient.pk}").status_code == 404
    book(clinic, "patient_b", first_slot(open_session(clinic, date=TOMORROW)), "advance")
    deliver()
    assert CareTeamMember.objects.get(patient=patient).staff_id == clinic.staff["doctor_a"].pk
    assert PatientDepartment.objects.get(patient=patient).department_id == clinic.departments["cardiology"].pk
    assert doctor.get(f"/api/admin/v1/patients/{patient.pk}").status_code == 200


@pytest.mark.requirement("ACC-04")
@pytest.mark.parametrize("by", ["booked at the window", "checked in"])
def test_who_stands_at_the_window_is_seen_by_the_doctor_at_once(clinic: World, by: str) -> None:
    patient, slot = clinic.patients["patient_b"], first_slot(open_session(clinic))
    if by == "checked in":
        booked = book(clinic, "patient_b", slot).json()
        appointment = settle_fee(appointment_id=booked["id"], payment_status=PaymentStatus.PAID_ONLINE)
        assert not CareTeamMember.objects.filter(patient=patient).exists()
        check_in(appointment)
    else:
        clerk = clinic.staff["clerk"].pk
        book_on_behalf(
            staff_id=clerk,
            patient=patient,
            slot_id=slot.pk,
            kind=AppointmentKind.SAME_DAY,
            paid_at_counter=True,
        )
    assert clinic.client("doctor_a").get(f"/api/admin/v1/patients/{patient.pk}").status_code == 200


@pytest.mark.requirement("BOOK-05")
@pytest.mark.parametrize("account", ["patient_a", "patient_b"])  # known to the doctor, and new
def test_a_booking_request_makes_at_most_six_queries(clinic: World, account: str) -> None:
    slot = first_slot(open_session(clinic, capacity=5))
    warm = open_session(clinic, doctor="doctor_b")
    book(clinic, account, first_slot(warm))  # numbers are fetched in blocks
    with CaptureQueriesContext(connection) as queries:
        assert book(clinic, account, slot).status_code == 201
    # Savepoints stand for BEGIN and COMMIT: the test itself runs in a transaction.
    sql = [q["sql"] for q in queries.captured_queries if "SAVEPOINT" not in q["sql"]]
    assert len(sql) <= 6, "\n".join(sql)
    assert "EXECUTE take_number" in sql[-1], "the number is taken last"
