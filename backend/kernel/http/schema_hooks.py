"""Last touches on a generated OpenAPI document."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings

from kernel.http.problems import MEDIA_TYPE
from kernel.http.schema_examples import Examples
from kernel.http.schema_parts import operations, sent
from kernel.http.schema_types import drop_unused, settle_types
from kernel.http.schema_words import say_words, tags

Node = dict[str, Any]
#: Codes that the name of a refusal shows at least.
MIN_NAMED = 2


def finish_document(result: Node, generator: Any, request: Any, public: bool) -> Node:
    """What the document says about itself, strict request bodies, shared problems and an example everywhere."""
    about = settings.API_DOCUMENTS.get(str(generator.urlconf).rpartition(".")[2], {})
    result["info"].update({key: about[key] for key in ("title", "description") if key in about})
    result["info"].update(settings.API_INFO)
    result["servers"] = [{"url": "/", "description": "the host that serves this document"}]
    result["tags"] = tags({tag for operation in operations(result) for tag in operation.get("tags", ())})
    say_words(result)
    _lift_defaults(result)
    settle_types(result)
    asked = sent(result)
    _forbid_unknown_fields(result, asked)
    _ask_for_versions(result, asked)
    _state_patterns(result)
    _require_outputs(result, asked)
    _describe_answers(result)
    _add_examples(result)
    _share_problems(result)
    drop_unused(result)
    return result


def _lift_defaults(document: Node) -> None:
    """A default belongs to the whole of a choice: its first part may refuse what the second is there for."""
    for schema in document.get("components", {}).get("schemas", {}).values():
        for field in schema.get("properties", {}).values():
            for part in field.get("oneOf", ()):
                if "default" in part:
                    field["default"] = part.pop("default")


def _forbid_unknown_fields(document: Node, asked: frozenset[str]) -> None:
    """What the serializers refuse, the document forbids."""
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        if name in asked and schema.get("type") == "object":
            schema.setdefault("additionalProperties", False)


def _ask_for_versions(document: Node, asked: frozenset[str]) -> None:
    """An edit must name the version that was read; a new row has none."""
    schemas = document.get("components", {}).get("schemas", {})
    for name, schema in schemas.items():
        if name not in asked or "version" not in schema.get("properties", {}):
            continue
        if name.startswith("Patched"):
            schema["required"] = sorted({*schema.get("required", ()), "version"})
        elif "version" not in schema.get("required", ()):
            schema["properties"].pop("version")


def _state_patterns(document: Node) -> None:
    for schema in document.get("components", {}).get("schemas", {}).values():
        for node in schema.get("properties", {}).values():
            if "x-pattern" in node:
                node["pattern"] = node.pop("x-pattern")


def _require_outputs(document: Node, asked: frozenset[str]) -> None:
    """Serializers answer with every field they declare, but for those marked `x-partial`."""
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        partial = schema.pop("x-partial", False)
        if name not in asked and schema.get("properties") and not partial:
            schema["required"] = list(schema["properties"])


def _describe_answers(document: Node) -> None:
    for operation in operations(document):
        for answer in operation["responses"].values():
            answer["description"] = answer.get("description") or operation.get("summary", "")


def _add_examples(document: Node) -> None:
    asking = Examples(document, settings.API_EXAMPLE_WORDS, masked=False)
    answering = Examples(document, settings.API_EXAMPLE_WORDS, masked=True)
    for operation in operations(document):
        declared = settings.API_EXAMPLE_BODIES.get(operation["operationId"])
        for media in operation.get("requestBody", {}).get("content", {}).values() if declared else ():
            media["example"] = declared
        _exemplify(operation.get("requestBody", {}), asking)
        for answer in operation["responses"].values():
            _exemplify(answer, answering)


def _exemplify(message: Node, examples: Examples) -> None:
    for media in message.get("content", {}).values():
        if "schema" in media and not {"example", "examples"} & media.keys():
            media["example"] = examples.of(media["schema"])


def _share_problems(document: Node) -> None:
    """Every refusal is a component with a name, and its schema too: clients get one class for each, not one a use."""
    answers = {(status, _codes(answer)): answer for status, answer in _refusals(document)}
    names = _names([key for key in answers if key[1]])
    if not names:
        return
    components = document.setdefault("components", {})
    responses, schemas = components.setdefault("responses", {}), components.setdefault("schemas", {})
    for operation in operations(document):
        for status, answer in operation["responses"].items():
            name = names.get((status, _codes(answer)))
            if name is not None:
                operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    for key, name in names.items():
        media = answers[key]["content"][MEDIA_TYPE]
        schemas[name], media["schema"] = media["schema"], {"$ref": f"#/components/schemas/{name}"}
        responses[name] = answers[key]
    components["responses"], components["schemas"] = (
        dict(sorted(responses.items())),
        dict(sorted(schemas.items())),
    )


def _refusals(document: Node) -> Iterator[tuple[str, Node]]:
    return (pair for operation in operations(document) for pair in operation["responses"].items())


def _names(keys: list[tuple[str, tuple[str, ...]]]) -> dict[tuple[str, tuple[str, ...]], str]:
    """Status and codes → the name: the first codes, as many as tell it from others, and how many there are more."""
    found: dict[tuple[str, tuple[str, ...]], str] = {}
    for status, codes in keys:
        shown = MIN_NAMED
        others = [other for one, other in keys if one == status and other != codes]
        while shown < len(codes) and any(
            other[:shown] == codes[:shown] and len(other) == len(codes) for other in others
        ):
            shown += 1
        words = "_".join(codes[:shown]).replace("_", " ").title().replace(" ", "")
        more = f"And{len(codes) - shown}More" if shown < len(codes) else ""
        found[status, codes] = f"Problem{status}{words}{more}"
    return found


def _codes(answer: Node) -> tuple[str, ...]:
    parts = answer.get("content", {}).get(MEDIA_TYPE, {}).get("schema", {}).get("allOf", [{}])
    return tuple(parts[-1].get("properties", {}).get("code", {}).get("enum", ()))
