"""住院登记: own stays are registered, changed and ended here; whoever may."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest

from apps.inpatient.models import Admission
from apps.inpatient.services.admissions import discharge
from apps.patients.errors import MergeClash
from apps.patients.models import CareTeamMember, TimelineEntry
from apps.patients.services.merge import merge
from kernel import clock
from tests.inpatient.support import ADMIN, NOW, admit, at_desk, code, get, handle, his_stay, put
from tests.support.world import World

pytestmark = pytest.mark.requirement("INP-02")


def body_of(world: World, **facts: Any) -> dict[str, Any]:
    values = {
        "patient_id": str(world.patients["patient_a"].pk),
        "department_id": str(world.departments["cardiology"].pk),
        "ward": "心内一病区",
        "bed": "12",
        "diagnosis": "冠心病",
    }
    return values | facts


def register(world: World, who: str = "clerk", **facts: Any) -> Any:
    return at_desk(world, who, "admissions", body_of(world, **facts))


def test_a_new_stay_has_a_number_of_its_own_and_a_place_in_the_timeline(ward: World) -> None:
    doctor = str(ward.staff["doctor_b"].pk)
    made = register(ward, practitioner_id=doctor).json()
    assert (made["status"], made["ward"], made["bed"], made["source"]) == (
        "admitted",
        "心内一病区",
        "12",
        "own",
    )
    assert made["admission_no"].startswith(f"ZY{NOW:%y%m%d}")
    assert made["practitioner_id"] == doctor
    assert get(ward, "doctor_b", f"admissions/{made['id']}").status_code == 200, "the attending doctor's own"
    handle()
    entry = TimelineEntry.objects.get(kind="admission")
    assert (entry.state, entry.title) == ("admitted", f"住院 心内科 {made['admission_no']}")
    other = register(ward, patient_id=str(ward.patients["patient_b"].pk)).json()
    assert other["admission_no"] != made["admission_no"]


def test_a_doctor_who_admits_attends_and_cares_for_the_patient(ward: World) -> None:
    made = register(ward, "doctor_a").json()
    assert made["practitioner_name"] == "doctor_a"
    team = CareTeamMember.objects.filter(patient=ward.patients["patient_a"], staff=ward.staff["doctor_a"])
    assert team.filter(role="attending", ended_at=None).exists()


def test_the_window_admits_without_a_doctor(ward: World) -> None:
    made = register(ward).json()
    assert (made["practitioner_id"], made["practitioner_name"]) == (None, "")


def test_a_patient_lies_in_once_at_a_time(ward: World) -> None:
    first = register(ward).json()
    refused = register(ward)
    assert code(refused) == (409, "already_admitted")
    assert refused.json()["admission_id"] == first["id"]
    assert at_desk(ward, "clerk", f"admissions/{first['id']}/discharge").json()["status"] == "discharged"
    second = register(ward)
    assert second.status_code == 201
    assert code(at_desk(ward, "clerk", f"admissions/{first['id']}/recall")) == (409, "already_admitted")
    assert Admission.objects.filter(status="admitted").count() == 1


def test_a_discharge_ends_the_stay_and_a_mistaken_one_is_taken_back(ward: World) -> None:
    stay = admit(ward)
    left = (NOW - dt.timedelta(hours=2)).isoformat()
    shown = at_desk(ward, "doctor_a", f"admissions/{stay.pk}/discharge", {"discharged_at": left}).json()
    assert (shown["status"], dt.datetime.fromisoformat(shown["discharged_at"])) == (
        "discharged", NOW - dt.timedelta(hours=2),
    )  # fmt: skip
    assert code(at_desk(ward, "clerk", f"admissions/{stay.pk}/discharge")) == (409, "state_conflict")
    handle()
    assert TimelineEntry.objects.get(kind="admission").state == "discharged"
    assert at_desk(ward, "doctor_a", f"admissions/{stay.pk}/recall").status_code == 403
    shown = at_desk(ward, "clerk", f"admissions/{stay.pk}/recall").json()
    assert (shown["status"], shown["discharged_at"]) == ("admitted", None)
    assert code(at_desk(ward, "clerk", f"admissions/{stay.pk}/recall")) == (409, "state_conflict")
    handle()
    assert TimelineEntry.objects.get(kind="admission").state == "admitted"


def test_a_change_names_the_version_it_read(ward: World) -> None:
    stay = admit(ward)
    path, surgery = f"admissions/{stay.pk}", str(ward.departments["surgery"].pk)
    moved = put(ward, "clerk", path, {"version": 1, "department_id": surgery, "bed": "7"}).json()
    assert (moved["department_name"], moved["bed"], moved["ward"], moved["version"]) == (
        "外科",
        "7",
        "心内一病区",
        2,
    )
    assert code(put(ward, "clerk", path, {"version": 1, "bed": "8"})) == (409, "stale_version")
    assert code(put(ward, "clerk", path, {"bed": "8"})) == (400, "validation_error")
    assert code(put(ward, "clerk", path, {"version": 2, "status": "discharged"})) == (400, "validation_error")


def test_times_that_cannot_be_are_refused(ward: World) -> None:
    tomorrow, ancient = (NOW + dt.timedelta(days=1)).isoformat(), "0001-01-01T00:00:00Z"
    for moment in (tomorrow, ancient, "9999-12-31T23:59:59Z", "x", None):
        assert register(ward, admitted_at=moment).status_code == 400, moment
    assert not Admission.objects.exists()
    stay = admit(ward)
    before = (NOW - dt.timedelta(days=4)).isoformat()
    for moment in (tomorrow, ancient, before):
        refused = at_desk(ward, "clerk", f"admissions/{stay.pk}/discharge", {"discharged_at": moment})
        assert (code(refused), refused.json()["errors"][0]["field"]) == (
            (400, "validation_error"),
            "discharged_at",
        )
    late = put(ward, "clerk", f"admissions/{stay.pk}", {"version": 1, "admitted_at": tomorrow})
    assert late.json()["errors"][0]["field"] == "admitted_at"


def test_people_and_places_of_another_hospital_do_not_exist(ward: World) -> None:
    foreign = ward.add_patient("foreign", hospital=ward.h2, name="王五", id_kind="none")
    for wrong in (
        {"patient_id": str(foreign.pk)}, {"department_id": str(ward.departments["dental"].pk)},
        {"practitioner_id": str(ward.staff["doctor_h2"].pk)}, {"practitioner_id": str(ward.staff["clerk"].pk)},
        {"patient_id": str(uuid4())}, {"department_id": "x"}, {"bed": "x" * 21},
    ):  # fmt: skip
        answer = register(ward, **wrong)
        assert (code(answer), answer.json()["errors"][0]["field"]) == (
            (400, "validation_error"),
            next(iter(wrong)),
        )
    both = register(ward, "boss", department_id=str(ward.departments["dental"].pk))
    assert (both.status_code, both.json()["errors"][0]["field"]) == (400, "department_id")
    assert not Admission.objects.exists()


def test_a_doctor_admits_only_patients_and_departments_within_reach(ward: World) -> None:
    unknown = register(ward, "doctor_a", patient_id=str(ward.patients["patient_b"].pk))
    assert unknown.status_code == 400
    colleague = register(ward, "doctor_a", practitioner_id=str(ward.staff["doctor_b"].pk))
    assert colleague.status_code == 400
    assert not Admission.objects.exists()


def test_a_stay_that_his_keeps_is_only_looked_at(ward: World) -> None:
    stay = his_stay(ward)
    path = f"admissions/{stay.pk}"
    assert get(ward, "doctor_a", path).json()["external_id"] == "HA1"
    assert code(put(ward, "clerk", path, {"version": 1, "bed": "8"})) == (409, "admission_of_his")
    assert code(at_desk(ward, "clerk", f"{path}/discharge")) == (409, "admission_of_his")
    assert code(at_desk(ward, "clerk", f"{path}/recall")) == (409, "admission_of_his")


def test_lists_show_the_stays_within_reach_and_what_the_filters_leave(ward: World) -> None:
    mine, other = admit(ward), admit(ward, "patient_b", practitioner=ward.staff["doctor_b"], ward="二病区")
    discharge(other)
    seen = {
        who: {row["id"] for row in get(ward, who, "admissions").json()["results"]}
        for who in ("doctor_a", "doctor_b", "doctor_c", "head", "clerk", "admin2")
    }
    both = {str(mine.pk), str(other.pk)}
    assert seen == {
        "doctor_a": {str(mine.pk)}, "doctor_b": {str(other.pk)}, "doctor_c": set(), "head": both, "clerk": both,
        "admin2": set(),
    }  # fmt: skip
    for query, found in (
        ({"status": "admitted"}, mine), ({"search": other.admission_no}, other), ({"ward": "二病区"}, other),
        ({"patient_id": mine.patient_id}, mine), ({"practitioner_id": ward.staff["doctor_b"].pk}, other),
        ({"status": "discharged", "admitted_to": NOW.date()}, other),
    ):  # fmt: skip
        rows = get(ward, "clerk", "admissions", **query).json()["results"]
        assert [row["id"] for row in rows] == [str(found.pk)], query
    assert get(ward, "clerk", "admissions", admitted_from="2026-11-22").json()["results"] == []
    for wrong in ({"status": "x"}, {"colour": "red"}, {"admitted_from": "x"}, {"ordering": "bed"}):
        assert get(ward, "clerk", "admissions", **wrong).status_code == 400, wrong
    assert (
        get(ward, "clerk", "admissions", admitted_to="9999-12-31", admitted_from="0001-01-01").status_code
        == 200
    )


def test_a_stay_follows_a_merged_archive(ward: World) -> None:
    stay = admit(ward, "patient_b")
    survivor, merged = ward.patients["patient_a"], ward.patients["patient_b"]
    merge(survivor_id=survivor.pk, version=1, merged_id=merged.pk, merged_version=1)
    assert get(ward, "patient_a", f"admissions/{stay.pk}").json()["patient_name"] == "张三丰"


def test_two_archives_that_both_lie_in_are_not_merged(ward: World) -> None:
    stays = [admit(ward), admit(ward, "patient_b")]
    survivor, merged = ward.patients["patient_a"], ward.patients["patient_b"]
    with pytest.raises(MergeClash):
        merge(survivor_id=survivor.pk, version=1, merged_id=merged.pk, merged_version=1)
    assert [Admission.objects.get(pk=stay.pk).patient_id for stay in stays] == [survivor.pk, merged.pk]


def test_the_same_key_admits_once(ward: World) -> None:
    key = uuid4().hex
    answers = [at_desk(ward, "clerk", "admissions", body_of(ward), key=key) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert Admission.objects.count() == 1
    assert ward.client("clerk").post(f"{ADMIN}/admissions", body_of(ward), format="json").status_code == 400


def test_an_own_stay_begins_when_it_is_registered_unless_told_otherwise(ward: World) -> None:
    assert dt.datetime.fromisoformat(register(ward).json()["admitted_at"]) == clock.now()
