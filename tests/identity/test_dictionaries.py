"""数据字典: administrators extend the lists without a release; everybody at work reads them."""

from typing import Any

import pytest

from apps.identity.models import Dictionary, DictionaryItem
from apps.identity.selectors import dictionaries
from apps.identity.services.dictionaries import sync_dictionaries
from apps.patients.models import Patient
from tests.support.world import World

API = "/api/admin/v1"


@pytest.fixture
def seeded(world: World) -> World:
    sync_dictionaries()
    return world


def item(
    world: World, who: str, dictionary: Dictionary, value: str = "live_stream", label: str = "直播"
) -> Any:
    body = {"dictionary_id": str(dictionary.pk), "value": value, "label": label}
    return world.client(who).post(f"{API}/dictionary-items", body, format="json")


def values(world: World, who: str, code: str) -> list[str]:
    answer = world.client(who).get(f"{API}/dictionaries/lookup", {"codes": code})
    assert answer.status_code == 200, answer.content
    return [entry["value"] for found in answer.json() for entry in found["items"]]


@pytest.mark.requirement("ACC-07")
def test_the_administrator_extends_a_list_and_all_staff_see_it_at_once(seeded: World) -> None:
    source = Dictionary.objects.get(code="patient_source")
    before = values(seeded, "doctor_a", "patient_source")
    assert "wechat" in before
    made = item(seeded, "boss", source)
    assert made.status_code == 201, made.content
    assert set(values(seeded, "doctor_a", "patient_source")) == {*before, "live_stream"}
    again = item(seeded, "boss", source)
    assert (again.status_code, again.json()["code"]) == (409, "duplicate")
    off = {"is_active": False, "version": 1}
    url = f"{API}/dictionary-items/{made.json()['id']}"
    assert seeded.client("boss").patch(url, off, format="json").status_code == 200
    assert values(seeded, "doctor_a", "patient_source") == before


@pytest.mark.requirement("ACC-07")
def test_a_hospital_extends_the_groups_list_for_itself_alone(seeded: World) -> None:
    shared = Dictionary.objects.get(code="patient_source")
    refused = item(seeded, "admin1", shared)
    assert refused.status_code in (400, 403)
    assert not DictionaryItem.objects.filter(value="live_stream").exists()
    body = {"hospital_id": str(seeded.h1.pk), "code": "patient_source", "name": "患者来源"}
    made = seeded.client("admin1").post(f"{API}/dictionaries", body, format="json")
    assert made.status_code == 201, made.content
    own = Dictionary.objects.get(pk=made.json()["id"])
    added = item(seeded, "admin1", own)
    assert added.status_code == 201, added.content
    assert item(seeded, "admin1", own, "wechat", "微信公众号").status_code == 201
    assert {"wechat", "live_stream"} <= set(values(seeded, "doctor_a", "patient_source"))
    assert "live_stream" not in values(seeded, "doctor_h2", "patient_source")
    labels = {
        hospital: {
            entry.value: entry.label for entry in dictionaries(["patient_source"], hospital)["patient_source"]
        }
        for hospital in (seeded.h1.pk, seeded.h2.pk)
    }
    assert labels[seeded.h1.pk]["wechat"] == "微信公众号"
    assert labels[seeded.h2.pk]["wechat"] == "微信"
    foreign = seeded.client("admin2").get(f"{API}/dictionaries/{own.pk}")
    assert foreign.status_code == 404


@pytest.mark.requirement("ACC-07")
@pytest.mark.parametrize("who", ["doctor_a", "head", "clerk", "admin1"])
def test_others_only_read_the_groups_lists(seeded: World, who: str) -> None:
    source = Dictionary.objects.get(code="patient_source")
    entry = source.items.first()
    assert entry is not None
    client = seeded.client(who)
    assert client.get(f"{API}/dictionaries/{source.pk}").status_code == 200
    for answer in (
        client.post(f"{API}/dictionaries", {"code": "x", "name": "x"}, format="json"),
        client.patch(f"{API}/dictionaries/{source.pk}", {"name": "x", "version": 1}, format="json"),
        client.patch(f"{API}/dictionary-items/{entry.pk}", {"label": "x", "version": 1}, format="json"),
        client.delete(f"{API}/dictionary-items/{entry.pk}"),
    ):
        assert answer.status_code == 403
    assert not Dictionary.objects.filter(code="x").exists()
    entry.refresh_from_db()
    assert entry.version == 1


@pytest.mark.requirement("ACC-07")
def test_a_value_that_is_stored_somewhere_is_kept(seeded: World) -> None:
    source = Dictionary.objects.get(code="patient_source")
    used, unused = source.items.get(value="wechat"), source.items.get(value="website")
    Patient.objects.filter(pk=seeded.patients["patient_a"].pk).update(source="wechat")
    client = seeded.client("boss")
    answer = client.delete(f"{API}/dictionary-items/{used.pk}")
    assert (answer.status_code, answer.json()["code"], answer.json()["used_by"]) == (409, "in_use", "patient")
    assert answer.json()["detail"] == "正在使用中(患者档案),不能删除"
    assert DictionaryItem.objects.filter(pk=used.pk).exists()
    assert client.delete(f"{API}/dictionary-items/{unused.pk}").status_code == 204


