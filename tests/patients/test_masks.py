"""Masks hide enough and are never taken as values; searches for whole secrets are counted, limited, written down."""

import re
from typing import Any

import pytest

from apps.audit.models import AuditEvent
from apps.audit.services import record
from apps.patients.models import Patient, PatientCard, RelatedPerson
from kernel.crypto import masking
from tests.support.world import World

pytestmark = pytest.mark.requirement("ACC-05", "ACC-06")
URL = "/api/admin/v1/patients"
PHONE, NUMBER, CARD = "13800138001", "110101199003070134", "6222000000000001"


def search(world: World, who: str = "clerk", **body: Any) -> Any:
    return world.client(who).post(f"{URL}/search", body, format="json")


@pytest.mark.parametrize("length", range(1, 30))
def test_at_least_half_of_any_number_is_hidden(length: int) -> None:
    shown = masking.document("A" * length)
    assert (len(shown), shown.count("*") * 2 >= length) == (length, True)
    assert shown.replace("*", "") == "A" * min(4, length // 2)


def test_nothing_beside_the_mask_rebuilds_the_number(world: World) -> None:
    row = world.client("doctor_a").get(f"{URL}/{world.patients['patient_a'].pk}").json()
    born = row["birth_date"].replace("-", "")
    assert (row["national_id"], row["phone"]) == ("1****************4", "138****8001")
    assert not re.search(r"\d{2}", row["national_id"]) and born[:4] not in row["national_id"]


@pytest.mark.parametrize(
    "changes",
    [
        {"phone": "138****8002"}, {"national_id": "1****************5"}, {"address": "北京市西城区****"},
        {"insurance_no": "62****01"}, {"contacts": [{"name": "x", "relation": "y", "phone": "138****8001"}]},
    ],
)  # fmt: skip
def test_a_mask_is_never_taken_as_a_value(world: World, changes: dict[str, Any]) -> None:
    before = Patient.objects.filter(pk=world.patients["patient_a"].pk).values().get()
    url = f"{URL}/{world.patients['patient_a'].pk}"
    body = {**changes, "version": 1, "reason": "x"}
    answer = world.client("clerk").patch(url, body, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "masked_value")
    assert Patient.objects.filter(pk=world.patients["patient_a"].pk).values().get() == before


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"phone": PHONE}, ["phone"]), ({"national_id": NUMBER}, ["national_id"]),
        ({"card_number": CARD}, ["card_number"]), ({"search": PHONE}, ["search"]),
    ],
)  # fmt: skip
def test_a_search_for_a_whole_secret_is_written_down_without_it(
    world: World, query: dict[str, str], fields: list[str]
) -> None:
    for answer in (world.client("clerk").get(URL, query), search(world, **query)):
        assert [row["id"] for row in answer.json()["results"]] == [str(world.patients["patient_a"].pk)]
    lines = AuditEvent.objects.filter(action="search")
    assert [(line.after, line.actor) for line in lines] == [({"fields": fields}, "clerk")] * 2
    assert not any(value in f"{line.path}{line.after}" for line in lines for value in query.values())


def test_searches_by_name_are_neither_counted_nor_written_down(world: World) -> None:
    assert search(world, name="张").json()["count"] == 1
    assert world.client("clerk").get(URL, {"search": "zsf"}).json()["count"] == 1
    assert not AuditEvent.objects.filter(action="search").exists()


def test_each_person_has_a_limit_of_searches_by_whatever_door(world: World) -> None:
    world.h1.settings = {"exact_searches_per_minute": 2}
    world.h1.save()
    assert search(world, phone=PHONE).status_code == 200
    assert world.client("clerk").get(URL, {"national_id": NUMBER}).status_code == 200
    refused = [
        search(world, phone=PHONE),
        world.client("clerk").get(URL, {"search": CARD}),
        world.client("clerk").get(URL, {"search": "㊹⑫㉓⑳⑫⑪⑪⑪⑭"}),  # a number, however its digits are written
    ]
    assert [(a.status_code, a.json()["code"]) for a in refused] == [(429, "throttled")] * 3
    assert 0 < int(refused[0]["Retry-After"]) <= 60
    assert AuditEvent.objects.filter(action="search_refused").count() == 3
    assert search(world, "admin1", phone=PHONE).status_code == 200
    assert search(world, name="张").status_code == 200


