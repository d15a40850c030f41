"""Which changes between two OpenAPI documents break clients that were written against the older one.

Reported: removed operations, answers and fields; new or newly required inputs; values an enum no longer has;
changed types; outputs that may now be missing or null. Added operations, outputs and optional inputs are fine.
Array items are written `each`, so that a finding can be accepted by a shell-style pattern.
"""

from collections.abc import Iterator
from typing import Any

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
Node = dict[str, Any]
#: What a schema says without limiting anything.
WORDS = frozenset({"title", "x-title-en", "description", "readOnly", "default"})


def breaking_changes(old: Node, new: Node) -> list[str]:
    """One line per finding, e.g. `GET /patients: response 200/results/each/name was removed`."""
    return list(dict.fromkeys(Comparison(old, new).findings()))


class Comparison:
    """Compares operation by operation with references resolved, so that renamed components don't matter."""

    def __init__(self, old: Node, new: Node) -> None:
        self.old, self.new = old, new

    def findings(self) -> Iterator[str]:
        """Every breaking change of every operation."""
        for path, item in self.old.get("paths", {}).items():
            for method in filter(item.__contains__, METHODS):
                name = f"{method.upper()} {path}"
                after = self.new.get("paths", {}).get(path, {}).get(method)
                if after is None:
                    yield f"{name} was removed"
                    continue
                yield from (f"{name}: {finding}" for finding in self._operation(item[method], after))

    def _operation(self, old: Node, new: Node) -> Iterator[str]:
        yield from self._parameters(old, new)
        yield from self._body(old.get("requestBody"), new.get("requestBody"))
        for status, answer in old.get("responses", {}).items():
            after = new.get("responses", {}).get(status)
            if after is None:
                yield f"response {status} was removed"
                continue
            pair = content(self._resolve(answer, self.old)), content(self._resolve(after, self.new))
            yield from self._schema(*pair, f"response {status}", output=True)

    def _parameters(self, old: Node, new: Node) -> Iterator[str]:
        before = {(p["in"], p["name"]): p for p in self._resolved(old, self.old)}
        after = {(p["in"], p["name"]): p for p in self._resolved(new, self.new)}
        for key, parameter in after.items():
            if parameter.get("required") and not before.get(key, {}).get("required"):
                yield f"{key[0]} parameter {key[1]} is now required"
        for key, parameter in before.items():
            where = f"{key[0]} parameter {key[1]}"
            if key not in after:
                yield f"{where} was removed"
            else:
                pair = parameter.get("schema", {}), after[key].get("schema", {})
                yield from self._schema(*pair, where, output=False)

    def _resolved(self, operation: Node, document: Node) -> list[Node]:
        return [self._resolve(parameter, document) for parameter in operation.get("parameters", [])]

    def _body(self, old: Node | None, new: Node | None) -> Iterator[str]:
        old, new = self._resolve(old or {}, self.old), self._resolve(new or {}, self.new)
        if new.get("required") and not old.get("required"):
            yield "request body is now required"
        if old and new:
            yield from self._schema(content(old), content(new), "request", output=False)

    def _schema(
        self, old: Node, new: Node, where: str, *, output: bool, above: frozenset[str] = frozenset()
    ) -> Iterator[str]:
        visit = f"{old.get('$ref', id(old))} {new.get('$ref', id(new))}"
        if visit in above:
            return  # a type that contains itself
        below = above | {visit}
        before, after = self.flat(old, self.old), self.flat(new, self.new)
        if kind(before) != kind(after) and "any" not in (kind(before), kind(after)):
            yield f"{where} changed from {kind(before)} to {kind(after)}"
            return
        yield from null_changes(before, after, where, output=output)
        yield from enum_changes(before, after, where)
        yield from self._fields(before, after, where, output, below)
        if "items" in before and "items" in after:
            yield from self._schema(
                before["items"], after["items"], f"{where}/each", output=output, above=below
            )
        extra = before.get("additionalProperties"), after.get("additionalProperties")
        if isinstance(extra[0], dict) and isinstance(extra[1], dict):
            yield from self._schema(extra[0], extra[1], f"{where}/value", output=output, above=below)

    def _fields(self, old: Node, new: Node, where: str, output: bool, above: frozenset[str]) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        was, now = set(old.get("required", [])), set(new.get("required", []))
        for name in sorted(now - was if not output else set()):
            yield f"{where}/{name} is now required"
        for name, schema in before.items():
            if name not in after:
                yield f"{where}/{name} was removed"
                continue
            if output and name in was - now:
                yield f"{where}/{name} may now be missing"
            yield from self._schema(schema, after[name], f"{where}/{name}", output=output, above=above)

    def _resolve(self, node: Node, document: Node) -> Node:
        while "$ref" in node:
            target: Any = document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def flat(self, schema: Node, document: Node) -> Node:
        """The schema with references, allOf, and enums split over oneOf drawn together."""
        found = dict(self._resolve(schema, document))
        for part in found.pop("allOf", []):
            inner = self.flat(part, document)
            found["properties"] = inner.get("properties", {}) | found.get("properties", {})
            found["required"] = [*inner.get("required", []), *found.get("required", [])]
            found = {**inner, **{key: value for key, value in found.items() if value or key not in inner}}
        variants = [self.flat(part, document) for part in found.get("oneOf", found.get("anyOf", []))]
        if variants and all("enum" in variant for variant in variants):
            found["enum"] = [value for variant in variants for value in variant["enum"]]
            found["type"] = next((v["type"] for v in variants if "type" in v), "string")
        return found


def content(message: Node) -> Node:
    """The schema of the body, JSON before any other media type."""
    types: dict[str, Node] = message.get("content", {})
    names = sorted(types, key=lambda name: "json" not in name)
    schema: Node = types[names[0]].get("schema", {}) if names else {}
    return schema


def kind(schema: Node) -> str:
    """The JSON type with its format: what a generated client makes a type of."""
    name = schema.get("type")
    if isinstance(name, list):
        name = "|".join(sorted(part for part in name if part != "null"))
    if not name:
        return "object" if "properties" in schema else "any"
    return f"{name} ({schema['format']})" if "format" in schema else str(name)


def nullable(schema: Node) -> bool:
    """True if null is a value of it, in the ways of OpenAPI 3.0 and 3.1, or because anything is."""
    return (
        not schema.keys() - WORDS
        or any(part.get("nullable") for part in schema.get("oneOf", ()))
        or bool(schema.get("nullable"))
        or "null" in (schema.get("type") or [])
        or None in schema.get("enum", [])
    )


def null_changes(old: Node, new: Node, where: str, *, output: bool) -> Iterator[str]:
    """An output that may newly be null, an input that may no longer be."""
    if output and nullable(new) and not nullable(old):
        yield f"{where} may now be null"
    if not output and nullable(old) and not nullable(new):
        yield f"{where} may no longer be null"


def enum_changes(old: Node, new: Node, where: str) -> Iterator[str]:
    """Values that are gone, or a free value that is now one of few."""
    if "enum" not in new:
        return
    if "enum" not in old:
        if kind(old) != "any":
            yield f"{where} is now limited to {new['enum']}"
        return
    for value in old["enum"]:
        if value not in new["enum"] and value is not None:
            yield f"{where} no longer has the value {value!r}"
