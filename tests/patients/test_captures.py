"""Stage-by-stage information: defined by the hospital, captured by who meets the patient, kept as history (PAT-05)."""

from typing import Any

import pytest

from apps.identity.services.dictionaries import sync_dictionaries
from apps.patients.models import CapturedValue, CaptureField, Stage
from apps.patients.services import merge
from tests.support.world import World

PATIENTS, FIELDS = "/api/admin/v1/patients", "/api/admin/v1/patient-capture-fields"


def url(world: World, stage: str = "", patient: str = "patient_a") -> str:
    base = f"{PATIENTS}/{world.patients[patient].pk}/captures"
    return f"{base}/{stage.replace('_', '-')}" if stage else base


def write(world: World, who: str, stage: str, **values: Any) -> Any:
    return world.client(who).post(url(world, stage), {"values": values}, format="json")


def known(document: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {
        stage["stage"]: {f["key"]: f["value"] for f in stage["items"] if f["value"] is not None}
        for stage in document
    }


@pytest.mark.requirement("PAT-05")
def test_each_stage_adds_its_fields_and_the_patient_has_one_document_with_history(world: World) -> None:
    sync_dictionaries()
    assert write(world, "clerk", "booking", wanted_services="种植", heard_from="wechat").status_code == 200
    assert write(world, "clerk", "reception", hobbies="钓鱼", temperament="急性子").status_code == 200
    assert write(world, "doctor_a", "triage", urgent=False, temperature=36.6).status_code == 200
    talk = write(world, "doctor_a", "consultation", doubts="怕疼", refused_reasons=["price", "fear"])
    assert talk.status_code == 200, talk.json()
    assert write(world, "doctor_a", "examination", next_examination="2027-01-05").status_code == 200
    done = write(world, "head", "member_follow_up", anniversary="2020-05-20", satisfaction=9)
    assert [stage["stage"] for stage in done.json()] == Stage.values
    assert known(done.json()) == {
        "booking": {"wanted_services": "种植", "heard_from": "wechat"},
        "reception": {"hobbies": "钓鱼", "temperament": "急性子"},
        "triage": {"urgent": False, "temperature": 36.6},
        "consultation": {"doubts": "怕疼", "refused_reasons": ["fear", "price"]},
        "examination": {"next_examination": "2027-01-05"},
        "member_follow_up": {"anniversary": "2020-05-20", "satisfaction": 9},
    }
    rows = CapturedValue.objects.count()
    assert write(world, "clerk", "reception", hobbies="钓鱼").status_code == 200
    assert CapturedValue.objects.count() == rows, "what did not change is not written again"
    assert write(world, "clerk", "reception", hobbies="下棋", temperament=None).status_code == 200
    read = world.client("doctor_a").get(url(world)).json()
    assert known(read)["reception"] == {"hobbies": "下棋"}
    hobby = next(f for stage in read for f in stage["items"] if f["key"] == "hobbies")
    assert (hobby["by_id"], hobby["at"] is not None) == (str(world.staff["clerk"].pk), True)
    history = world.client("doctor_a").get(url(world, "history")).json()
    assert [(h["value"], h["ended_at"] is None) for h in history if h["key"] == "hobbies"] == [
        ("下棋", True), ("钓鱼", False),
    ]  # fmt: skip
    assert {s["stage"] for s in read if s["may_capture"]} == {"triage", "consultation", "examination"}


@pytest.mark.requirement("PAT-05")
def test_a_value_that_does_not_fit_its_field_is_refused_and_nothing_of_it_is_kept(world: World) -> None:
    sync_dictionaries()
    wrong: list[tuple[str, str, Any]] = [
        ("triage", "temperature", "36"), ("triage", "temperature", True), ("triage", "urgent", "yes"),
        ("triage", "chief_complaint", "x" * 1001), ("triage", "chief_complaint", 5), ("triage", "unknown", "x"),
        ("triage", "hobbies", "another stage's"), ("consultation", "refused_reasons", "price"),
        ("consultation", "refused_reasons", ["none such"]), ("consultation", "refused_reasons", [1]),
        ("examination", "next_examination", "2027-02-30"), ("examination", "next_examination", 20270101),
    ]  # fmt: skip
    for stage, key, value in wrong:
        answer = write(world, "doctor_a", stage, **{key: value})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, f"values.{key}"), (
            key,
            value,
        )
    shapes: tuple[dict[str, Any], ...] = (
        {},
        {"values": []},
        {"values": {}},
        {"values": {"urgent": True}, "more": 1},
    )
    for body in shapes:
        assert world.client("doctor_a").post(url(world, "triage"), body, format="json").status_code == 400
    both = write(world, "doctor_a", "triage", urgent=True, temperature="x")
    assert both.status_code == 400
    assert write(world, "doctor_a", "booking", wanted_services="x").status_code == 403
    assert write(world, "doctor_b", "triage", urgent=True).status_code == 404
    assert not CapturedValue.objects.exists()


