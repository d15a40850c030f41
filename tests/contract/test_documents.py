"""Three OpenAPI documents that are complete: every operation says what it does, what it answers and how it refuses."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.renderers import OpenApiYamlRenderer

from kernel.errors import CATALOGUE
from kernel.http.problems import FRAMEWORK_CODES
from kernel.http.schema_parts import sent
from tests.contract.conftest import METHODS, operations, resolve

pytestmark = pytest.mark.requirement("INT-04")
Node = dict[str, Any]


def _views(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _views(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern.callback


def _methods(callback: Any) -> set[str]:
    view = callback.cls
    names = getattr(callback, "actions", None) or {m: m for m in view.http_method_names if hasattr(view, m)}
    return {name for name in names if name in METHODS}


def _is_excluded(callback: Any, method: str) -> bool:
    handler = getattr(callback.cls, (getattr(callback, "actions", None) or {}).get(method, method), None)
    return any(getattr(target, "kwargs", {}).get("schema", 1) is None for target in (handler, callback.cls))


@pytest.mark.parametrize("audience", ["miniprogram", "admin", "partner"])
def test_no_operation_of_an_audience_is_missing(audience: str, documents: dict[str, Node]) -> None:
    paths = {re.sub(r"\{\w+\}", "{}", path): item for path, item in documents[audience]["paths"].items()}
    missing = []
    for route, callback in _views(get_resolver(f"config.urls.{audience}").url_patterns):
        if not hasattr(callback, "cls"):
            continue
        path = "/" + re.sub(r"<[^>]+>", "{}", route)
        known = paths.get(path, {})
        missing += [f"{m} {path}" for m in _methods(callback) - set(known) if not _is_excluded(callback, m)]
    assert missing == []


def test_every_operation_says_what_it_is(document: Node) -> None:
    seen = Counter(operation["operationId"] for _, operation in operations(document))
    assert [name for name, times in seen.items() if times > 1] == []
    tags = {tag["name"] for tag in document["tags"] if tag.get("description", "").strip()}
    for name, operation in operations(document):
        assert operation.get("tags") and set(operation["tags"]) <= tags, f"{name} has no tag of its own"
        assert operation.get("summary", "").strip(), f"{name} has no summary"
        assert len(operation["summary"]) <= 120, f"{name}: summary too long"
        assert operation.get("description", "").strip(), f"{name} has no description"


def codes_of(document: Node, media: Node) -> list[str]:
    """The codes that a refusal names, whose schema is a component."""
    assert "$ref" in media["schema"], media
    codes: list[str] = resolve(document, media["schema"])["allOf"][1]["properties"]["code"]["enum"]
    return codes


def test_every_operation_documents_success_and_refusals_with_codes(document: Node) -> None:
    known = CATALOGUE.keys() | FRAMEWORK_CODES.keys()
    for name, operation in operations(document):
        statuses = operation["responses"]
        assert any(status.startswith("2") for status in statuses), name
        assert any(status.startswith("4") for status in statuses), name
        for status in filter(lambda s: s[0] in "45", statuses):
            answer = resolve(document, statuses[status])
            assert answer["description"], name
            if operation["operationId"].startswith("oauth_") and "OAuthError" in str(answer):
                continue  # RFC 6749 says how these look
            media = answer["content"]["application/problem+json"]
            codes = codes_of(document, media)
            assert set(codes) <= known, f"{name}: {codes}"
            assert set(media["examples"]) == set(codes), name


def _json_schema(document: Node, schema: Any) -> Any:
    """The schema as JSON Schema: references resolved, `nullable` spelt out."""
    if isinstance(schema, list):
        return [_json_schema(document, part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _json_schema(document, part) for key, part in resolve(document, schema).items()}
    return {"anyOf": [found, {"type": "null"}]} if found.pop("nullable", False) is True else found


def _messages(document: Node) -> Iterator[tuple[str, Node]]:
    for name, operation in operations(document):
        if "requestBody" in operation:
            for media in operation["requestBody"]["content"].values():
                yield f"{name} request", media
        for status, answer in operation["responses"].items():
            for media in resolve(document, answer).get("content", {}).values():
                yield f"{name} {status}", media


def test_every_request_and_answer_has_an_example_that_its_own_schema_allows(document: Node) -> None:
    for name, media in _messages(document):
        examples = [e["value"] for e in media.get("examples", {}).values()] or [media["example"]]
        schema = _json_schema(document, media["schema"])
        checker = jsonschema.Draft4Validator(
            schema, format_checker=jsonschema.FormatChecker(["date", "uuid"])
        )
        for example in examples:
            errors = [f"{'/'.join(map(str, e.path))}: {e.message}" for e in checker.iter_errors(example)]
            assert errors == [], name


def test_answers_with_a_body_are_never_undocumented(document: Node) -> None:
    for name, operation in operations(document):
        for status, answer in operation["responses"].items():
            if status not in {"204", "302", "304"} and operation["operationId"] != "oauth_revoke":
                assert resolve(document, answer).get("content"), f"{name} {status} has no schema"


def test_requests_are_closed_and_output_fields_are_required(document: Node) -> None:
    asked = sent(document)
    for name, schema in document["components"]["schemas"].items():
        if schema.get("type") != "object" or "properties" not in schema:
            continue
        if name in asked:
            assert "additionalProperties" in schema, name
        elif not name.startswith("Paginated") and name != "OAuthError":
            assert set(schema.get("required", ())) == set(schema["properties"]), f"{name} has optional output"


def test_enums_are_called_after_the_product_s_own_classes(document: Node) -> None:
    names = document["components"]["schemas"]
    assert [name for name in names if re.search(r"[0-9][0-9a-f]{2}Enum$|^Kind\d|Enum\d", name)] == []


@pytest.mark.parametrize(
    ("audience", "scheme"), [("miniprogram", "http"), ("admin", "http"), ("partner", "oauth2")]
)
def test_each_audience_signs_in_its_own_way(audience: str, scheme: str, documents: dict[str, Node]) -> None:
    document = documents[audience]
    schemes = document["components"].get("securitySchemes", {})
    assert {found["type"] for found in schemes.values()} == {scheme}
    if scheme == "oauth2":
        (found,) = schemes.values()
        assert set(found["flows"]) == {"clientCredentials"}
    assert any(operation.get("security") for _, operation in operations(document))


def test_the_document_explains_the_conventions_and_names_no_host(document: Node) -> None:
    assert document["servers"] == [{"url": "/", "description": "the host that serves this document"}]
    text = document["info"]["description"]
    for word in ("错误 Errors", "分页 Paging", "幂等 Idempotency", "版本 Versions", "语言 Language"):
        assert word in text


def test_money_and_booking_operations_ask_for_an_idempotency_key(documents: dict[str, Node]) -> None:
    for name, operation in operations(documents["miniprogram"]):
        headers = [p for p in operation.get("parameters", ()) if p["name"] == "Idempotency-Key"]
        codes = [a.get("$ref", "") for a in operation["responses"].values()]
        assert bool(headers) == any("IdempotencyKey" in code for code in codes), name


@pytest.mark.parametrize("audience", ["miniprogram", "admin", "partner"])
def test_the_served_document_is_the_generated_one(audience: str, client: Client) -> None:
    answer = client.get(f"/api/{audience}/v1/schema", headers={"accept-language": "en"})
    assert answer.status_code == 200
    assert f"/api/{audience}/v1/" in answer.content.decode() or audience == "partner"


def test_every_default_is_a_value_that_its_own_schema_takes(document: Node) -> None:
    def walk(node: Any, path: str) -> Iterator[str]:
        if isinstance(node, dict):
            if "default" in node:
                schema = {key: value for key, value in node.items() if key != "default"}
                whole = {**schema, "components": document["components"]}
                if not jsonschema.Draft4Validator(whole).is_valid(node["default"]):
                    yield f"{path}: {node['default']!r}"
            for key, value in node.items():
                yield from walk(value, f"{path}/{key}")
        elif isinstance(node, list):
            for number, value in enumerate(node):
                yield from walk(value, f"{path}/{number}")

    found = list(walk(document["components"]["schemas"], "")) + list(walk(document["paths"], ""))
    assert found == []


def test_a_first_sign_in_with_a_due_password_is_documented_wherever_it_is_refused(
    documents: dict[str, Node],
) -> None:
    codes = {}
    for name, operation in operations(documents["admin"]):
        refused = operation["responses"].get("403")
        if refused is not None:
            media = resolve(documents["admin"], refused)["content"]["application/problem+json"]
            codes[name] = codes_of(documents["admin"], media)
    documented = {name for name, found in codes.items() if "password_change_required" in found}
    assert len(documented) > 250
    undue = {name for name in codes if "/auth/" in name} - documented
    assert any("password" in name for name in undue), "the password itself is changed while it is due"


@pytest.mark.parametrize("text", ["008", "005", "1e3", "+7", "10.", "6"])
def test_a_text_that_some_readers_of_yaml_take_for_a_number_is_quoted(text: str) -> None:
    assert OpenApiYamlRenderer().render({"code": text}).decode().strip() == f"code: '{text}'"
