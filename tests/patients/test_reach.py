"""Who reaches which patient, and what hangs on the patient."""

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from apps.access.actor import actor_of
from apps.access.policies import policy_of
from apps.access.policies.base import GrantedArm, for_lists
from apps.access.scoped.paging import MergedRows
from apps.identity.models import Department
from apps.patients.models import (
    CareRole,
    CareTeamMember,
    Patient,
    PatientCard,
    PatientDepartment,
    PatientUserObjectPermission,
    TimelineEntry,
)
from apps.patients.services import care_team
from apps.patients.services.timeline import write_entry
from apps.patients.timeline import TimelineKind
from apps.scheduling.models import Appointment
from kernel import clock
from kernel.http.pagination import capped_count
from tests.support.world import World

URL = "/api/admin/v1/patients"
NOW = dt.datetime(2026, 11, 22, 2, tzinfo=dt.UTC)


def ids(world: World, who: str, query: str = "") -> set[str]:
    answer = world.client(who).get(f"{URL}{query}")
    assert answer.status_code == 200
    return {row["id"] for row in answer.json()["results"]}


def key(world: World, name: str) -> str:
    return str(world.patients[name].pk)


@pytest.mark.requirement("ACC-04")
def test_each_sees_the_patients_in_reach_and_nobody_elses(world: World) -> None:
    a, b = key(world, "patient_a"), key(world, "patient_b")
    assert ids(world, "doctor_a") == ids(world, "head") == {a}
    assert ids(world, "doctor_b") == ids(world, "doctor_c") == ids(world, "doctor_h2") == set()
    assert ids(world, "admin1") == ids(world, "clerk") == ids(world, "boss") == {a, b}
    assert ids(world, "admin2") == set()


@pytest.mark.requirement("ACC-04")
@pytest.mark.parametrize("who", ["doctor_b", "doctor_h2", "admin2"])
def test_a_foreign_patient_does_not_exist_and_nothing_changes(world: World, who: str) -> None:
    patient, card, client = world.patients["patient_a"], world.cards["patient_a"], world.client(who)
    url, member = f"{URL}/{patient.pk}", CareTeamMember.objects.get(patient=patient)
    share = {"staff_id": str(world.staff["doctor_b"].pk)}
    tried = [
        client.get(url),
        client.patch(url, {"name": "x", "version": 1}, format="json"),
        client.get(f"{url}/timeline"),
        client.get(f"{url}/care-team"),
        client.post(f"{url}/care-team/share", share, format="json"),
        client.post(f"{url}/care-team/{member.pk}/end"),
        client.get(f"{url}/cards"),
    ]
    assert {answer.status_code for answer in tried} == {404}
    denied = [
        client.post(f"{url}/cards", {"card_number": "1234567890"}, format="json"),
        client.post(f"{url}/cards/{card.pk}/deactivate"),
        client.get(f"{url}/sensitive"),
        client.post(f"{url}/promote", {"version": 1}, format="json"),
        client.delete(url),
    ]
    assert {answer.status_code for answer in denied} <= {403, 404}
    patient.refresh_from_db()
    assert (patient.name, patient.version) == ("张三丰", 1)
    assert PatientCard.objects.get(patient=patient).is_active
    assert list(CareTeamMember.objects.filter(patient=patient, ended_at=None)) == [member]


@pytest.mark.requirement("ACC-04")
def test_a_share_shows_the_patient_until_its_end_and_not_a_moment_longer(world: World) -> None:
    url, until = f"{URL}/{key(world, 'patient_a')}", NOW + dt.timedelta(hours=2)
    body = {"staff_id": str(world.staff["doctor_b"].pk), "valid_until": until.isoformat()}
    with clock.frozen(NOW):
        shared = world.client("doctor_a").post(f"{url}/care-team/share", body, format="json")
        assert shared.status_code == 201, shared.json()
        doctor = world.client("doctor_b")
        assert ids(world, "doctor_b") == {key(world, "patient_a")}
        assert doctor.get(f"{url}/timeline").status_code == 200
        refused = doctor.patch(url, {"occupation": "x", "version": 1}, format="json")
        assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
        onward = doctor.post(
            f"{url}/care-team/share", {"staff_id": str(world.staff["doctor_c"].pk)}, format="json"
        )
        assert onward.status_code == 403, "who may only look can't share on"
    with clock.frozen(until - dt.timedelta(microseconds=1)):
        assert doctor.get(url).status_code == 200
    with clock.frozen(until):
        assert doctor.get(url).status_code == 404
        assert doctor.get(f"{url}/cards").status_code == 404
        assert ids(world, "doctor_b") == set()
    assert Patient.objects.get(pk=world.patients["patient_a"].pk).occupation == ""