@pytest.mark.requirement("PAT-05")
def test_a_hospital_has_its_own_fields_and_old_values_outlive_a_definition(world: World) -> None:
    sync_dictionaries()
    admin = world.client("admin1")
    field = {
        "hospital_id": str(world.h1.pk), "stage": "triage", "key": "pain", "label": "疼痛评分", "kind": "number",
        "required": True,
    }  # fmt: skip
    made = admin.post(FIELDS, field, format="json")
    assert made.status_code == 201, made.json()
    assert admin.post(FIELDS, field, format="json").json()["code"] == "duplicate"
    for bad in ({"key": "Bad key"}, {"kind": "picture"}, {"stage": "x"}, {"kind": "choice"},
                {"dictionary": "vip_level"}, {"hospital_id": str(world.h2.pk)}):  # fmt: skip
        assert admin.post(FIELDS, {**field, "key": "other", **bad}, format="json").status_code == 400, bad
    assert CaptureField.objects.count() == 1
    missing = write(world, "doctor_a", "triage", urgent=True)
    assert (missing.status_code, missing.json()["errors"][0]["field"]) == (400, "values.pain")
    assert write(world, "doctor_a", "triage", urgent=True, pain=7).status_code == 200
    assert write(world, "doctor_a", "triage", urgent=False).status_code == 200, "it is known already"
    assert write(world, "doctor_a", "triage", pain=None).status_code == 400
    off = {"is_active": False, "version": 1}
    assert admin.patch(f"{FIELDS}/{made.json()['id']}", off, format="json").status_code == 200
    assert admin.patch(f"{FIELDS}/{made.json()['id']}", off, format="json").json()["code"] == "stale_version"
    assert (
        admin.patch(
            f"{FIELDS}/{made.json()['id']}", {"kind": "text", "version": 2}, format="json"
        ).status_code
        == 400
    )
    document = world.client("doctor_a").get(url(world)).json()
    shown = next(f for stage in document for f in stage["items"] if f["key"] == "pain")
    assert (shown["value"], shown["is_active"]) == (7, False)
    assert write(world, "doctor_a", "triage", pain=3).status_code == 400
    hobby = {
        **field,
        "stage": "reception",
        "key": "hobbies",
        "label": "爱好",
        "kind": "text",
        "required": False,
    }
    assert admin.post(FIELDS, hobby, format="json").status_code == 201
    document = world.client("doctor_a").get(url(world)).json()
    labels = [f["label"] for stage in document for f in stage["items"] if f["key"] == "hobbies"]
    assert labels == ["爱好"], "the hospital's form takes the place of the shipped one"
    assert world.client("admin2").get(f"{FIELDS}/{made.json()['id']}").status_code == 404


@pytest.mark.requirement("PAT-02", "PAT-05")
def test_captured_values_follow_a_merge_and_come_back(world: World) -> None:
    first, second = world.patients["patient_a"], world.patients["patient_b"]
    admin = world.client("admin1")
    for patient, value in (("patient_a", "钓鱼"), ("patient_b", "下棋")):
        body = {"values": {"hobbies": value}}
        assert admin.post(url(world, "reception", patient), body, format="json").status_code == 200
    body = {"values": {"temperament": "慢性子"}}
    assert admin.post(url(world, "reception", "patient_b"), body, format="json").status_code == 200
    done = merge.merge(survivor_id=first.pk, version=1, merged_id=second.pk, merged_version=1)
    assert known(admin.get(url(world)).json())["reception"] == {"hobbies": "下棋", "temperament": "慢性子"}
    refused = admin.post(url(world, "reception", "patient_b"), body, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "patient_merged")
    assert merge.unmerge(merge_id=done.pk).not_revived == []
    assert known(admin.get(url(world)).json())["reception"] == {"hobbies": "钓鱼"}
    assert known(admin.get(url(world, patient="patient_b")).json())["reception"] == {
        "hobbies": "下棋", "temperament": "慢性子",
    }  # fmt: skip
