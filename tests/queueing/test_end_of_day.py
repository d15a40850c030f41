"""Whoever still waits when the queue's day has ended has left: ticket and encounter end by themselves."""

import datetime as dt

import pytest

from apps.encounters.models import Encounter
from apps.queueing.models import QueueTicket
from apps.queueing.services import calls
from apps.queueing.services.close_days import close_days
from apps.queueing.services.queues import own_queue
from apps.queueing.services.walk_in import queue_walk_in
from apps.queueing.tasks import end_days
from apps.scheduling.models import Appointment
from apps.scheduling.services.cancel import cancel
from apps.scheduling.tasks import close_sessions
from kernel import clock
from kernel.models import OutboxEvent
from tests.queueing.test_queue_rules import arrive, at
from tests.scheduling.support import open_session
from tests.support.world import World

pytestmark = pytest.mark.requirement("QUE-01", "PAT-03")
DAY = dt.timedelta(days=1)


def states(ticket: QueueTicket) -> tuple[str, str]:
    """Of the ticket and of its encounter."""
    found = QueueTicket.objects.select_related("encounter").get(pk=ticket.pk)
    return found.state, found.encounter.state


def night(time: str) -> dt.datetime:
    """That time of the following morning."""
    return at(time) + DAY


def test_whoever_was_never_called_has_left_when_the_day_is_over(clinic: World) -> None:
    session = open_session(clinic, capacity=5)
    waiting, called, seen = (arrive(clinic, session, name, "08:10") for name in ("候甲", "候乙", "候丙"))
    with clock.frozen(at("09:00")):
        walk_in = queue_walk_in(
            patient=clinic.patients["patient_a"],
            queue=own_queue(clinic.staff["doctor_b"], clinic.departments["cardiology"]),
        )
        calls.call(called, reason="")
        calls.call(seen, reason="")
        calls.start(seen)
    for moment in (at("23:59"), night("03:59")):
        with clock.frozen(moment):
            end_days()
        assert states(waiting) == states(walk_in) == ("waiting", "arrived")
    with clock.frozen(night("04:10")):
        for _ in range(2):
            end_days()
    for ticket in (waiting, called, walk_in):
        assert states(ticket) == ("cancelled", "cancelled")
        assert Encounter.objects.get(pk=ticket.encounter_id).ended_at == night("04:10")
    assert states(seen) == ("in_service", "in_progress"), "the doctor says when that is over"
    ended = OutboxEvent.objects.filter(topic="encounters.ended").count()
    assert ended == 3, "once each"
    assert Appointment.objects.get(pk=waiting.appointment_id).state == "checked_in"


def test_a_session_over_midnight_goes_on(clinic: World) -> None:
    session = open_session(clinic, start="22:00", end="02:00", capacity=5)
    ticket = arrive(clinic, session, "夜诊", "22:10", kind="same_day")
    for moment in (night("00:20"), night("01:59"), night("04:10"), night("05:59")):
        with clock.frozen(moment):
            close_sessions()
            end_days()
            assert states(ticket) == ("waiting", "arrived"), moment
            if moment < night("02:00"):
                session.refresh_from_db()
                assert session.state == "published"
    with clock.frozen(night("06:10")):
        end_days()
    assert states(ticket) == ("cancelled", "cancelled")


def test_a_visit_that_a_doctor_has_begun_and_passed_on_is_finished(clinic: World) -> None:
    ticket = arrive(clinic, open_session(clinic, capacity=5), "转诊", "08:10")
    with clock.frozen(at("09:00")):
        calls.call(ticket, reason="")
        calls.start(ticket)
        other = own_queue(clinic.staff["doctor_b"], clinic.departments["cardiology"])
        calls.transfer(ticket, queue=other, reason="会诊")
    with clock.frozen(night("04:10")):
        end_days()
    assert states(ticket) == ("cancelled", "finished")


def test_the_day_ends_in_bounded_steps(clinic: World) -> None:
    session = open_session(clinic, capacity=5)
    tickets = [arrive(clinic, session, f"候{number}", "08:10") for number in "甲乙丙"]
    with clock.frozen(night("04:10")):
        assert [close_days(limit=2) for _ in range(3)] == [2, 1, 0]
    assert {states(ticket) for ticket in tickets} == {("cancelled", "cancelled")}


def test_the_appointment_of_whoever_was_never_called_can_be_cancelled_afterwards(clinic: World) -> None:
    ticket = arrive(clinic, open_session(clinic, capacity=5), "未诊", "08:10")
    with clock.frozen(night("08:00")):
        end_days()
        cancel(Appointment.objects.get(pk=ticket.appointment_id), cause="staff")
    assert Appointment.objects.get(pk=ticket.appointment_id).state == "cancelled"
    assert states(ticket) == ("cancelled", "cancelled")
