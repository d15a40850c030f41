"""Realistic examples for every request and answer, made from names, formats and limits in the document itself."""

import hashlib
import re
from collections.abc import Iterable
from typing import Any, TypeVar

Node = dict[str, Any]
T = TypeVar("T")
#: (pattern over the property's name, values to try in order); the first value that its schema allows is taken.
Words = Iterable[tuple[str, tuple[Any, ...]]]

FORMATS: dict[str, str] = {
    "date": "2026-03-16",
    "date-time": "2026-03-16T09:30:00+08:00",
    "time-local": "08:30:00",
    "email": "contact@hospital.example",
    "uri": "https://hospital.example/",
    "byte": "5Yy75rGH",
    "binary": "…",
    "decimal": "1.50",
    "ipv4": "192.0.2.1",
}
#: What a word that is known by its name has to look like, to stand for a value of that format.
SHAPES = {
    "date": r"^\d{4}-\d\d-\d\d$",
    "date-time": r"^\d{4}-\d\d-\d\dT",
    "time-local": r"^\d\d:\d\d:\d\d$",
    "uri": "^https?://",
}
#: Keys of a component that say little without its noun.
COMMON = frozenset({"name", "code", "title", "label", "key", "kind", "value", "number"})
EMPTY: tuple[Any, ...] = ("", "none", None, [], {})
FALLBACKS = ("无", "none", "A1", "0", "123456", "10000000", "1.5")


class Examples:
    """Makes the example of a schema; `document` resolves its references. Requests carry no masked values."""

    def __init__(self, document: Node, words: Words, *, masked: bool) -> None:
        self.document, self.masked = document, masked
        self.words = [(re.compile(rf"(?:^|_)(?:{pattern})$"), values) for pattern, values in words]

    def of(self, schema: Node, name: str = "", depth: int = 0) -> Any:
        """A value that `schema` allows; `name` is the property that it belongs to."""
        name = _noun(schema) or name
        schema = self._flat(schema)
        if "example" in schema:
            return schema["example"]
        known = self._known(name)
        if "default" in schema and (schema["default"] not in EMPTY or not known):
            return schema["default"]
        if known and known[0] is None and schema.get("nullable"):
            return None
        if "enum" in schema:
            return self._among(schema["enum"], name)
        for choice in ("oneOf", "anyOf"):
            if choice in schema:
                return self.of(schema[choice][0], name, depth)
        kind = schema.get("type") or ("object" if "properties" in schema else "any")
        maker = getattr(self, f"_{kind}", self._any)
        return maker(schema, name, depth)

    def _object(self, schema: Node, name: str, depth: int) -> Node:
        if depth > 6:  # a type that contains itself
            return {}
        if (not schema.get("properties") or schema.get("additionalProperties")) and (
            known := self._of_type(name, dict)
        ):
            return dict(known[0])
        found = {
            key: self.of(part, self._qualified(key, name), depth + 1)
            for key, part in schema.get("properties", {}).items()
            if "x-fixed" not in part
        }
        extra = schema.get("additionalProperties")
        if not found and isinstance(extra, dict):
            return {"key": self.of(extra, name, depth + 1)}
        return found

    @staticmethod
    def _qualified(key: str, owner: str) -> str:
        """`name` of a department is another word than `name` of a person: the owner goes in front."""
        return f"{owner}_{key}" if owner and key in COMMON else key

    def _array(self, schema: Node, name: str, depth: int) -> list[Any]:
        if depth > 6:
            return []
        if known := self._of_type(name, list):
            return list(known[0])
        return [self.of(schema.get("items", {}), name, depth + 1)] * max(1, schema.get("minItems", 1))

    def _string(self, schema: Node, name: str, depth: int) -> str:
        form = schema.get("format", "")
        if form == "uuid":
            return uuid_of(name)
        candidates = self._of_type(name, str)
        if form in FORMATS:
            candidates = [*(v for v in candidates if re.search(SHAPES.get(form, "^$"), v)), FORMATS[form]]
        for value in (*candidates, *FALLBACKS):
            if self._allowed(value, schema):
                return value
        return "a" * int(schema.get("minLength", 1))

    @staticmethod
    def _allowed(value: str, schema: Node) -> bool:
        long_enough = schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
        return long_enough and re.search(schema.get("pattern", ""), value) is not None

    def _integer(self, schema: Node, name: str, depth: int) -> int:
        value = next((v for v in self._known(name) if isinstance(v, int)), 1)
        return int(min(max(value, schema.get("minimum", value)), schema.get("maximum", value)))

    _number = _integer

    def _boolean(self, schema: Node, name: str, depth: int) -> bool:
        return next(iter(self._of_type(name, bool)), True)

    def _any(self, schema: Node, name: str, depth: int) -> Any:
        return next(iter(self._known(name)), {})

    def _known(self, name: str) -> tuple[Any, ...]:
        values = next((values for pattern, values in self.words if pattern.search(name)), ())
        return tuple(value for value in values if self.masked or "*" not in str(value))

    def _of_type(self, name: str, kind: type[T]) -> list[T]:
        return [value for value in self._known(name) if isinstance(value, kind)]

    def _among(self, values: list[Any], name: str) -> Any:
        return next((v for v in self._known(name) if v in values), values[0])

    def _flat(self, schema: Node) -> Node:
        """The schema with its reference and allOf drawn together."""
        while "$ref" in schema:
            target: Any = self.document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            schema = target
        found = {key: value for key, value in schema.items() if key != "allOf"}
        for part in schema.get("allOf", ()):
            inner = self._flat(part)
            merged = {**inner.get("properties", {}), **found.get("properties", {})}
            found = {**inner, **found, **({"properties": merged} if merged else {})}
        return found


def _noun(schema: Node) -> str:
    """`doctor_card` for a reference to DoctorCardRequest; empty for anything else."""
    component = schema.get("$ref", "").rpartition("/")[2]
    bare = re.sub(r"^Patched|Request$|List$|Detail$|Summary$", "", component)
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", bare).lower()


def uuid_of(name: str) -> str:
    """A UUIDv7 that is always the same for the same name."""
    tail = hashlib.sha256(name.encode()).hexdigest()
    return f"0199c3a5-d1f2-7{tail[:3]}-9{tail[3:6]}-{tail[6:18]}"
