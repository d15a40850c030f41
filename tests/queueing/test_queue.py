"""The queue: called in the order of check-in when all are due alike; the patient sees the place in the line."""

import datetime as dt
from typing import Any

import pytest

from apps.queueing.models import QueueTicket
from apps.queueing.services.check_in import check_in
from apps.scheduling.models import Appointment, ClinicSession
from kernel import clock
from kernel.models import OutboxEvent
from tests.scheduling.support import ADMIN, MINI, NOW, TOMORROW, code, first_slot, open_session
from tests.scheduling.test_desk import act, at_window
from tests.support.world import World

pytestmark = pytest.mark.requirement("QUE-01")


@pytest.fixture
def line(clinic: World) -> tuple[ClinicSession, list[QueueTicket]]:
    """patient_b, then patient_a, then patient_c have checked in, whatever their numbers say."""
    clinic.add_patient("patient_c", name="王五", id_kind="none")
    session = open_session(clinic, capacity=5)
    for name in ("patient_a", "patient_b", "patient_c"):
        assert at_window(clinic, name, first_slot(session), paid_at_counter=True).status_code == 201
    tickets = []
    for minute, name in enumerate(("patient_b", "patient_a", "patient_c")):
        with clock.frozen(NOW + dt.timedelta(minutes=minute)):
            tickets.append(check_in(Appointment.objects.get(patient=clinic.patients[name])))
    return session, tickets


def call_next(world: World, session: ClinicSession, who: str = "doctor_a") -> Any:
    return world.client(who).post(f"{ADMIN}/clinic-sessions/{session.pk}/call-next")


def ticket(world: World, it: QueueTicket, action: str, who: str = "doctor_a") -> Any:
    return world.client(who).post(f"{ADMIN}/queue-tickets/{it.pk}/{action}")


def place(world: World, who: str, it: QueueTicket) -> dict[str, Any]:
    answer: dict[str, Any] = world.client(who).get(f"{MINI}/appointments/{it.appointment_id}/queue").json()
    return answer


def test_patients_are_called_in_the_order_of_check_in(clinic: World, line: Any) -> None:
    session, tickets = line
    assert [t.ticket_no for t in tickets] == [1, 2, 3]
    called = [call_next(clinic, session).json()["ticket_no"] for _ in tickets]
    assert called == [1, 2, 3]
    assert code(call_next(clinic, session)) == (409, "queue_empty")
    assert OutboxEvent.objects.filter(topic="queueing.ticket_called").count() == 3


def test_the_patient_sees_position_people_ahead_and_wait(clinic: World, line: Any) -> None:
    session, tickets = line
    mine = place(clinic, "patient_a", tickets[1])
    # An hour until the doctor begins, then one patient at the hospital's eight minutes.
    assert (mine["ahead"], mine["position"], mine["estimated_wait_minutes"]) == (1, 2, 68)
    call_next(clinic, session)
    assert place(clinic, "patient_a", tickets[1])["ahead"] == 0
    assert place(clinic, "patient_b", tickets[0])["state"] == "called"
    assert place(clinic, "patient_b", tickets[0])["position"] is None
    assert (
        clinic.client("patient_a").get(f"{MINI}/appointments/{tickets[0].appointment_id}/queue").status_code
        == 404
    )


def test_who_does_not_come_goes_back_some_places_and_is_passed_over_in_the_end(
    clinic: World, line: Any
) -> None:
    session, tickets = line
    clinic.h1.settings = {"queue.skip_behind": 1, "queue.max_skips": 1}
    clinic.h1.save()
    call_next(clinic, session)
    assert ticket(clinic, tickets[0], "recall").json()["call_count"] == 2
    shown = ticket(clinic, tickets[0], "skip").json()
    assert (shown["state"], shown["skip_count"], shown["served_by_id"]) == ("waiting", 1, None)
    assert [call_next(clinic, session).json()["ticket_no"] for _ in range(2)] == [2, 1]
    assert ticket(clinic, tickets[0], "skip").json()["state"] == "missed"
    with clock.frozen(NOW + dt.timedelta(minutes=30)):
        assert ticket(clinic, tickets[0], "requeue").json()["state"] == "waiting"
    assert [call_next(clinic, session).json()["ticket_no"] for _ in range(2)] == [3, 1]


def test_a_finished_visit_fulfils_the_appointment(clinic: World, line: Any) -> None:
    session, tickets = line
    call_next(clinic, session)
    assert ticket(clinic, tickets[0], "start").json()["state"] == "in_service"
    assert ticket(clinic, tickets[0], "finish").json()["state"] == "finished"
    assert Appointment.objects.get(pk=tickets[0].appointment_id).state == "fulfilled"
    assert OutboxEvent.objects.filter(topic="scheduling.appointment_fulfilled").count() == 1
    assert code(ticket(clinic, tickets[0], "finish")) == (409, "state_conflict")


def test_a_waiting_patient_is_called_first(clinic: World, line: Any) -> None:
    _, tickets = line
    for action in ("recall", "skip", "requeue", "start", "send-out", "take-back", "finish"):
        assert code(ticket(clinic, tickets[0], action)) == (409, "state_conflict")
    assert QueueTicket.objects.get(pk=tickets[0].pk).state == "waiting"


def test_only_the_doctor_or_the_window_call(clinic: World, line: Any) -> None:
    session, tickets = line
    assert call_next(clinic, session, "doctor_b").status_code == 404
    assert call_next(clinic, session, "admin2").status_code == 404
    assert ticket(clinic, tickets[0], "skip", "doctor_b").status_code == 404
    assert set(QueueTicket.objects.values_list("state", flat=True)) == {"waiting"}
    assert not OutboxEvent.objects.filter(topic="queueing.ticket_called").exists()
    assert call_next(clinic, session, "clerk").status_code == 200


def test_a_cancelled_patient_leaves_the_line(clinic: World, line: Any) -> None:
    session, tickets = line
    shown = act(
        clinic, "clerk", Appointment.objects.get(pk=tickets[0].appointment_id), "cancel", {"reason": "x"}
    ).json()
    assert shown["state"] == "cancelled"
    assert call_next(clinic, session).json()["ticket_no"] == 2


def test_the_queue_is_listed_in_a_constant_number_of_queries(
    clinic: World, line: Any, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(6):
        rows = clinic.client("clerk").get(f"{ADMIN}/queue-tickets?ordering=queued_at").json()["results"]
    assert [row["ticket_no"] for row in rows] == [1, 2, 3]


@pytest.mark.requirement("QUE-01")
def test_only_todays_sessions_are_called_from(clinic: World) -> None:
    session = open_session(clinic, date=TOMORROW)
    refused = call_next(clinic, session)
    assert code(refused) == (409, "session_not_today") and TOMORROW.isoformat() in refused.json()["detail"]
    rows = clinic.client("doctor_a").get(f"{ADMIN}/clinic-sessions").json()["results"]
    assert [row["is_today"] for row in rows if row["id"] == str(session.pk)] == [False]
    today = open_session(clinic)
    for asked, found in (("true", today), ("false", session)):
        offered = (
            clinic.client("doctor_a").get(f"{ADMIN}/clinic-sessions/options", {"is_today": asked}).json()
        )
        assert [row["id"] for row in offered] == [str(found.pk)]