@pytest.mark.requirement("ACC-04")
def test_a_grant_ends_with_the_last_relation(world: World) -> None:
    patient, doctor = world.patients["patient_a"], world.staff["doctor_b"]
    url, client = f"{URL}/{patient.pk}", world.client("doctor_b")
    by_head = {"staff_id": str(doctor.pk), "role": "examining"}
    joined = world.client("head").post(f"{url}/care-team", by_head, format="json")
    assert joined.status_code == 201, joined.json()
    shared = world.client("doctor_a").post(
        f"{url}/care-team/share", {"staff_id": str(doctor.pk), "can_change": True}, format="json"
    )
    assert client.patch(url, {"occupation": "y", "version": 1}, format="json").status_code == 200
    not_by_a_doctor = world.client("doctor_a").post(f"{url}/care-team/{joined.json()['id']}/end")
    assert not_by_a_doctor.status_code == 403
    assert world.client("doctor_a").post(f"{url}/care-team/{shared.json()['id']}/end").status_code == 200
    assert client.get(url).status_code == 200, "the other relation lives"
    assert world.client("head").post(f"{url}/care-team/{joined.json()['id']}/end").status_code == 200
    assert client.get(url).status_code == 404
    again = world.client("head").post(f"{url}/care-team/{joined.json()['id']}/end")
    assert (again.status_code, again.json()["code"]) == (409, "state_conflict")


@pytest.mark.requirement("ACC-04")
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"staff_id": "1"},
        {"staff_id": "01890000-0000-7000-8000-000000000000"},
        {"staff_id": "doctor_h2"},
        {"staff_id": "doctor_a"},
        {"staff_id": "doctor_b", "valid_until": "2020-01-01T00:00:00Z"},
        {"staff_id": "doctor_b", "valid_until": "tomorrow"},
        {"staff_id": "doctor_b", "can_change": "perhaps"},
        {"staff_id": "doctor_b", "role": "attending"},
    ],
    ids=str,
)
def test_a_share_that_makes_no_sense_is_refused(world: World, body: dict[str, Any]) -> None:
    named = {
        **body,
        **(
            {"staff_id": str(world.staff[body["staff_id"]].pk)} if body.get("staff_id") in world.staff else {}
        ),
    }
    url = f"{URL}/{key(world, 'patient_a')}/care-team/share"
    before = CareTeamMember.objects.count()
    assert world.client("doctor_a").post(url, named, format="json").status_code == 400
    assert CareTeamMember.objects.count() == before


@pytest.mark.requirement("PAT-03")
def test_the_timeline_is_one_chronological_read_and_an_entry_is_written_once(world: World) -> None:
    patient, booking = world.patients["patient_a"], uuid4()

    def entry(ref: UUID, kind: str, hours: int, title: str, state: str = "") -> None:
        write_entry(
            hospital_id=world.h1.pk, patient_id=patient.pk, at=NOW + dt.timedelta(hours=hours),
            kind=TimelineKind(kind, kind, kind), title=title, state=state, ref_type="test", ref_id=ref,
        )  # fmt: skip

    entry(booking, "booking", 0, "预约心内科", "booked")
    for number in range(1, 5):
        entry(uuid4(), "payment", number, f"缴费 {number}")
    entry(uuid4(), "exam", -5, "很早的检查, 后来才写入")
    entry(booking, "booking", 0, "x" * 200, "cancelled")
    client, url = world.client("doctor_a"), f"{URL}/{patient.pk}/timeline"
    pages, next_url = [], f"{url}?page_size=3"
    while next_url:
        page = client.get(next_url).json()
        pages.append([(row["kind"], row["state"]) for row in page["results"]])
        next_url = page["next"]
    assert pages == [[("payment", "")] * 3, [("payment", ""), ("booking", "cancelled"), ("exam", "")]]
    assert TimelineEntry.objects.get(ref_id=booking).title == "x" * 160
    assert world.client("doctor_b").get(url).status_code == 404
    assert client.get(f"{url}?cursor=nonsense").status_code in (400, 404)


