"""Words of the contract: a front end writes none by hand, and nothing is named in one language alone."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

from apps.payments.channels.registry import CHANNELS, MIXED
from kernel import words
from kernel.http.schema_parts import sent
from kernel.http.schema_words import component
from tests.contract.conftest import AUDIENCES

pytestmark = pytest.mark.requirement("INT-04")
Node = dict[str, Any]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
#: Latin letters that Chinese texts of this field have.
LATIN = re.compile(r"\b(?!(?:HTTP|HIS|VIP|IP|HTTP|CSV|Excel|App|SHA|URI|POS|Id|MAC)\b)[A-Za-z]{2,}\b")


def _named(document: Node) -> Iterator[tuple[str, Node]]:
    """Every property, at any depth, and parameter with where it stands."""
    for name, schema in document["components"]["schemas"].items():
        yield from _properties(name, schema)
    for operation in _operations(document):
        for parameter in operation.get("parameters", ()):
            yield f"{operation['operationId']}?{parameter['name']}", parameter["schema"]
        for part in (operation.get("requestBody", {}), operation["responses"]):
            yield from _properties(operation["operationId"], part)


def _properties(where: str, node: Any) -> Iterator[tuple[str, Node]]:
    """Those of a schema, of its parts (`allOf`, `items`, …) and of what is within them; examples are no schemas."""
    if isinstance(node, list):
        for part in node:
            yield from _properties(where, part)
    if not isinstance(node, dict):
        return
    for key, part in node.items():
        if key == "properties":
            yield from ((f"{where}.{name}", found) for name, found in part.items())
            yield from (found for each in part.values() for found in _properties(where, each))
        elif key not in ("example", "examples", "default", "x-enum"):
            yield from _properties(where, part)


def _operations(document: Node) -> Iterator[Node]:
    return (node for item in document["paths"].values() for node in item.values() if isinstance(node, dict))


@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_property_and_parameter_has_words_in_both_languages(documents: Node, audience: str) -> None:
    missing = [
        where for where, node in _named(documents[audience]) if not node.get("title") or not node.get("x-title-en")
    ]  # fmt: skip
    assert missing == [], "declare them in the app's words.py"


@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_value_of_an_enum_has_words_and_a_colour(documents: Node, audience: str) -> None:
    nodes = [*documents[audience]["components"]["schemas"].items(), *_named(documents[audience])]
    nodes += [(where, node["items"]) for where, node in nodes if "enum" in node.get("items", {})]
    wrong = []
    for where, node in nodes:
        values = [value for value in node.get("enum", ()) if value not in ("", None)]
        said = node.get("x-enum", [])
        differ = "enum" in node and [row["value"] for row in said] != values
        if differ or any(row["colour"] not in words.COLOURS for row in said):
            wrong.append(where)
    assert wrong == []


@pytest.mark.parametrize("audience", AUDIENCES)
def test_summaries_are_chinese_with_an_english_twin(documents: Node, audience: str) -> None:
    wrong = [
        operation["operationId"]
        for operation in _operations(documents[audience])
        if not CHINESE.search(operation["summary"])
        or LATIN.search(operation["summary"])
        or not operation.get("x-summary-en")
        or CHINESE.search(operation["x-summary-en"])
    ]
    assert wrong == []
    assert [
        operation["operationId"]
        for operation in _operations(documents[audience])
        if operation.get("description") and not CHINESE.search(operation["description"])
    ] == []


@pytest.mark.parametrize("audience", AUDIENCES)
def test_tags_are_named_in_both_languages_in_the_order_of_the_journey(documents: Node, audience: str) -> None:
    tags = documents[audience]["tags"]
    assert all(CHINESE.search(tag["x-displayName"]) and tag["x-title-en"] for tag in tags)
    order = list(settings.API_TAGS)
    assert [tag["name"] for tag in tags] == sorted((tag["name"] for tag in tags), key=order.index)
    assert {tag for operation in _operations(documents[audience]) for tag in operation["tags"]} == {
        tag["name"] for tag in tags
    }


def test_words_are_chinese_here_and_english_there() -> None:
    said = [
        *words.PROPERTIES.items(), *words.IN_COMPONENT.items(), *words.RESOURCES.items(), *words.OPERATIONS.items(),
        *((str(enum), word) for enum, named in words.ENUMS.items() for word in named.values()),
        *((str(key), word) for key, named in words.CHOICES.items() for word in named.values()),
    ]  # fmt: skip
    same = {"HIS", "App", "CSV", "Excel", "PDF"}
    assert [
        (name, word)
        for name, word in said
        if word.zh not in same
        and (not CHINESE.search(word.zh) or LATIN.search(word.zh) or CHINESE.search(word.en))
    ] == []


def test_enums_of_the_same_values_have_the_same_words() -> None:
    found: dict[frozenset[str], Any] = {}
    for enum, said in words.ENUMS.items():
        pairs = {value: (word.zh, word.en) for value, word in said.items()}
        assert found.setdefault(frozenset(said), pairs) == pairs, enum


def test_no_words_are_declared_for_what_no_document_names(documents: Node) -> None:
    named = {re.split(r"[.?]", where)[1] for document in documents.values() for where, _ in _named(document)}
    operations = {node["operationId"] for document in documents.values() for node in _operations(document)}
    assert set(words.PROPERTIES) - named == set()
    assert set(words.OPERATIONS) - operations == set()
    assert [
        noun for noun in words.RESOURCES if not any(each.startswith(f"{noun}_") for each in operations)
    ] == []
    owners = operations | {
        component(name, sent(document)) for document in documents.values() for name in document["components"]["schemas"]
    }  # fmt: skip
    assert {owner for owner, _ in (*words.IN_COMPONENT, *words.DICTIONARIES)} - owners == set()
    assert set(words.UNMASKED) - owners == set()
    assert set(words.REFERENCES) - named == set()
    assert {owner for owner, _ in words.REFERENCES_OF} - owners == set()


def test_a_missing_or_second_word_is_refused() -> None:
    words.properties(id=("标识", "Id"))
    with pytest.raises(TypeError, match="elsewhere"):
        words.properties(id=("编号", "Number"))
    from apps.patients.models import Gender

    with pytest.raises(TypeError, match="Gender"):
        words.values(Gender, {"male": ("男", "Male")})


def test_references_say_which_operation_lists_the_choices(documents: Node) -> None:
    operations = {node["operationId"]: node for node in _operations(documents["admin"])}
    found = [(where, node["x-ref"]) for where, node in _named(documents["admin"]) if "x-ref" in node]
    assert len(found) > 300
    for where, ref in found:
        parameters = {each["name"] for each in operations[ref["operation"]]["parameters"]}
        assert {"ids", *ref.get("filters", {})} <= parameters, where


def test_money_masks_and_dictionaries_say_what_they_are(documents: Node) -> None:
    for document in documents.values():
        for name, node in _named(document):
            if name.endswith("_fen") and node.get("type") == "integer":
                assert node["x-unit"] == "fen", name
    shown = documents["admin"]["components"]["schemas"]["Patient"]["properties"]
    assert shown["phone"]["x-masked"] == {"operation": "patients_sensitive"}
    assert shown["vip_level"]["x-dictionary"] == "vip_level"


def test_channels_are_known_by_their_words(documents: Node) -> None:
    said = documents["admin"]["components"]["schemas"]["ChannelCode"]["x-enum"]
    assert {each["value"] for each in said} == {*CHANNELS, MIXED}
    assert ("wechat_pay", "微信支付") in {(each["value"], each["zh"]) for each in said}
    bill = documents["admin"]["components"]["schemas"]["StaffBill"]["properties"]
    assert bill["channel"]["allOf"] == [{"$ref": "#/components/schemas/ChannelCode"}]
    assert bill["application"]["allOf"] == [{"$ref": "#/components/schemas/ApplicationCode"}]


def test_refusals_are_told_in_words(documents: Node) -> None:
    for document in documents.values():
        for name, schema in document["components"]["schemas"].items():
            for part in schema.get("allOf", ()) if name.startswith("Problem") else ():
                for each in part.get("properties", {}).get("code", {}).get("x-enum", ()):
                    assert CHINESE.search(each["zh"]) and not CHINESE.search(each["en"]), (name, each)
    refused = documents["partner"]["components"]["schemas"]["Problem403PartnerMayNotPermissionDenied"]
    code = refused["allOf"][1]["properties"]["code"]
    assert code["title"] == "错误码" and code["x-enum"][0]["zh"] == "该应用未获授权进行此操作"


def test_channels_and_applications_are_chosen_by_their_words_wherever_rows_are_looked_for(
    documents: Node,
) -> None:
    typed = [
        f"{operation['operationId']}?{each['name']}"
        for operation in _operations(documents["admin"])
        for each in operation.get("parameters", ())
        if each["name"] in ("channel", "application") and not {"allOf", "x-enum"} & each["schema"].keys()
    ]
    assert typed == []
    run = documents["admin"]["components"]["schemas"]["ReconciliationRun"]["properties"]["channel"]
    assert run["allOf"] == [{"$ref": "#/components/schemas/ChannelCode"}]


def test_what_programs_read_is_told_from_what_people_read(documents: Node) -> None:
    shown = documents["admin"]["components"]["schemas"]["Setting"]["properties"]
    assert {name for name, node in shown.items() if not node.get("x-technical")} == {
        "section", "text", "value_text", "default_text",
    }  # fmt: skip


@pytest.mark.parametrize("language", ["title", "x-title-en"])
def test_two_things_beside_each_other_have_two_names(documents: Node, language: str) -> None:
    """A name and its id are one thing; settings stand under headings of their own."""
    same = {}
    for component_name, schema in documents["admin"]["components"]["schemas"].items():
        named: dict[str, list[str]] = {}
        beside = schema.get("properties", {})
        for name, node in beside.items():
            of_an_id = name.endswith("_name") and f"{name[:-5]}_id" in beside
            if "x-technical" not in node and "x-group" not in node and not of_an_id:
                named.setdefault(node.get(language, name), []).append(name)
        same |= {f"{component_name}: {title}": names for title, names in named.items() if len(names) > 1}
    assert same == {}
