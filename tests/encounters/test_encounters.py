"""就诊: made when the patient arrives, ended with what happened, seen by whoever may see it."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.encounters.models import Encounter
from apps.encounters.selectors import current_encounter
from apps.encounters.services import encounters
from apps.encounters.states import EncounterState
from apps.inpatient.services.admissions import change_admission, discharge, recall
from apps.patients.models import CareTeamMember, TimelineEntry
from apps.queueing.services import calls
from apps.queueing.services.check_in import check_in
from apps.scheduling.models import Appointment
from apps.scheduling.services.cancel import cancel
from apps.scheduling.services.reverse import reverse_settlement
from kernel import clock
from kernel.errors import StateConflict
from tests.billing.support import issue
from tests.inpatient.support import admit
from tests.scheduling.support import ADMIN, NOW, deliver, first_slot, open_session
from tests.scheduling.test_desk import at_window
from tests.support.world import World

pytestmark = pytest.mark.requirement("PAT-03")


@pytest.fixture
def appointment(clinic: World) -> Appointment:
    """patient_a has paid and may check in."""
    session = open_session(clinic, capacity=5)
    assert at_window(clinic, "patient_a", first_slot(session), paid_at_counter=True).status_code == 201
    return Appointment.objects.select_related("patient", "hospital").get(patient=clinic.patients["patient_a"])


def test_check_in_opens_an_encounter_and_the_end_of_the_visit_ends_it(appointment: Appointment) -> None:
    ticket = check_in(appointment)
    encounter = Encounter.objects.get()
    appointment.refresh_from_db()
    assert appointment.encounter == ticket.encounter == encounter
    assert (encounter.state, encounter.arrived_at, encounter.started_at) == ("arrived", NOW, None)
    calls.call(ticket, reason="")
    calls.start(ticket)
    calls.finish(ticket)
    encounter.refresh_from_db()
    assert (encounter.state, encounter.ended_at) == ("finished", NOW)


def test_cancelling_after_check_in_cancels_the_encounter(appointment: Appointment) -> None:
    check_in(appointment)
    appointment.refresh_from_db()
    cancel(appointment, cause="staff")
    assert Encounter.objects.get().state == EncounterState.CANCELLED


def test_a_check_in_taken_back_leaves_a_cancelled_encounter_and_the_next_one_opens_another(
    clinic: World, appointment: Appointment
) -> None:
    check_in(appointment)
    appointment.refresh_from_db()
    reverse_settlement(appointment, reason="误收")
    appointment.refresh_from_db()
    assert appointment.encounter_id is None
    assert Encounter.objects.get().state == EncounterState.CANCELLED


def test_an_ended_encounter_stays_ended(appointment: Appointment) -> None:
    ticket = check_in(appointment)
    encounters.cancel([ticket.encounter_id])
    with pytest.raises(StateConflict):
        encounters.finish(ticket.encounter_id)
    encounters.begin(ticket.encounter_id)
    encounters.cancel([ticket.encounter_id])
    assert Encounter.objects.get().state == EncounterState.CANCELLED


def test_the_database_keeps_state_and_end_together(appointment: Appointment) -> None:
    check_in(appointment)
    with pytest.raises(IntegrityError), transaction.atomic():
        Encounter.objects.update(ended_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Encounter.objects.update(state="finished")


def test_a_stay_is_one_encounter_from_admission_to_discharge(clinic: World) -> None:
    stay = admit(clinic)
    assert (stay.encounter.kind, stay.encounter.state) == ("inpatient", "in_progress")
    moved = change_admission(stay, version=stay.version, department=clinic.departments["surgery"])
    stay.encounter.refresh_from_db()
    assert stay.encounter.department == clinic.departments["surgery"]
    with clock.frozen(NOW + dt.timedelta(days=1)):
        discharge(moved)
        stay.encounter.refresh_from_db()
        assert (stay.encounter.state, stay.encounter.ended_at) == ("finished", NOW + dt.timedelta(days=1))
        recall(moved)
    stay.encounter.refresh_from_db()
    assert (stay.encounter.state, stay.encounter.ended_at) == ("in_progress", None)


def test_a_bill_belongs_to_the_visit_during_which_it_is_issued(
    clinic: World, appointment: Appointment
) -> None:
    assert issue(clinic).encounter is None
    ticket = check_in(appointment)
    assert issue(clinic).encounter == ticket.encounter


def test_of_several_visits_the_one_in_the_department_counts(clinic: World, appointment: Appointment) -> None:
    admit(clinic, department=clinic.departments["surgery"])
    ticket = check_in(appointment)
    patient = clinic.patients["patient_a"]
    where: dict[str, Any] = {"patient_id": patient.pk, "hospital_id": clinic.h1.pk}
    here = current_encounter(**where, department_id=clinic.departments["cardiology"].pk)
    assert here == ticket.encounter
    assert current_encounter(**where, department_id=None) is None


def test_every_visit_stands_in_the_timeline(clinic: World, appointment: Appointment) -> None:
    ticket = check_in(appointment)
    deliver("encounters.opened")
    entry = TimelineEntry.objects.get(kind="visit")
    assert (entry.state, entry.ref_id) == ("arrived", ticket.encounter_id)
    calls.call(ticket, reason="")
    calls.finish(ticket)
    deliver("encounters.ended")
    entry.refresh_from_db()
    assert entry.state == "finished"


def test_a_visit_keeps_the_doctor_in_the_care_team_when_another_booking_comes_to_nothing(
    clinic: World, appointment: Appointment
) -> None:
    check_in(appointment)
    second = open_session(clinic, start="15:00", end="16:00")
    assert at_window(clinic, "patient_a", first_slot(second), paid_at_counter=True).status_code == 201
    other = Appointment.objects.select_related("patient", "hospital").get(session=second)
    cancel(other, cause="staff")
    deliver("scheduling.appointment_cancelled")
    team = CareTeamMember.objects.filter(patient=appointment.patient, staff=clinic.staff["doctor_a"])
    assert team.filter(ended_at=None).exists()


@pytest.mark.parametrize(("who", "seen"), [("doctor_a", 1), ("head", 1), ("admin1", 1), ("doctor_c", 0)])
def test_visits_are_seen_by_their_doctor_department_and_hospital(
    clinic: World, appointment: Appointment, who: str, seen: int
) -> None:
    ticket = check_in(appointment)
    listed = clinic.client(who).get(f"{ADMIN}/encounters", {"patient_id": str(appointment.patient_id)})
    assert listed.status_code == 200
    assert len(listed.json()["results"]) == seen
    one = clinic.client(who).get(f"{ADMIN}/encounters/{ticket.encounter_id}")
    assert one.status_code == (200 if seen else 404)


def test_visits_are_filtered_by_state_kind_and_arrival(clinic: World, appointment: Appointment) -> None:
    check_in(appointment)
    client = clinic.client("admin1")
    for query, count in (
        ({"state": "arrived"}, 1), ({"state": "finished"}, 0), ({"kind": "inpatient"}, 0),
        ({"arrived_from": NOW.isoformat()}, 1), ({"arrived_to": NOW.isoformat()}, 0),
    ):  # fmt: skip
        assert len(client.get(f"{ADMIN}/encounters", query).json()["results"]) == count, query
