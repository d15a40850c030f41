"""Every answer of the API in a test is compared with its document, strictly: nothing that it does not name."""

import functools
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml
from django.urls import Resolver404
from rest_framework.test import APIClient

ROOT = Path(__file__).resolve().parents[2]
AUDIENCES = ("admin", "miniprogram", "partner")
JSON = ("application/json", "application/problem+json")
#: What the edge says of a request before any operation is chosen.
EDGE = frozenset({405, 406, 500})
#: Field errors about names that no request has, and of a request as a whole.
UNKNOWN = frozenset(
    {
        "unknown_field",
        "unknown_parameter",
        "repeated_parameter",
        "null_characters_not_allowed",
        "surrogate_characters_not_allowed",
    }
)
WHOLE = frozenset({"", "non_field_errors"})
#: These name what the archive lacks, which another request gives.
OF_THE_ROW = frozenset({"/api/admin/v1/patients/{}/promote"})
#: Moments are shown by the clock of the hospital, with its offset.
MOMENT = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+08:00$"
_PROBLEM = re.compile(r"Problem(\d{3}\w+)?")
_PARAMETER = re.compile(r"<[^>]*>|\{[^}]*\}")


class Undocumented(AssertionError):
    """The API answered what its document does not say."""


def check_every_answer() -> None:
    """Let every APIClient compare what it is answered from now on."""
    request = APIClient.request

    def checked(self: APIClient, **kwargs: Any) -> Any:
        answer = request(self, **kwargs)
        route = _route(answer)
        if route is not None and not getattr(answer, "streaming", False):
            compare(kwargs["REQUEST_METHOD"].lower(), f"/{route}", answer)
        return answer

    APIClient.request = checked  # type: ignore[method-assign]


def _route(answer: Any) -> str | None:
    try:  # it is looked up only now
        return str(answer.resolver_match.route)
    except (AttributeError, Resolver404):
        return None


def compare(method: str, route: str, answer: Any) -> None:
    """Undocumented unless the operation of that route says this answer."""
    operation = _operations().get((method, _PARAMETER.sub("{}", route)))
    if operation is None or answer.status_code in EDGE:
        return
    audience, described = operation
    responses = described["responses"]
    said = f"{method.upper()} {route} answers {answer.status_code}"
    if str(answer.status_code) not in responses:
        raise Undocumented(f"{said}, which stands in no document: {answer.content[:300]!r}")
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    if kind not in JSON:
        return
    validator = _validator(audience, method, _PARAMETER.sub("{}", route), str(answer.status_code), kind)
    shown = answer.json() if answer.content else {}
    for error in validator.iter_errors(shown) if validator else ():
        raise Undocumented(f"{said}: {'/'.join(map(str, error.instance_path))}: {error.message[:300]}")
    if answer.status_code == 400 and _PARAMETER.sub("{}", route) not in OF_THE_ROW:
        _compare_fields(said, _inputs(audience, method, _PARAMETER.sub("{}", route)), shown)


def _compare_fields(said: str, inputs: frozenset[str] | None, problem: dict[str, Any]) -> None:
    """A wrong field has the name under which the request gives it."""
    if inputs is None:
        return
    for error in problem.get("errors", ()):
        field = error["field"].partition(".")[0]
        if error["code"] not in UNKNOWN and field not in inputs:
            raise Undocumented(f"{said}: it names the field {field!r}, which the request does not have")


@functools.cache
def _documents() -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    texts = {name: (ROOT / "openapi" / f"{name}.yaml").read_text() for name in AUDIENCES}
    return {name: yaml.load(text, loader) for name, text in texts.items()}


@functools.cache
def _inputs(audience: str, method: str, path: str) -> frozenset[str] | None:
    """What a request may give: parameters and properties of its body, and the whole of it; None: anything."""
    operation = _operations()[method, path][1]
    names = {parameter["name"] for parameter in operation.get("parameters", ())}
    for content in operation.get("requestBody", {}).get("content", {}).values():
        if "additionalProperties" in content["schema"]:
            return None
        names |= _properties(audience, content["schema"])
    return frozenset(names | WHOLE)


def _properties(audience: str, schema: dict[str, Any]) -> set[str]:
    if "$ref" in schema:
        schema = _documents()[audience]["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    parts = (_properties(audience, part) for key in ("allOf", "oneOf") for part in schema.get(key, ()))
    return set(schema.get("properties", ())).union(*parts)


@functools.cache
def _operations() -> dict[tuple[str, str], tuple[str, dict[str, Any]]]:
    found = {}
    for audience, document in _documents().items():
        for path, item in document["paths"].items():
            for method, operation in item.items():
                if method in {"get", "post", "put", "patch", "delete"}:
                    found[method, _PARAMETER.sub("{}", path)] = (audience, operation)
    return found


@functools.cache
def _validator(audience: str, method: str, path: str, status: str, kind: str) -> Any:
    response = _operations()[method, path][1]["responses"][status]
    if "$ref" in response:
        response = _documents()[audience]["components"]["responses"][response["$ref"].rpartition("/")[2]]
    content = response.get("content", {}).get(kind)
    if content is None or "schema" not in content:
        return None
    told = strict(content["schema"])
    if kind == JSON[1]:
        told = _open(told)  # what an error shows beside its code is its own
    schema = {**told, "components": {"schemas": _referred(audience, told)}}
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=False)


def _referred(audience: str, schema: Any) -> dict[str, Any]:
    """The components that a schema needs, directly or through others: all in each validator would fill gigabytes."""
    components, found, ahead = _components(audience), {}, _references(schema)
    while ahead:
        name = ahead.pop()
        if name not in found:
            found[name] = components[name]
            ahead |= _references(components[name])
    return found


def _references(node: Any) -> set[str]:
    if isinstance(node, list):
        return set().union(*map(_references, node))
    if not isinstance(node, dict):
        return set()
    own = {node["$ref"].rpartition("/")[2]} if isinstance(node.get("$ref"), str) else set()
    return own.union(*map(_references, node.values()))


@functools.cache
def _components(audience: str) -> dict[str, Any]:
    schemas = _documents()[audience]["components"]["schemas"]
    found = {name: strict(schema) for name, schema in schemas.items()}
    return {name: _open(schema) if _PROBLEM.fullmatch(name) else schema for name, schema in found.items()}


def strict(node: Any) -> Any:
    """An OpenAPI 3.0 schema as JSON Schema that allows nothing it does not name."""
    if isinstance(node, list):
        return [strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.keys() & {"properties", "allOf"}:
        node = {"unevaluatedProperties": False, **node} if _is_whole(node) else node
    told = {key: _told(key, value) for key, value in node.items() if key not in ("nullable", "example")}
    if node.get("format") == "date-time":
        told["pattern"] = MOMENT
    if node.get("nullable"):
        return {"anyOf": [told, {"type": "null"}]}
    return told


def _is_whole(node: dict[str, Any]) -> bool:
    return "additionalProperties" not in node and "$ref" not in node


def _told(key: str, value: Any) -> Any:
    if key == "properties":
        return {name: strict(schema) for name, schema in value.items()}
    if key in ("enum", "required", "default", "pattern"):
        return value
    if key == "allOf":
        return [_open(strict(part)) for part in value]
    return strict(value)


def _open(part: Any) -> Any:
    """Within an `allOf` the whole says what is too much, not each part."""
    return {key: value for key, value in part.items() if key != "unevaluatedProperties"}