def test_a_search_by_body_pages_orders_and_refuses_like_the_list(world: World) -> None:
    answer = search(world, page=1, page_size=1, ordering="id", is_active=True).json()
    assert (answer["count"], answer["has_next"], len(answer["results"])) == (2, True, 1)
    assert answer["results"][0]["id"] == str(world.patients["patient_a"].pk)
    assert search(world, phones=PHONE).status_code == 400
    assert search(world, phone={"gte": "1"}).status_code == 400
    assert search(world, "doctor_b", phone=PHONE).json()["count"] == 0


def test_the_log_keeps_what_was_typed_into_filters_only_masked(world: World) -> None:
    client = world.client("admin1")
    assert client.get(f"{URL}/export", {"phone": PHONE, "national_id": NUMBER}).status_code == 200
    by_body = client.post(f"{URL}/export", {"card_number": CARD, "file_format": "csv"}, format="json")
    assert by_body.status_code == 200
    first, second = AuditEvent.objects.filter(action="export").order_by("id")
    assert first.after == {
        "filters": {"phone": "138****8001", "national_id": "1****************4"}, "unmasked": False,
    }  # fmt: skip
    assert second.after is not None
    assert second.after["filters"] == {"card_number": "62************01", "file_format": "csv"}


def test_numbers_within_a_text_are_masked_and_ids_are_not(world: World) -> None:
    key = "01a22868-8674-7446-ab61-a13912345678"
    record(
        action="test", object_type="x", object_id=key,
        detail={"reason": f"电话改为{PHONE},证件{NUMBER}", "list": [PHONE, key], "amount": 13800138001, "id": key},
    )  # fmt: skip
    assert AuditEvent.objects.get(action="test").after == {
        "reason": "电话改为138****8001,证件1****************4", "list": ["138****8001", key],
        "amount": 13800138001, "id": key,
    }  # fmt: skip


def test_the_mask_of_a_relative_is_kept_as_what_it_hides_and_another_is_refused(world: World) -> None:
    url, client = f"{URL}/{world.patients['patient_a'].pk}/related-persons", world.client("clerk")
    mother = {
        "name": "张母", "relation": "mother", "is_guardian": True, "id_kind": "resident_id", "phone": "13900000001",
        "national_id": NUMBER,
    }  # fmt: skip
    made = client.post(url, mother, format="json").json()
    for name in ("phone", "national_id"):
        kept = client.patch(f"{url}/{made['id']}", {name: made[name]}, format="json")
        assert kept.status_code == 200, kept.content
        other = client.patch(f"{url}/{made['id']}", {name: "1****9"}, format="json")
        assert (other.status_code, other.json()["errors"][0]["code"]) == (400, "masked_value"), name
        again = client.post(url, {**mother, name: made[name]}, format="json")
        assert (again.status_code, again.json()["errors"][0]["code"]) == (400, "masked_value"), name
    stored = RelatedPerson.objects.get(pk=made["id"])
    assert (stored.phone, stored.national_id) == ("13900000001", NUMBER)
    assert RelatedPerson.objects.filter(name="张母").count() == 1


def test_the_mask_of_a_card_is_no_card_number(world: World) -> None:
    url = f"{URL}/{world.patients['patient_a'].pk}/cards"
    shown = world.client("clerk").get(url).json()[0]["card_number"]
    refused = world.client("clerk").post(url, {"card_number": shown}, format="json")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "card_number")
    assert PatientCard.objects.filter(patient=world.patients["patient_a"]).count() == 1


def test_a_patient_who_sends_masks_back_keeps_what_they_hide(world: World) -> None:
    client, address = world.client("patient_a"), "北京市东城区东长安街1号院2单元301"
    (binding,) = client.get("/api/miniprogram/v1/cards/bindings").json()
    url = f"/api/miniprogram/v1/cards/bindings/{binding['id']}/patient"

    def change(value: str) -> Any:
        return client.patch(
            url, {"address": value, "version": client.get(url).json()["version"]}, format="json"
        )

    assert change(address).status_code == 200
    shown = client.get(url).json()["address"]
    assert shown != address
    assert change(shown).status_code == 200
    refused = change("上海****")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "masked_value")
    assert Patient.objects.get(pk=world.patients["patient_a"].pk).address == address
