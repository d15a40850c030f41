"""A share ends no later than what its sharer holds, and falls with it: chains and circles too."""

import datetime as dt

import pytest

from apps.access.models import StaffRole
from apps.identity.models import StaffMember
from apps.patients.models import CareRole, CareTeamMember, Patient, PatientUserObjectPermission
from apps.patients.services import care_team
from apps.patients.services.handover import hand_over
from kernel import clock
from kernel.errors import PermissionDenied
from tests.support.world import World

pytestmark = pytest.mark.requirement("ACC-04")
NOW = dt.datetime(2026, 11, 22, 2, tzinfo=dt.UTC)
URL = "/api/admin/v1/patients"


@pytest.fixture
def patient(world: World) -> Patient:
    return Patient.objects.create(hospital=world.h1, mrn="T1", name="张三丰")


def grants(patient: Patient, staff: StaffMember) -> dict[str, dt.datetime | None]:
    rows = PatientUserObjectPermission.objects.filter(content_object=patient, user=staff.user)
    return dict(rows.values_list("permission__codename", "valid_until"))


def attend(patient: Patient, staff: StaffMember, until: dt.datetime | None = None) -> CareTeamMember:
    return care_team.join(patient=patient, staff=staff, role=CareRole.ATTENDING, valid_until=until)


def share(
    patient: Patient, by: StaffMember, to: StaffMember, until: dt.datetime | None = None, change: bool = True
) -> CareTeamMember:
    return care_team.share(patient=patient, staff=to, by=by, can_change=change, valid_until=until)


def test_a_share_is_cut_to_the_end_of_the_sharers_own(world: World, patient: Patient) -> None:
    a, b, c = (world.staff[name] for name in ("doctor_a", "doctor_b", "doctor_c"))
    until = NOW + dt.timedelta(days=2)
    with clock.frozen(NOW):
        attend(patient, a, until)
        assert share(patient, a, b).valid_until == until
        assert share(patient, b, c, until + dt.timedelta(days=5)).valid_until == until
        shorter = NOW + dt.timedelta(hours=1)
        assert share(patient, a, b, shorter).valid_until == shorter
        assert grants(patient, c) == {"view_patient": shorter, "change_patient": shorter}  # falls with it


def test_a_chain_falls_with_its_first_link_at_once(world: World, patient: Patient) -> None:
    a, b, c, head = (world.staff[name] for name in ("doctor_a", "doctor_b", "doctor_c", "head"))
    first = attend(patient, a)
    for by, to in ((a, b), (b, c), (c, head)):
        share(patient, by, to)
    assert all(grants(patient, who) for who in (b, c, head))
    care_team.end(first)
    assert [grants(patient, who) for who in (a, b, c, head)] == [{}, {}, {}, {}]
    assert not CareTeamMember.objects.filter(patient=patient, ended_at=None).exists()


def test_two_who_share_back_and_forth_do_not_hold_each_other(world: World, patient: Patient) -> None:
    a, b = world.staff["doctor_a"], world.staff["doctor_b"]
    attend(patient, a)
    share(patient, a, b)
    share(patient, b, a)
    care_team.leave(patient_id=patient.pk, staff_id=a.pk, role=CareRole.ATTENDING)
    assert (grants(patient, a), grants(patient, b)) == ({}, {})


def test_a_share_stays_while_another_relation_of_the_sharer_does(world: World, patient: Patient) -> None:
    a, b = world.staff["doctor_a"], world.staff["doctor_b"]
    attend(patient, a)
    care_team.join(patient=patient, staff=a, role=CareRole.CONSULTANT, can_change=False)
    share(patient, a, b)
    care_team.leave(patient_id=patient.pk, staff_id=a.pk, role=CareRole.ATTENDING)
    assert grants(patient, b) == {
        "view_patient": None
    }  # to see, as the sharer still does; no longer to change


def test_nobody_shares_more_than_he_holds(world: World, patient: Patient) -> None:
    a, b = world.staff["doctor_a"], world.staff["doctor_b"]
    with pytest.raises(PermissionDenied):
        share(patient, a, b)
    care_team.join(patient=patient, staff=a, role=CareRole.CONSULTANT, can_change=False)
    with pytest.raises(PermissionDenied):
        share(patient, a, b, change=True)
    assert grants(patient, b) == {}
    share(patient, a, b, change=False)
    assert grants(patient, b) == {"view_patient": None}


def test_shares_fall_when_a_sharers_time_is_over_or_his_patients_are_handed_over(
    world: World, patient: Patient
) -> None:
    a, b, c = (world.staff[name] for name in ("doctor_a", "doctor_b", "doctor_c"))
    with clock.frozen(NOW):
        CareTeamMember.objects.create(
            hospital=world.h1, patient=patient, staff=a, role=CareRole.ATTENDING, by_booking=True
        )
        share(patient, a, b)
        hand_over(
            hospital_id=world.h1.pk, patient_ids=[patient.pk], source=a, target=c, ending={patient.pk: NOW}
        )
    assert (grants(patient, a), grants(patient, b)) == ({}, {})
    assert grants(patient, c) == {"view_patient": None, "change_patient": None}


def test_a_share_by_role_stands_by_itself_and_one_by_relation_does_not(world: World) -> None:
    patient = world.patients["patient_a"]
    body = {"staff_id": str(world.staff["doctor_b"].pk)}
    StaffRole.objects.get(staff=world.staff["head"])
    made = world.client("head").post(f"{URL}/{patient.pk}/care-team/share", body, format="json")
    assert made.status_code == 201
    assert CareTeamMember.objects.get(pk=made.json()["id"]).by_role
    body = {"staff_id": str(world.staff["doctor_c"].pk)}
    made = world.client("doctor_a").post(f"{URL}/{patient.pk}/care-team/share", body, format="json")
    assert made.status_code == 201
    care_team.leave(patient_id=patient.pk, staff_id=world.staff["doctor_a"].pk, role=CareRole.ATTENDING)
    seen = [world.client(who).get(f"{URL}/{patient.pk}").status_code for who in ("doctor_b", "doctor_c")]
    assert seen == [200, 404]


def test_nobody_narrows_or_ends_what_another_shared(world: World, patient: Patient) -> None:
    a, b, c = (world.staff[name] for name in ("doctor_a", "doctor_b", "doctor_c"))
    with clock.frozen(NOW):
        attend(patient, a)
        share(patient, a, b, NOW + dt.timedelta(hours=2))
        wide = share(patient, a, c)
        assert share(patient, b, c, NOW + dt.timedelta(minutes=1), change=False) == wide
        wide.refresh_from_db()
        assert (wide.shared_by, wide.can_change, wide.valid_until) == (a, True, None)
        url = f"{URL}/{patient.pk}/care-team/{wide.pk}/end"
        assert world.client("doctor_b").post(url, {}, format="json").status_code in (403, 404)
        wide.refresh_from_db()
        assert wide.ended_at is None
