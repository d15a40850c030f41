"""Names of enums in the documents; imported by the settings, hence without a module of Django's at the top."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db.models import Choices


class EnumNames(Mapping[str, Any]):
    """The names of the product's own Choices classes: an enum is never called otherwise by chance."""

    def _names(self) -> dict[str, list[tuple[Any, Any]]]:
        from django.db.models import Choices

        by_name: dict[str, list[type[Choices]]] = {}
        for choices in _own_choices(Choices):
            by_name.setdefault(choices.__qualname__.replace(".", ""), []).append(choices)
        found: dict[str, list[tuple[Any, Any]]] = {}
        for name, classes in sorted(by_name.items()):
            for choices in classes:
                app = choices.__module__.removeprefix("apps.").partition(".")[0].capitalize()
                pairs = [(value, label) for value, label in choices.choices if value not in ("", None)]
                if pairs not in found.values():
                    found[name if len(classes) == 1 else f"{app}{name}"] = pairs
        return found

    def __getitem__(self, name: str) -> list[tuple[Any, Any]]:
        return self._names()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())


def _own_choices(base: "type[Choices]") -> "Iterator[type[Choices]]":
    for found in base.__subclasses__():
        if found.__module__.startswith(("apps.", "kernel.")):
            yield found
        yield from _own_choices(found)