@pytest.mark.requirement("ACC-07")
def test_lists_of_the_product_stay_and_lists_with_entries_too(seeded: World) -> None:
    client = seeded.client("boss")
    system = Dictionary.objects.get(code="lost_reason")
    answer = client.delete(f"{API}/dictionaries/{system.pk}")
    assert (answer.status_code, answer.json()["code"]) == (409, "system_dictionary")
    made = client.post(f"{API}/dictionaries", {"code": "parking", "name": "停车场"}, format="json").json()
    own = Dictionary.objects.get(pk=made["id"])
    entry = item(seeded, "boss", own).json()
    full = client.delete(f"{API}/dictionaries/{own.pk}")
    assert (full.status_code, full.json()["used_by"]) == (409, "dictionaryitem")
    assert client.delete(f"{API}/dictionary-items/{entry['id']}").status_code == 204
    assert client.delete(f"{API}/dictionaries/{own.pk}").status_code == 204


@pytest.mark.requirement("ACC-07")
def test_codes_and_values_never_change(seeded: World) -> None:
    client, source = seeded.client("boss"), Dictionary.objects.get(code="patient_source")
    entry, other = source.items.first(), Dictionary.objects.get(code="industry")
    for url, change in (
        (f"dictionaries/{source.pk}", {"code": "other"}),
        (f"dictionary-items/{entry.pk}", {"value": "other_value"}),  # type: ignore[union-attr]
        (f"dictionary-items/{entry.pk}", {"dictionary_id": str(other.pk)}),  # type: ignore[union-attr]
    ):
        answer = client.patch(f"{API}/{url}", {**change, "version": 1}, format="json")
        assert answer.status_code == 400, answer.content
    assert item(seeded, "boss", source, "直播").status_code == 400


@pytest.mark.requirement("ACC-07")
def test_syncing_again_changes_nothing_that_people_changed(seeded: World) -> None:
    entry = DictionaryItem.objects.get(dictionary__code="patient_source", value="wechat")
    DictionaryItem.objects.filter(pk=entry.pk).update(label="微信渠道", is_active=False)
    before = DictionaryItem.objects.count()
    sync_dictionaries()
    entry.refresh_from_db()
    assert (entry.label, entry.is_active, DictionaryItem.objects.count()) == ("微信渠道", False, before)
    codes = {
        "patient_source",
        "occupation",
        "industry",
        "vip_level",
        "lost_reason",
        "complaint_kind",
        "cancel_reason",
    }
    assert codes <= set(Dictionary.objects.filter(is_system=True).values_list("code", flat=True))


@pytest.mark.requirement("ACC-07")
def test_the_mini_program_reads_only_what_patients_choose_from(seeded: World) -> None:
    url, client = "/api/miniprogram/v1/dictionaries", seeded.client("patient_a")
    assert {found["code"] for found in client.get(url).json()} >= {"cancel_reason", "occupation"}
    assert client.get(url, {"codes": "lost_reason,vip_level"}).json() == []
    assert [f["code"] for f in client.get(url, {"codes": "cancel_reason,vip_level"}).json()] == [
        "cancel_reason"
    ]
    assert client.get(url, {"code": "x"}).status_code == 400
    assert seeded.client(None).get(url).status_code == 401
    assert seeded.client("doctor_a").get(url).status_code == 403
    assert client.get(f"{API}/dictionaries/lookup").status_code == 403


@pytest.mark.requirement("ACC-07")
def test_what_never_changes_may_be_repeated_in_an_edit_and_is_no_field_of_another(seeded: World) -> None:
    boss, source = seeded.client("boss"), Dictionary.objects.get(code="patient_source")
    made = item(seeded, "boss", source).json()
    url = f"{API}/dictionary-items/{made['id']}"
    same = {"dictionary_id": made["dictionary_id"], "value": made["value"], "label": "直播间", "version": 1}
    kept = boss.patch(url, same, format="json")
    assert (kept.status_code, kept.json()["label"], kept.json()["version"]) == (200, "直播间", 2)
    other = {"dictionary_id": str(Dictionary.objects.get(code="vip_level").pk), "value": "x", "version": 2}
    refused = boss.patch(url, other, format="json", HTTP_ACCEPT_LANGUAGE="en")
    assert refused.status_code == 400
    assert [(e["field"], e["code"], e["message"]) for e in refused.json()["errors"]] == [
        (name, "fixed", "It cannot be changed once it is made.") for name in ("dictionary_id", "value")
    ]
    new = {"dictionary_id": made["dictionary_id"], "value": "y", "label": "y", "version": 1}
    answer = boss.post(f"{API}/dictionary-items", new, format="json").json()["errors"]
    assert [(error["field"], error["code"]) for error in answer] == [("version", "unknown_field")]
