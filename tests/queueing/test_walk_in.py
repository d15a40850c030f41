"""现场排队: patients without an appointment wait for a doctor or in a queue, and are seen like everybody."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection

from apps.encounters.models import Encounter
from apps.encounters.services import encounters
from apps.patients.models import CareTeamMember
from apps.queueing.models import Queue, QueueTicket
from apps.queueing.services.check_in import check_in
from apps.queueing.services.queues import create_queue, own_queue
from apps.queueing.services.walk_in import queue_walk_in
from apps.scheduling.models import Appointment
from kernel import clock
from kernel.models import OutboxEvent
from tests.scheduling.support import (
    ADMIN,
    NOW,
    TODAY,
    TOMORROW,
    at_once,
    book,
    code,
    deliver,
    first_slot,
    open_session,
)
from tests.scheduling.test_desk import at_window
from tests.support.world import World

pytestmark = pytest.mark.requirement("QUE-01")


def ask(world: World, who: str = "clerk", patient: str = "patient_a", **body: Any) -> Any:
    wanted = {"patient_id": str(world.patients[patient].pk), **body}
    return world.client(who).post(f"{ADMIN}/queue-tickets", wanted, format="json")


def step(world: World, ticket: dict[str, Any], action: str, who: str = "doctor_a") -> Any:
    return world.client(who).post(f"{ADMIN}/queue-tickets/{ticket['id']}/{action}")


def test_a_walk_in_waits_for_the_doctor_with_a_number_and_an_encounter(clinic: World) -> None:
    doctor = clinic.staff["doctor_a"]
    answer = ask(clinic, practitioner_id=str(doctor.pk), reason="复诊开药")
    assert answer.status_code == 201, answer.content
    ticket = answer.json()
    assert (ticket["state"], ticket["ticket_no"], ticket["practitioner_id"]) == ("waiting", 1, str(doctor.pk))
    assert ticket["appointment_id"] is ticket["session_id"] is ticket["number"] is None
    encounter = Encounter.objects.get(pk=ticket["encounter_id"])
    assert (encounter.state, encounter.kind, encounter.practitioner_id) == (
        "arrived",
        "outpatient",
        doctor.pk,
    )


def test_a_walk_in_is_called_seen_and_finished_without_an_appointment(clinic: World) -> None:
    ticket = ask(clinic, practitioner_id=str(clinic.staff["doctor_a"].pk)).json()
    called = clinic.client("doctor_a").post(f"{ADMIN}/queues/{ticket['queue_id']}/call-next")
    assert (called.status_code, called.json()["id"]) == (200, ticket["id"])
    assert step(clinic, ticket, "start").json()["state"] == "in_service"
    encounter = Encounter.objects.get(pk=ticket["encounter_id"])
    assert (encounter.state, encounter.started_at) == ("in_progress", NOW)
    assert step(clinic, ticket, "finish").json()["state"] == "finished"
    encounter.refresh_from_db()
    assert (encounter.state, encounter.ended_at) == ("finished", NOW)


def test_the_estimate_of_a_walk_in_asks_no_session(clinic: World) -> None:
    first = ask(clinic, practitioner_id=str(clinic.staff["doctor_a"].pk)).json()
    board = clinic.client("doctor_a").get(f"{ADMIN}/queues/{first['queue_id']}/board").json()
    assert [entry["appointment_id"] for entry in board["waiting"]] == [None]


def test_who_has_an_appointment_of_this_minute_stands_before_a_walk_in(clinic: World) -> None:
    session = open_session(clinic, date=TOMORROW, start="08:00", end="09:00", slot_minutes=60)
    booked = at_window(clinic, "patient_b", first_slot(session), kind="advance", paid_at_counter=True)
    assert booked.status_code == 201, booked.content
    with clock.frozen(NOW + dt.timedelta(days=1)):
        walked = ask(clinic, practitioner_id=str(clinic.staff["doctor_a"].pk)).json()
        check_in(Appointment.objects.get(patient=clinic.patients["patient_b"]))
    tickets = QueueTicket.objects.filter(queue_id=walked["queue_id"]).order_by("due_at")
    assert [ticket.patient for ticket in tickets] == [
        clinic.patients["patient_b"],
        clinic.patients["patient_a"],
    ]


def test_a_patient_waits_in_a_queue_once(clinic: World) -> None:
    doctor = str(clinic.staff["doctor_a"].pk)
    first = ask(clinic, practitioner_id=doctor).json()
    again = ask(clinic, practitioner_id=doctor)
    assert code(again) == (409, "already_queued")
    assert again.json()["ticket_id"] == first["id"]
    assert QueueTicket.objects.count() == Encounter.objects.count() == 1


def test_who_has_booked_the_doctor_today_checks_in_instead_of_walking_in(clinic: World) -> None:
    session = open_session(clinic, date=TOMORROW, start="08:00", end="09:00", slot_minutes=60)
    at_window(clinic, "patient_b", first_slot(session), kind="advance", paid_at_counter=True)
    booked = Appointment.objects.get(patient=clinic.patients["patient_b"])
    walk_in = {"patient": "patient_b", "practitioner_id": str(clinic.staff["doctor_a"].pk)}
    with clock.frozen(NOW + dt.timedelta(days=1)):
        refused = ask(clinic, **walk_in)
        assert code(refused) == (409, "has_appointment")
        assert (refused.json()["appointment_id"], refused.json()["starts_at"]) == (str(booked.pk), "08:00")
        assert not QueueTicket.objects.exists()
        assert not Encounter.objects.exists()
        other = ask(clinic, patient="patient_b", practitioner_id=str(clinic.staff["doctor_b"].pk))
        assert other.status_code == 201, "another doctor"
        held = at_window(
            clinic, "patient_a", first_slot(open_session(clinic, date=TOMORROW, start="10:00", end="11:00"))
        )
        assert held.status_code == 201, held.content
        pending = ask(clinic, practitioner_id=str(clinic.staff["doctor_a"].pk))
        assert code(pending) == (409, "has_appointment"), "a number that waits for its payment, too"
    with clock.frozen(booked.check_in_until):
        assert ask(clinic, **walk_in).status_code == 201, "too late to check in"


def test_who_has_booked_the_running_night_checks_in_even_after_four_in_the_morning(clinic: World) -> None:
    session = open_session(clinic, date=TODAY, start="22:00", end="08:00", fee=0)
    last = session.slots.order_by("-starts_at")[0]
    with clock.frozen(clock.local(TOMORROW, dt.time(5))):
        assert book(clinic, "patient_b", last).status_code == 201
        refused = ask(clinic, patient="patient_b", practitioner_id=str(clinic.staff["doctor_a"].pk))
        assert code(refused) == (409, "has_appointment")


def test_who_waits_as_a_walk_in_settles_that_before_checking_in(clinic: World) -> None:
    session = open_session(clinic, date=TOMORROW, start="08:00", end="09:00", slot_minutes=60)
    with clock.frozen(NOW + dt.timedelta(days=1)):
        walked = ask(clinic, patient="patient_b", practitioner_id=str(clinic.staff["doctor_a"].pk)).json()
        at_window(clinic, "patient_b", first_slot(session), kind="same_day", paid_at_counter=True)
        booked = Appointment.objects.get(patient=clinic.patients["patient_b"])
        refused = clinic.client("clerk").post(f"{ADMIN}/appointments/{booked.pk}/check-in", {}, format="json")
        assert code(refused) == (409, "waits_as_walk_in")
        assert refused.json()["ticket_id"] == walked["id"]
    booked.refresh_from_db()
    assert (booked.state, QueueTicket.objects.count()) == ("booked", 1)


def test_a_transfer_takes_care_along_and_never_makes_two_places(clinic: World) -> None:
    first, other = (str(clinic.staff[name].pk) for name in ("doctor_b", "doctor_a"))
    new = clinic.add_patient("patient_c", name="王五", id_kind="none")
    record = f"{ADMIN}/patients/{new.pk}"
    ticket = ask(clinic, patient="patient_c", practitioner_id=first).json()
    assert clinic.client("doctor_b").get(record).status_code == 200
    there = own_queue(clinic.staff["doctor_a"], clinic.departments["cardiology"])
    body = {"queue_id": str(there.pk), "reason": "转诊"}
    move = f"{ADMIN}/queue-tickets/{ticket['id']}/transfer"
    second = ask(clinic, patient="patient_c", practitioner_id=other).json()
    assert code(clinic.client("doctor_b").post(move, body, format="json")) == (409, "already_queued")
    QueueTicket.objects.filter(pk=second["id"]).update(state="cancelled")
    encounters.cancel([second["encounter_id"]])
    assert clinic.client("doctor_b").post(move, body, format="json").status_code == 200
    assert clinic.client("doctor_a").get(record).status_code == 200, "while the patient waits"
    assert clinic.client("doctor_b").get(record).status_code == 404, "who never saw the patient"


@pytest.mark.django_db(transaction=True)
def test_two_desks_at_once_queue_a_patient_once(clinic: World) -> None:
    queue = own_queue(clinic.staff["doctor_a"], clinic.departments["cardiology"])
    patient = clinic.patients["patient_a"]

    def job() -> Any:
        with clock.frozen(NOW):
            return queue_walk_in(patient=patient, queue=queue)

    done = at_once([job] * 8, workers=8)
    assert sum(isinstance(one, QueueTicket) for one in done) == 1
    assert QueueTicket.objects.count() == Encounter.objects.count() == 1
    connection.close()


def test_a_shared_queue_takes_a_walk_in_and_whoever_calls_attends_the_patient(clinic: World) -> None:
    queue = create_queue(
        department=clinic.departments["cardiology"], kind="department", name="心内科候诊"
    )  # fmt: skip
    new = clinic.add_patient("patient_c", name="王五", id_kind="none")
    ticket = ask(clinic, patient="patient_c", queue_id=str(queue.pk)).json()
    assert ticket["practitioner_id"] is None
    doctor = clinic.staff["doctor_a"]
    assert not CareTeamMember.objects.filter(patient=new, staff=doctor).exists()
    assert clinic.client("doctor_a").post(f"{ADMIN}/queues/{queue.pk}/call-next").status_code == 200
    deliver("queueing.ticket_called")
    assert CareTeamMember.objects.filter(patient=new, staff=doctor, ended_at=None).exists()
    step(clinic, ticket, "start")
    assert Encounter.objects.get(pk=ticket["encounter_id"]).practitioner == doctor


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "queue_id"),
        ({"practitioner_id": "clerk"}, "practitioner_id"),
        ({"queue_id": "closed"}, "queue_id"),
        ({"queue_id": "own", "priority": "nobody", "reason": "x"}, "priority"),
        ({"queue_id": "own", "priority": "elderly"}, "reason"),
        ({"queue_id": "own", "practitioner_id": "doctor_c"}, "practitioner_id"),
        ({"queue_id": "own", "department_id": "surgery"}, "department_id"),
    ],
)
def test_what_cannot_be_queued_is_refused_by_name_and_nobody_waits(
    clinic: World, body: dict[str, str], field: str
) -> None:
    queue = own_queue(clinic.staff["doctor_a"], clinic.departments["cardiology"])
    closed = create_queue(department=clinic.departments["cardiology"], kind="department", name="停用")
    Queue.objects.filter(pk=closed.pk).update(is_active=False)
    known = {"own": queue.pk, "closed": closed.pk, "surgery": clinic.departments["surgery"].pk}
    known |= {name: clinic.staff[name].pk for name in ("clerk", "doctor_c")}
    answer = ask(clinic, **{name: str(known.get(value, value)) for name, value in body.items()})
    assert answer.status_code == 400, answer.content
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not QueueTicket.objects.exists()
    assert not Encounter.objects.exists()
    assert not OutboxEvent.objects.filter(topic="encounters.opened").exists()


def test_a_foreign_patient_or_queue_is_not_found(clinic: World) -> None:
    queue = own_queue(clinic.staff["doctor_a"], clinic.departments["cardiology"])
    foreign = clinic.client("clerk2") if "clerk2" in clinic.staff else clinic.client("admin2")
    body = {"patient_id": str(clinic.patients["patient_a"].pk), "queue_id": str(queue.pk)}
    answer = foreign.post(f"{ADMIN}/queue-tickets", body, format="json")
    assert answer.status_code == 400
    assert not QueueTicket.objects.exists()


def test_a_walk_in_after_midnight_is_of_the_running_day(clinic: World) -> None:
    queue = own_queue(clinic.staff["doctor_a"], clinic.departments["cardiology"])
    night = NOW.replace(hour=1) + dt.timedelta(days=1)
    with clock.frozen(night):
        ticket = queue_walk_in(patient=clinic.patients["patient_a"], queue=queue)
    assert ticket.day == NOW.date()
