"""What a form offers to choose is narrowed by what stands beside it; numbers and keys that mean something are named."""

from typing import Any

import pytest

from apps.messaging.scenes import SCENES
from apps.payments.channels.registry import CHANNELS
from kernel.http.schema_parts import operations
from kernel.words import KEYS

pytestmark = pytest.mark.requirement("INT-04")
Node = dict[str, Any]


def reference(node: Node) -> Node:
    found: Node = node.get("x-ref") or node.get("items", {}).get("x-ref", {})
    return found


@pytest.mark.parametrize(
    ("form", "field", "beside"),
    [
        ("ScheduleTemplateRequest", "room_id", {"department_id"}),
        ("ScheduleTemplateRequest", "practitioner_id", {"department_id"}),
        ("RequestedBillRequest", "bill_id", {"order_id"}),  # the order stands around the rows
        ("StaffCreateRequest", "position_id", {"hospital_id"}),
        ("MembershipRequest", "department_id", {"hospital_id"}),
        ("TakePaymentRequest", "bill_ids", {"patient_id"}),
    ],
)
def test_a_choice_is_narrowed_by_the_field_beside_it(
    documents: Node, form: str, field: str, beside: set[str]
) -> None:
    node = documents["admin"]["components"]["schemas"][form]["properties"][field]
    assert beside <= reference(node)["narrowed_by"].keys()


def test_what_narrows_a_choice_is_a_filter_of_it_and_a_field_of_the_form(documents: Node) -> None:
    for document in documents.values():
        known = {
            node["operationId"]: {each["name"] for each in node.get("parameters", ())}
            for node in operations(document)
        }
        narrowed = 0
        for schema in document["components"]["schemas"].values():
            for name, node in schema.get("properties", {}).items():
                ref = reference(node)
                narrowed += "narrowed_by" in ref
                for parameter, field in ref.get("narrowed_by", {}).items():
                    assert parameter in known[ref["operation"]] and field != name
        assert narrowed or document is not documents["admin"]


def test_every_list_filter_by_rows_is_narrowed_by_the_hospital(documents: Node) -> None:
    for operation in operations(documents["admin"]):
        named = {
            each["name"]: each["schema"] for each in operation.get("parameters", ()) if each["in"] == "query"
        }
        department = named.get("department_id", {})
        if "hospital_id" in named and reference(department).get("operation") == "departments_options_list":
            assert reference(department)["narrowed_by"]["hospital_id"] == "hospital_id", operation[
                "operationId"
            ]


def test_a_weekday_has_words_wherever_it_stands(documents: Node) -> None:
    found = 0
    for document in documents.values():
        nodes = [
            (name, node)
            for schema in document["components"]["schemas"].values()
            for name, node in schema.get("properties", {}).items()
        ]
        nodes += [
            (each["name"], each["schema"])
            for operation in operations(document)
            for each in operation.get("parameters", ())
        ]
        for name, node in nodes:
            if "weekday" in name:
                values = (node.get("items") or node)["x-enum"]
                assert [(each["value"], each["zh"]) for each in values][::6] == [(0, "周一"), (6, "周日")]
                found += 1
    assert found > 8


@pytest.mark.parametrize(
    ("form", "field", "key", "words", "when"),
    [
        ("HospitalRequest", "opening_hours", "mon", ("周一", "Monday"), None),
        ("ScheduleTemplateRequest", "channel_quotas", "window", ("窗口", "Window"), None),
        ("PatientRequest", "consents", "privacy", ("隐私政策", "Privacy policy"), None),
        ("MerchantAccountRequest", "config", "mchid", ("商户号", "Merchant id"), {"channel": ["wechat_pay"]}),
        (
            "MessageTemplateRequest",
            "fields_map",
            "voucher",
            ("凭证号", "Voucher number"),
            {"scene": ["bill_paid"]},
        ),
    ],
)
def test_the_keys_of_an_object_are_named_where_they_are_known(
    documents: Node, form: str, field: str, key: str, words: tuple[str, str], when: Node | None
) -> None:
    node = documents["admin"]["components"]["schemas"][form]["properties"][field]
    known = node["properties"][key]
    assert (known["title"], known["x-title-en"]) == words and known["type"] == node["additionalProperties"][
        "type"
    ]
    assert {name: list(values) for name, values in known.get("x-when", {}).items()} == (when or {})


def test_every_key_that_a_channel_or_a_scene_has_is_named() -> None:
    of_channels = {key for spec in CHANNELS.values() for key in (*spec.fields, *spec.optional)}
    assert KEYS["config"]().keys() == of_channels
    assert KEYS["fields_map"]().keys() == {key for scene in SCENES.values() for key in scene.keys}


def test_where_a_hospital_is_chosen_what_else_is_chosen_is_of_it(documents: Node) -> None:
    """Forms and readings alike: a reference beside a hospital, or in a part of such a form, follows it."""
    document = documents["admin"]
    schemas = document["components"]["schemas"]
    forms = {
        media["schema"]["$ref"].rpartition("/")[2]
        for node in operations(document)
        for media in node.get("requestBody", {}).get("content", {}).values()
        if "$ref" in media["schema"]
    }
    named = [(name, schemas[name].get("properties", {})) for name in sorted(forms)]
    named += [
        (node["operationId"], {each["name"]: each["schema"] for each in node.get("parameters", ())})
        for node in operations(document)
    ]
    loose = [
        f"{where}.{name}"
        for where, beside in named
        if "hospital_id" in beside
        for name, node in beside.items()
        if name not in {"hospital_id", "id"}
        and reference(node)
        and "hospital_id" not in reference(node).get("narrowed_by", {})
    ]
    assert loose == []
