"""A booking that comes to nothing leaves the doctor and the department no access to the patient."""

import datetime as dt
from typing import Any

import pytest

from apps.patients.models import CareRole, CareTeamMember, Patient, PatientDepartment
from apps.patients.services import care_team
from apps.scheduling.services import numbers
from kernel import clock
from tests.scheduling.support import MINI, NOW, TOMORROW, book, deliver, first_slot, open_session
from tests.scheduling.test_desk import act
from tests.support.world import World

pytestmark = pytest.mark.requirement("ACC-04", "BOOK-08")


def booked(clinic: World, who: str = "doctor_b", **more: Any) -> dict[str, Any]:
    """patient_b, in nobody's care, books with that doctor for tomorrow; the doctor sees the patient."""
    made = book(
        clinic, "patient_b", first_slot(open_session(clinic, date=TOMORROW, doctor=who, **more)), "advance"
    )
    deliver()
    answer: dict[str, Any] = made.json()
    assert sees(clinic, who)
    return answer


def sees(clinic: World, who: str) -> bool:
    patient = clinic.patients["patient_b"]
    return bool(clinic.client(who).get(f"/api/admin/v1/patients/{patient.pk}").status_code == 200)


def cancel(clinic: World, appointment: dict[str, Any]) -> None:
    answer = clinic.client("patient_b").post(f"{MINI}/appointments/{appointment['id']}/cancel")
    assert answer.status_code == 200, answer.content
    deliver()


def test_a_booking_cancelled_at_once_ends_what_it_gave(clinic: World) -> None:
    cancel(clinic, booked(clinic))
    assert not sees(clinic, "doctor_b")
    assert not sees(clinic, "head")
    assert not PatientDepartment.objects.filter(patient=clinic.patients["patient_b"]).exists()
    assert CareTeamMember.objects.get(patient=clinic.patients["patient_b"]).ended_at is not None


def test_another_booking_with_the_doctor_upholds_the_relation(clinic: World) -> None:
    first = booked(clinic)
    second = booked(clinic, start="14:00", end="15:00")
    cancel(clinic, first)
    assert sees(clinic, "doctor_b")
    cancel(clinic, second)
    assert not sees(clinic, "doctor_b")


def test_a_no_show_ends_it_and_a_visit_does_not(clinic: World) -> None:
    booked(clinic)
    with clock.frozen(NOW + dt.timedelta(days=2)):
        assert numbers.end_uncollected() == 1
        deliver()
        assert not sees(clinic, "doctor_b")


def test_a_number_that_was_collected_and_given_back_ends_it_too(clinic: World) -> None:
    appointment = booked(clinic)
    with clock.frozen(NOW + dt.timedelta(days=1)):
        act(clinic, "clerk", appointment, "settle")
        assert act(clinic, "clerk", appointment, "check-in").status_code == 200
        assert act(clinic, "clerk", appointment, "cancel", {"code": "wrong_booking"}).status_code == 200
        deliver()
        assert not sees(clinic, "doctor_b")


def test_moving_a_booking_to_another_doctor_ends_the_formers_relation(clinic: World) -> None:
    appointment = booked(clinic)
    slot = first_slot(open_session(clinic, date=TOMORROW, doctor="doctor_a"))
    moved = clinic.client("patient_b").post(
        f"{MINI}/appointments/{appointment['id']}/reschedule", {"slot_id": str(slot.pk)}, format="json",
        HTTP_IDEMPOTENCY_KEY="move-1",
    )  # fmt: skip
    assert moved.status_code == 200, moved.content
    deliver()
    assert (sees(clinic, "doctor_b"), sees(clinic, "doctor_a")) == (False, True)


def test_a_relation_that_a_person_gave_survives_the_booking(clinic: World) -> None:
    appointment = booked(clinic)
    care_team.join(
        patient=clinic.patients["patient_b"], staff=clinic.staff["doctor_b"], role=CareRole.ATTENDING
    )
    cancel(clinic, appointment)
    assert sees(clinic, "doctor_b")


def test_a_booking_at_the_window_that_is_cancelled_ends_it_as_well(clinic: World) -> None:
    patient: Patient = clinic.patients["patient_b"]
    slot = first_slot(open_session(clinic, date=TOMORROW, doctor="doctor_b"))
    made = clinic.client("clerk").post(
        "/api/admin/v1/appointments", {"slot_id": str(slot.pk), "patient_id": str(patient.pk), "kind": "advance"},
        format="json", HTTP_IDEMPOTENCY_KEY="window-1",
    )  # fmt: skip
    assert made.status_code == 201, made.content
    assert sees(clinic, "doctor_b")
    assert act(clinic, "clerk", made.json(), "cancel", {"code": "wrong_booking"}).status_code == 200
    deliver()
    assert not sees(clinic, "doctor_b")