def spread(world: World, count: int) -> None:
    """Patients of several departments, some in the care of the head, some of nobody."""
    head = world.staff["head"]
    departments = [world.departments["cardiology"], world.departments["surgery"]]
    for number in range(count):
        patient = Patient.objects.create(
            hospital=world.h1, mrn=f"S{number}", name=f"某{number % 3}", pinyin=f"m{number % 3}"
        )
        for position, department in enumerate(departments):
            if number % (position + 2) == 0:
                PatientDepartment.objects.create(hospital=world.h1, patient=patient, department=department)
        if number % 5 == 0:
            care_team.join(patient=patient, staff=head, role=CareRole.CONSULTANT)


@pytest.mark.requirement("ACC-04")
def test_arms_read_one_by_one_show_the_same_pages_as_all_at_once(world: World) -> None:
    spread(world, 40)
    user = world.staff["head"].user
    surgery: Department = world.departments["surgery"]
    world.staff["head"].memberships.create(hospital=world.h1, department=surgery)
    user.access_version += 1
    user.save()
    actor = actor_of(user)
    assert actor is not None
    policy = policy_of(Patient)
    arms = policy.arms(actor, "patients.patient.list")
    assert len(arms) == 3, "two departments and the grants"
    for order in (["-id"], ["pinyin", "-id"], ["-pinyin", "id"]):
        base: QuerySet[Patient] = Patient.objects.filter(name__gte="某0").order_by(*order)
        plain, merged = (
            policy.scope(actor, "patients.patient.list", base),
            MergedRows(base, arms, Patient.objects.all()),
        )
        for start, stop in ((0, 10), (7, 12), (20, 60), (0, 1), (60, 70)):
            assert list(merged[start:stop]) == list(plain[start:stop]), (order, start, stop)
            one = MergedRows(base, arms[:1], Patient.objects.all())
            assert list(one[start:stop]) == list(base.filter(arms[0])[start:stop]), (order, start, stop)
        for cap in (3, 1000):
            assert capped_count(merged, cap) == capped_count(plain, cap)


@pytest.mark.requirement("ACC-04")
@pytest.mark.parametrize("who", ["doctor_a", "head", "clerk", "boss"])
def test_a_list_costs_the_same_few_queries_however_many_patients_it_shows(world: World, who: str) -> None:
    client, counts = world.client(who), []
    for more in (3, 30):
        for number in range(more):
            patient = Patient.objects.create(
                hospital=world.h1, mrn=f"Q{more}-{number}", name="某某", phone="13800138000"
            )
            care_team.note_booking(
                hospital_id=world.h1.pk, patient_id=patient.pk, staff_id=world.staff["doctor_a"].pk,
                department_id=world.departments["cardiology"].pk,
            )  # fmt: skip
        client.get(URL)
        with CaptureQueriesContext(connection) as queries:
            shown = client.get(f"{URL}?page_size=3").json()
        assert (len(shown["results"]), shown["has_next"]) == (3, True)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 5


@pytest.mark.requirement("ACC-04")
@pytest.mark.parametrize("most", [0, 3, 2_000])
def test_a_list_starts_from_the_grants_themselves_and_shows_the_same(
    world: World, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few grants are named by their ids, very many looked at row by row."""
    spread(world, 40)
    client, actor = world.client("head"), actor_of(world.staff["head"].user)
    assert actor is not None
    before = client.get(URL).json()["results"]
    monkeypatch.setattr("apps.access.policies.base.MAX_LITERAL", most)
    assert client.get(URL).json()["results"] == before
    arms = policy_of(Patient).arms(actor, "patients.patient.list")
    assert any(arm in arms for arm in for_lists(arms) if isinstance(arm, GrantedArm)) is (most < 8)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(URL).json()["results"] == before
    reads = [query["sql"] for query in queries if "ARRAY_AGG" in query["sql"]]
    assert len(reads) == (0 if most < 8 else 1), "very many are not read for every page"


@pytest.mark.requirement("ACC-04")
def test_a_list_of_whoever_has_no_grants_does_not_look_for_any(world: World) -> None:
    actor = actor_of(world.staff["doctor_b"].user)
    assert actor is not None
    arms = policy_of(Appointment).arms(actor, "scheduling.appointment.list")
    assert any(isinstance(arm, GrantedArm) for arm in arms)
    PatientUserObjectPermission.objects.filter(user=actor.user_id).delete()
    assert len(for_lists(arms)) == len(arms) - 1
