"""The care team: grants follow the live relations of a person to a patient."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from apps.identity.models import StaffMember
from apps.patients.models import (
    BindingAttempt,
    CareRole,
    CareTeamMember,
    Patient,
    PatientDepartment,
    PatientUserObjectPermission,
)
from apps.patients.services import care_team
from apps.patients.tasks import tidy_care_teams
from kernel import clock
from kernel.errors import InvalidValue, StateConflict
from tests.support.world import World

NOW = dt.datetime(2026, 11, 22, 2, tzinfo=dt.UTC)


def grants(patient: Patient, staff: StaffMember) -> dict[str, dt.datetime | None]:
    rows = PatientUserObjectPermission.objects.filter(content_object=patient, user=staff.user)
    return dict(rows.values_list("permission__codename", "valid_until"))


@pytest.fixture
def patient(world: World) -> Patient:
    return Patient.objects.create(hospital=world.h1, mrn="T1", name="张三丰")


def book(world: World, patient: Patient) -> int:
    """Note a booking with doctor_a; returns how many statements it took."""
    with CaptureQueriesContext(connection) as queries:
        care_team.note_booking(
            hospital_id=world.h1.pk, patient_id=patient.pk, staff_id=world.staff["doctor_a"].pk,
            department_id=world.departments["cardiology"].pk,
        )  # fmt: skip
    return len(queries)


@pytest.mark.requirement("ACC-04")
def test_a_booking_gives_the_doctor_the_patient_in_one_statement(world: World, patient: Patient) -> None:
    book(world, Patient.objects.create(hospital=world.h1, mrn="T0", name="先例"))  # permission ids are cached
    assert book(world, patient) == 1
    assert grants(patient, world.staff["doctor_a"]) == {"view_patient": None, "change_patient": None}
    assert PatientDepartment.objects.get(patient=patient).department == world.departments["cardiology"]
    assert book(world, patient) == 1
    assert CareTeamMember.objects.filter(patient=patient).count() == 1


@pytest.mark.requirement("ACC-04")
def test_a_booking_opens_a_relation_that_had_an_end(world: World, patient: Patient) -> None:
    doctor, until = world.staff["doctor_a"], clock.now() + dt.timedelta(days=1)
    care_team.join(
        patient=patient, staff=doctor, role=CareRole.ATTENDING, can_change=False, valid_until=until
    )
    assert grants(patient, doctor) == {"view_patient": until}
    book(world, patient)
    assert grants(patient, doctor) == {"view_patient": None, "change_patient": None}


@pytest.mark.requirement("ACC-04")
def test_grants_are_the_union_of_live_relations_with_the_latest_end(world: World, patient: Patient) -> None:
    doctor, by = world.staff["doctor_b"], world.staff["doctor_a"]
    short, long = NOW + dt.timedelta(days=1), NOW + dt.timedelta(days=9)
    with clock.frozen(NOW):
        share = care_team.share(
            patient=patient, staff=doctor, by=by, can_change=False, valid_until=long, by_role=True
        )
        care_team.join(patient=patient, staff=doctor, role=CareRole.CONSULTANT, valid_until=short)
        assert grants(patient, doctor) == {"view_patient": long, "change_patient": short}
        care_team.join(patient=patient, staff=doctor, role=CareRole.EXAMINING)
        assert grants(patient, doctor) == {"view_patient": None, "change_patient": None}
        care_team.leave(patient_id=patient.pk, staff_id=doctor.pk, role=CareRole.EXAMINING)
        assert grants(patient, doctor) == {"view_patient": long, "change_patient": short}
        care_team.leave(patient_id=patient.pk, staff_id=doctor.pk, role=CareRole.CONSULTANT)
        assert grants(patient, doctor) == {"view_patient": long}
        care_team.end(share)
        assert grants(patient, doctor) == {}
        with pytest.raises(StateConflict):
            care_team.end(share)
    assert CareTeamMember.objects.filter(patient=patient, ended_at=None).count() == 0
    assert CareTeamMember.objects.filter(patient=patient).count() == 3


@pytest.mark.requirement("ACC-04")
@pytest.mark.parametrize(("who", "action"), [("doctor_a", "share"), ("admin1", "share"), ("admin1", "join")])
def test_asking_again_takes_the_end_away_only_where_it_says_so(
    world: World, patient: Patient, who: str, action: str
) -> None:
    doctor, ends = world.staff["doctor_b"], clock.now() + dt.timedelta(days=5)
    if who == "doctor_a":
        care_team.join(patient=patient, staff=world.staff["doctor_a"], role=CareRole.ATTENDING)
    url = f"/api/admin/v1/patients/{patient.pk}/care-team{'/share' if action == 'share' else ''}"
    body: dict[str, Any] = {
        "staff_id": str(doctor.pk),
        **({"role": "consultant"} if action == "join" else {}),
    }

    def ask(**more: Any) -> Any:
        answer = world.client(who).post(url, body | more, format="json")
        assert answer.status_code == 201, answer.content
        shown = answer.json()["valid_until"]
        return shown and dt.datetime.fromisoformat(shown)

    assert ask() is None
    assert ask(valid_until=ends.isoformat()) == ends
    assert ask() == ask(can_change=True) == ends
    assert CareTeamMember.objects.get(patient=patient, staff=doctor, ended_at=None).valid_until == ends
    assert ask(valid_until=None) is None
    assert ask() is None


@pytest.mark.requirement("ACC-04")
def test_a_share_that_has_lapsed_lends_its_end_to_no_other(world: World, patient: Patient) -> None:
    by, doctor = world.staff["doctor_a"], world.staff["doctor_b"]
    care_team.join(patient=patient, staff=by, role=CareRole.ATTENDING)
    ends = clock.now() + dt.timedelta(days=1)
    care_team.share(patient=patient, staff=doctor, by=by, can_change=False, valid_until=ends)
    with clock.frozen(ends + dt.timedelta(minutes=1)):
        assert care_team.share(patient=patient, staff=doctor, by=by, can_change=False).valid_until is None


@pytest.mark.requirement("ACC-04")
def test_only_colleagues_of_the_hospital_and_only_a_future_end(world: World, patient: Patient) -> None:
    by = world.staff["doctor_a"]
    for staff, until in (
        (world.staff["doctor_h2"], None),
        (by, None),
        (world.staff["doctor_b"], NOW - dt.timedelta(seconds=1)),
    ):
        with clock.frozen(NOW), pytest.raises(InvalidValue):
            care_team.share(
                patient=patient, staff=staff, by=by, can_change=True, valid_until=until, by_role=True
            )
    assert not CareTeamMember.objects.filter(patient=patient).exists()
    assert not PatientUserObjectPermission.objects.filter(content_object=patient).exists()


@pytest.mark.requirement("ACC-04")
def test_the_sweeper_ends_lapsed_relations_and_keeps_what_still_lives(world: World, patient: Patient) -> None:
    by, until = world.staff["doctor_a"], NOW + dt.timedelta(hours=1)
    with clock.frozen(NOW):
        for name in ("doctor_b", "doctor_c"):
            care_team.share(
                patient=patient, staff=world.staff[name], by=by, can_change=True, valid_until=until,
                by_role=True,
            )  # fmt: skip
        care_team.join(
            patient=patient, staff=world.staff["doctor_c"], role=CareRole.CONSULTANT, can_change=False
        )
        assert care_team.sweep() == 0
    with clock.frozen(until):
        assert care_team.sweep() == 2
    assert grants(patient, world.staff["doctor_b"]) == {}
    assert grants(patient, world.staff["doctor_c"]) == {"view_patient": None}
    assert CareTeamMember.objects.filter(patient=patient, role=CareRole.SHARED, ended_at=None).count() == 0


@pytest.mark.requirement("ACC-04")
def test_the_nightly_task_tidies_relations_and_old_failures(world: World, patient: Patient) -> None:
    account, until = world.accounts["patient_none"], NOW + dt.timedelta(hours=1)
    BindingAttempt.objects.create(account=account, card_number_index=b"x", at=NOW - dt.timedelta(days=3))
    BindingAttempt.objects.create(account=account, card_number_index=b"x", at=NOW)
    with clock.frozen(NOW):
        care_team.join(
            patient=patient, staff=world.staff["doctor_b"], role=CareRole.EXAMINING, valid_until=until
        )
    with clock.frozen(until):
        tidy_care_teams.fn()
    assert grants(patient, world.staff["doctor_b"]) == {}
    assert BindingAttempt.objects.count() == 1


@pytest.mark.requirement("ACC-04")
@pytest.mark.django_db(transaction=True)
def test_a_booking_keeps_its_grants_when_another_relation_ends_at_the_same_time(world: World) -> None:
    patient, doctor = world.patients["patient_b"], world.staff["doctor_a"]
    care_team.join(patient=patient, staff=doctor, role=CareRole.CONSULTANT)

    def leave() -> None:
        care_team.leave(patient_id=patient.pk, staff_id=doctor.pk, role=CareRole.CONSULTANT)
        connections.close_all()

    other = threading.Thread(target=leave)
    with transaction.atomic():
        book(world, patient)
        other.start()
        other.join(timeout=1)
        assert other.is_alive(), "it waits until the booking is decided"
    other.join()
    assert grants(patient, doctor) == {"view_patient": None, "change_patient": None}
