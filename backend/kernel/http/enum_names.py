"""Names of enums in the documents; imported by the settings, hence without a module of Django's at the top."""

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum, StrEnum
from typing import Any

Values = list[tuple[Any, Any]]


class EnumNames(Mapping[str, Values]):
    """The names of the product's own enum classes, told apart by their values alone: no name is made up by chance."""

    def __init__(self, parts: Mapping[str, Iterable[str]]) -> None:
        """`parts` names choices that are a part of an enum's, where a form offers fewer."""
        self.parts = parts

    def _names(self) -> dict[str, Values]:
        from django.db.models import Choices

        by_name: dict[str, list[type[Enum]]] = {}
        for found in dict.fromkeys((*_own_enums(Choices), *_own_enums(StrEnum))):
            by_name.setdefault(found.__qualname__.replace(".", ""), []).append(found)
        names: dict[str, Values] = {}
        for name, classes in sorted(by_name.items()):
            for found in classes:
                app = found.__module__.removeprefix("apps.").partition(".")[0].capitalize()
                pairs = same_hash(member.value for member in found)
                if pairs not in names.values():
                    names[name if len(classes) == 1 else f"{app}{name}"] = pairs
        return names | {name: same_hash(values) for name, values in self.parts.items()}

    def __getitem__(self, name: str) -> Values:
        return self._names()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())


def same_hash(values: Any) -> Values:
    """What the enums of these values are recognised by, whatever their order and labels."""
    return [(value, value) for value in sorted({str(v) for v in values if v not in ("", None)})]


def _own_enums(base: type[Enum]) -> Iterator[type[Enum]]:
    for found in base.__subclasses__():
        if found.__module__.startswith(("apps.", "kernel.")):
            yield found
        yield from _own_enums(found)


def identify_enums(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Runs before the enums are named: gives every enum an identity that depends on nothing but its values."""
    from drf_spectacular.plumbing import list_hash

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if "x-spec-enum-id" in node and "enum" in node:
                node["x-spec-enum-id"] = list_hash(same_hash(node["enum"]))
            for part in node.values():
                walk(part)
        elif isinstance(node, list):
            for part in node:
                walk(part)

    walk(result)
    return result
