"""Which differences of two OpenAPI documents count as breaking."""

from copy import deepcopy
from typing import Any

import pytest

from breaking import breaking_changes

PATIENT = {
    "type": "object",
    "required": ["id", "state"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "state": {"type": "string", "enum": ["active", "merged"]},
        "name": {"type": "string"},
        "mother": {"$ref": "#/components/schemas/Patient"},
    },
}
NEW_PATIENT = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string"}, "phone": {"type": "string", "nullable": True}},
}


@pytest.fixture
def old() -> dict[str, Any]:
    patient = {"$ref": "#/components/schemas/Patient"}
    page = {"type": "object", "properties": {"results": {"type": "array", "items": patient}}}
    search = {"in": "query", "name": "search", "schema": {"type": "string"}}
    body = {"$ref": "#/components/schemas/NewPatient"}
    return {
        "paths": {
            "/patients": {
                "get": {
                    "parameters": [search],
                    "responses": {"200": {"content": {"application/json": {"schema": page}}}},
                },
                "post": {
                    "requestBody": {"content": {"application/json": {"schema": body}}},
                    "responses": {"201": {"content": {"application/json": {"schema": patient}}}},
                },
            }
        },
        "components": {"schemas": {"Patient": deepcopy(PATIENT), "NewPatient": deepcopy(NEW_PATIENT)}},
    }


@pytest.fixture
def new(old: dict[str, Any]) -> dict[str, Any]:
    return deepcopy(old)


def patient(document: dict[str, Any], name: str = "Patient") -> dict[str, Any]:
    found: dict[str, Any] = document["components"]["schemas"][name]
    return found


def test_the_same_document_breaks_nothing_even_where_a_type_contains_itself(old: dict, new: dict) -> None:
    assert breaking_changes(old, new) == []


def test_a_removed_operation_is_reported(old: dict, new: dict) -> None:
    del new["paths"]["/patients"]["post"]
    assert breaking_changes(old, new) == ["POST /patients was removed"]


def test_a_removed_output_field_is_reported_where_it_is_read(old: dict, new: dict) -> None:
    del patient(new)["properties"]["name"]
    assert "GET /patients: response 200/results/each/name was removed" in breaking_changes(old, new)


def test_a_newly_required_input_is_reported(old: dict, new: dict) -> None:
    patient(new, "NewPatient")["required"].append("phone")
    assert breaking_changes(old, new) == ["POST /patients: request/phone is now required"]


def test_a_new_required_input_that_did_not_exist_is_reported(old: dict, new: dict) -> None:
    patient(new, "NewPatient")["properties"]["consent"] = {"type": "boolean"}
    patient(new, "NewPatient")["required"].append("consent")
    assert breaking_changes(old, new) == ["POST /patients: request/consent is now required"]


def test_an_input_that_may_no_longer_be_null_is_reported(old: dict, new: dict) -> None:
    del patient(new, "NewPatient")["properties"]["phone"]["nullable"]
    assert breaking_changes(old, new) == ["POST /patients: request/phone may no longer be null"]


def test_an_output_that_may_now_be_null_or_missing_is_reported(old: dict, new: dict) -> None:
    patient(new)["properties"]["id"]["nullable"] = True
    patient(new)["required"].remove("state")
    assert {
        "POST /patients: response 201/id may now be null",
        "POST /patients: response 201/state may now be missing",
    } <= set(breaking_changes(old, new))


def test_a_narrowed_enum_is_reported_and_a_wider_one_is_not(old: dict, new: dict) -> None:
    patient(new)["properties"]["state"]["enum"] = ["active", "deceased"]
    found = breaking_changes(old, new)
    assert "POST /patients: response 201/state no longer has the value 'merged'" in found
    assert not any("deceased" in line for line in found)


@pytest.mark.parametrize(
    "change", [{"type": "integer"}, {"type": "string"}, {"type": "string", "format": "date"}]
)
def test_a_changed_type_or_format_is_reported(old: dict, new: dict, change: dict) -> None:
    patient(new)["properties"]["id"] = change
    assert any("response 201/id changed from string (uuid) to" in line for line in breaking_changes(old, new))


def test_a_required_or_removed_parameter_and_a_removed_answer_are_reported(old: dict, new: dict) -> None:
    get = new["paths"]["/patients"]["get"]
    get["parameters"] = [{"in": "query", "name": "hospital", "required": True, "schema": {"type": "string"}}]
    get["responses"] = {"204": {}}
    assert breaking_changes(old, new) == [
        "GET /patients: query parameter hospital is now required",
        "GET /patients: query parameter search was removed",
        "GET /patients: response 200 was removed",
    ]


def test_additions_and_renamed_components_are_free(old: dict, new: dict) -> None:
    patient(new)["properties"]["phone"] = {"type": "string"}
    patient(new, "NewPatient")["properties"]["note"] = {"type": "string"}
    new["paths"]["/visits"] = {"get": {"responses": {}}}
    new["components"]["schemas"]["Person"] = new["components"]["schemas"].pop("NewPatient")
    body = new["paths"]["/patients"]["post"]["requestBody"]["content"]["application/json"]
    body["schema"] = {"allOf": [{"$ref": "#/components/schemas/Person"}]}
    assert breaking_changes(old, new) == []


def test_an_enum_split_over_oneof_is_the_enum_of_all_its_parts(old: dict, new: dict) -> None:
    patient(new)["properties"]["state"] = {"oneOf": [{"enum": ["active"]}, {"enum": ["merged", ""]}]}
    assert breaking_changes(old, new) == []


def test_what_may_be_anything_may_be_null(old: dict, new: dict) -> None:
    patient(old, "NewPatient")["properties"]["phone"] = {"nullable": True, "title": "电话"}
    patient(new, "NewPatient")["properties"]["phone"] = {"title": "电话"}
    assert breaking_changes(old, new) == breaking_changes(new, old) == []
