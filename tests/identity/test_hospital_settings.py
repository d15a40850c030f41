"""Settings of a hospital are typed: an unknown key or a value of the wrong type changes nothing."""

from typing import Any

import pytest

from apps.identity.settings import SESSION_HOURS, SETTINGS, VALUES
from kernel.http.docs import document
from kernel.http.schema_parts import refs
from tests.support.world import World


def url(world: World, hospital: str = "h1") -> str:
    return f"/api/admin/v1/hospitals/{getattr(world, hospital).pk}/settings"


@pytest.mark.requirement("ORG-01")
def test_every_defined_setting_is_shown_with_text_default_and_bounds(world: World) -> None:
    shown = {s["key"]: s for s in world.client("doctor_a").get(url(world)).json()["settings"]}
    assert shown.keys() == SETTINGS.keys()
    hours = shown["session_hours"]
    assert (hours["kind"], hours["value"], hours["default"]) == ("integer", 12, 12)
    assert (hours["minimum"], hours["maximum"]) == (1, 720)
    assert (hours["value_text"], hours["unit"]) == ("12", "")
    assert shown["billing.card_refund_route"]["value_text"] == "原路退回"
    assert shown["billing.card_max_balance_fen"]["default_text"] == "¥20,000.00"
    assert shown["billing.card_top_up_enabled"]["value_text"] == "否"
    assert hours["text_zh"]
    assert hours["text_en"]


@pytest.mark.requirement("ORG-01")
@pytest.mark.requirement("INT-04")
def test_settings_stand_under_headings_in_answers_and_forms(world: World) -> None:
    shown = world.client("doctor_a").get(url(world), HTTP_ACCEPT_LANGUAGE="en").json()["settings"]
    sections = {each["key"]: each["section"] for each in shown}
    assert (sections["session_hours"], sections["binding_max_self"]) == (
        "Signing in",
        "Binding of cards and filing online",
    )
    said = document("config.urls.admin")["components"]["schemas"][VALUES]["properties"]
    assert {key: node["x-group-en"] for key, node in said.items()} == sections
    assert said["queue.max_skips"]["x-group"] == "排队候诊"


@pytest.mark.requirement("ORG-01")
def test_a_setting_is_overridden_for_one_hospital_and_brought_back(world: World) -> None:
    client = world.client("admin1")
    change = {"version": 1, "values": {"session_hours": 3}}
    assert client.patch(url(world), change, format="json").json()["version"] == 2
    world.h1.refresh_from_db()
    assert (SESSION_HOURS.of(world.h1), SESSION_HOURS.of(world.h2)) == (3, 12)
    stale = client.patch(url(world), change, format="json")
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    back = {"version": 2, "values": {"session_hours": None}}
    assert client.patch(url(world), back, format="json").status_code == 200
    world.h1.refresh_from_db()
    assert world.h1.settings == {}


@pytest.mark.requirement("ORG-01")
@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"no_such_setting": 1}, "unknown_setting"),
        ({"session_hours": "3"}, "validation_error"),
        ({"session_hours": True}, "validation_error"),
        ({"session_hours": 0}, "validation_error"),
        ({"session_hours": 10**12}, "validation_error"),
        ({"session_hours": 3, "sign_in_max_failures": 99}, "validation_error"),
        ({"session_hours": [3]}, "validation_error"),
        ({"session_hours": 3.5}, "validation_error"),
        ({}, "validation_error"),
    ],
)
def test_a_wrong_setting_changes_nothing(world: World, values: dict[str, Any], code: str) -> None:
    change = {"version": 1, "values": values}
    answer = world.client("admin1").patch(url(world), change, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    world.h1.refresh_from_db()
    assert (world.h1.settings, world.h1.version) == ({}, 1)


@pytest.mark.requirement("ORG-01")
def test_others_look_but_do_not_change(world: World) -> None:
    change = {"version": 1, "values": {"session_hours": 3}}
    assert world.client("doctor_a").patch(url(world), change, format="json").status_code == 403
    assert world.client("admin2").patch(url(world), change, format="json").status_code == 404
    assert world.client("admin2").get(url(world)).status_code == 404
    world.h1.refresh_from_db()
    assert world.h1.settings == {}


@pytest.mark.requirement("ORG-01")
def test_what_a_hospital_has_set_itself_is_shown_beside_what_is_in_force(world: World) -> None:
    client = world.client("admin1")
    change = {"version": 1, "values": {"session_hours": 3}}
    answer = client.patch(url(world), change, format="json").json()
    assert answer["values"]["session_hours"] == 3 and answer["values"].keys() == SETTINGS.keys()
    assert {value for key, value in answer["values"].items() if key != "session_hours"} == {None}
    again = client.patch(url(world), {"version": 2, "values": answer["values"]}, format="json").json()
    assert again["values"] == answer["values"]
    world.h1.refresh_from_db()
    assert world.h1.settings == {"session_hours": 3}


@pytest.mark.requirement("INT-04")
def test_the_document_says_of_every_setting_what_it_may_be(world: World) -> None:
    schemas = document("config.urls.admin")["components"]["schemas"]
    properties = schemas[VALUES]["properties"]
    assert properties.keys() == SETTINGS.keys()
    hours = properties["session_hours"]
    assert (hours["type"], hours["minimum"], hours["maximum"], hours["x-default"]) == ("integer", 1, 720, 12)
    assert (
        hours["nullable"] and hours["title"] == SESSION_HOURS.zh and hours["x-title-en"] == SESSION_HOURS.en
    )
    (route,) = set(refs(properties["billing.card_refund_route"])) - {"NullEnum"}
    assert {row["value"]: row["zh"] for row in schemas[route]["x-enum"]}["original"] == "原路退回"
    assert properties["billing.card_max_balance_fen"]["x-unit"] == "fen"


@pytest.mark.requirement("ORG-01")
@pytest.mark.parametrize("wrong", [3.5, 3.0, [], {}, "三"])
def test_what_a_setting_takes_is_said_whatever_was_sent(world: World, wrong: Any) -> None:
    change = {"version": 1, "values": {"session_hours": wrong}}
    (error,) = world.client("admin1").patch(url(world), change, format="json").json()["errors"]
    assert (error["field"], error["message"]) == ("values.session_hours", "须为整数(1 至 720)")


@pytest.mark.requirement("ORG-01")
@pytest.mark.parametrize("prefix", ["billing.card_top_up", "inpatient.deposit"])
def test_the_least_is_never_more_than_the_most(world: World, prefix: str) -> None:
    least, most = f"{prefix}_min_fen", f"{prefix}_max_fen"
    client = world.client("admin1")
    for values in ({least: 1_000_000, most: 1_000}, {most: 1}):
        answer = client.patch(url(world), {"version": 1, "values": values}, format="json")
        (error,) = answer.json()["errors"]
        assert error["field"] == f"values.{least if least in values else most}"
        assert "下限不能大于上限" in error["message"]
    world.h1.refresh_from_db()
    assert world.h1.settings == {}
