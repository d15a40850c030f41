"""中英文词: what people read for a name of the contract, declared once by the app that owns it, in its `words.py`.

A name has one meaning in the house (docs/glossary.md), so its words are declared by name; `of` says what a name means
in a single component where it means something else there. Schema, manifest, exports and prints read them here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeVar

from django.utils.translation import get_language, override

from kernel.errors import in_english

E = TypeVar("E", bound=type[Enum])
T = TypeVar("T")
Pair = tuple[str, str]
#: What a state means to who looks at a list of them.
COLOURS = ("neutral", "info", "success", "warning", "danger")


@dataclass(frozen=True, slots=True)
class Words:
    """One thing in Chinese and in English."""

    zh: str
    en: str

    @property
    def text(self) -> str:
        """In the language of the request."""
        return self.en if in_english() else self.zh


YES_NO = {True: Words("是", "Yes"), False: Words("否", "No")}


@dataclass(frozen=True, slots=True)
class ValueWords(Words):
    """A value of an enum; `colour` is one of COLOURS, `group` what it stands under where there are many."""

    colour: str = "neutral"
    group: Words | None = field(default=None, kw_only=True)


KnownValues = Callable[[], Mapping[str, ValueWords]]

PROPERTIES: dict[str, Words] = {}
#: (component, property) → what the property means in this component alone.
IN_COMPONENT: dict[tuple[str, str], Words] = {}
#: The enum → value → its words.
ENUMS: dict[type[Enum], dict[str, ValueWords]] = {}
#: The same for choices that are no enum of ours: by all their values.
CHOICES: dict[frozenset[str], dict[str, ValueWords]] = {}


def properties(**named: Pair) -> None:
    """Words of properties and parameters; TypeError where a name has other words already."""
    for name, pair in named.items():
        words = Words(*pair)
        if PROPERTIES.setdefault(name, words) != words:
            raise TypeError(f"{name!r} is {PROPERTIES[name].zh} elsewhere: use `of` for a single component")


def of(*components: str, **named: Pair) -> None:
    """What names mean in these components alone, whatever they mean elsewhere."""
    for component in components:
        for name, pair in named.items():
            if IN_COMPONENT.setdefault((component, name), words := Words(*pair)) != words:
                raise TypeError(f"{component}.{name} has other words elsewhere")


def property_words(component: str, name: str) -> Words | None:
    """Of a property of a component, or of a parameter (component ""); None where nobody declared any."""
    return IN_COMPONENT.get((component, name)) or PROPERTIES.get(name)


def values(enum: E, words: Mapping[Any, tuple[str, ...]]) -> E:
    """Words of an enum's values, (zh, en) or (zh, en, colour); TypeError for a value without words."""
    found = {str(key): ValueWords(*pair) for key, pair in words.items()}
    missing = {str(member.value) for member in enum} ^ found.keys()
    if missing or any(word.colour not in COLOURS for word in found.values()):
        raise TypeError(f"words of {enum.__qualname__}: {sorted(missing) or 'an unknown colour'}")
    ENUMS[enum] = found
    return enum


def choices(words: Mapping[str, tuple[str, ...]]) -> None:
    """Words of choices that a serializer or a filter makes up."""
    CHOICES[frozenset(words)] = {key: ValueWords(*pair) for key, pair in words.items()}


def words_of_values(values: Iterable[Any]) -> Mapping[str, ValueWords]:
    """Words of these values: of the smallest enum or list of choices that has them all."""
    wanted = frozenset(str(value) for value in values if value not in ("", None))
    if not wanted:
        return {}
    every = [said for said in (*ENUMS.values(), *CHOICES.values()) if wanted <= said.keys()]
    return min(every, key=len, default={})


#: (component or operation, property or parameter) → the values that the product knows, where others may come.
KNOWN: dict[tuple[str, str], str] = {}
#: Name of such a set of values → where they come from.
KNOWN_SETS: dict[str, KnownValues] = {}
#: Name of a property that is a whole number → its values → their words.
NUMBERS: dict[str, Mapping[int, ValueWords]] = {}
#: Name of a property that is an object → the keys that the product knows of it, where others may come.
KEYS: dict[str, Callable[[], Mapping[str, "Key"]]] = {}
#: What the operation log speaks of: label of the model → its words, and the action → its words.
OBJECTS: dict[str, ValueWords] = {}
ACTS: dict[str, ValueWords] = {}


def known(kind: str, source: KnownValues, name: str, *owners: str) -> None:
    """A property of these components, or a parameter of these operations, is mostly one of the values of `source`.

    The documents name the set once, as the component `kind`.
    """
    if KNOWN_SETS.setdefault(kind, source) is not source:
        raise TypeError(f"{kind!r} comes from elsewhere already")
    for owner in owners:
        if KNOWN.setdefault((owner, name), kind) != kind:
            raise TypeError(f"{owner}.{name} is one of {KNOWN[owner, name]} already")


@dataclass(frozen=True, slots=True)
class Key(Words):
    """A key of an object; `when`: property beside the object → the values with which the key is one of it."""

    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def numbers(said: Mapping[int, Pair], *names: str) -> None:
    """Properties and parameters of these names are numbers that mean something, on the wire as in the tables."""
    NUMBERS.update({key: {value: ValueWords(*pair) for value, pair in said.items()} for key in names})


def keys(source: Callable[[], Mapping[str, Key]], *names: str) -> None:
    """Objects of these names have these keys, as far as the product knows."""
    KEYS.update((name, source) for name in names)


#: Name of a property, or component and name → what who fills it in should know.
HELP: dict[str, Words] = {}


def help_on(**named: Pair) -> None:
    """What forms say beside inputs of these names; TypeError if another thing was said before."""
    for name, pair in named.items():
        if HELP.setdefault(name, Words(*pair)) != Words(*pair):
            raise TypeError(f"{name!r} is explained twice")


def help_of(component: str, **named: Pair) -> None:
    """The same in one component alone."""
    HELP.update({f"{component}.{name}": Words(*pair) for name, pair in named.items()})


#: (component, property) that programs read; people read what stands beside it.
TECHNICAL: set[tuple[str, str]] = set()


def technical(owner: str, *names: str) -> None:
    """Declare such properties of a component."""
    TECHNICAL.update((owner, name) for name in names)


def objects(labels: Mapping[str, Pair]) -> None:
    """Words of what the operation log names by the label of its model."""
    _name_once(OBJECTS, labels)


def acts(**named: Pair) -> None:
    """Words of actions in the operation log."""
    _name_once(ACTS, named)


def _name_once(kept: dict[str, ValueWords], named: Mapping[str, Pair]) -> None:
    for name, pair in named.items():
        if kept.setdefault(name, ValueWords(*pair)) != ValueWords(*pair):
            raise TypeError(f"{name!r} is named twice")


#: Property or parameter → the resource whose rows it names, and the filters that its options are narrowed by.
REFERENCES: dict[str, tuple[str, dict[str, Any]]] = {}
#: The same for names that mean another resource in these components.
REFERENCES_OF: dict[tuple[str, str], tuple[str, dict[str, Any]]] = {}
#: (component or operation, property or parameter) → the code of the dictionary that it takes its values from.
DICTIONARIES: dict[tuple[str, str], str] = {}
#: Component → the operation that answers what is masked in it.
UNMASKED: dict[str, str] = {}
#: How a name ends → the unit of its numbers.
UNITS = {"_fen": "fen", "_minutes": "minute", "_seconds": "second", "_bytes": "byte"}
#: Prefix of an operation id → its noun.
RESOURCES: dict[str, "Noun"] = {}
#: Operation ids that are more than a verb and a noun.
OPERATIONS: dict[str, Words] = {}
VERBS = {
    "list": Words("查询", "List"), "retrieve": Words("查看", "Read"), "create": Words("新增", "Add"),
    "partial_update": Words("修改", "Change"), "destroy": Words("删除", "Delete"),
    "options_list": Words("选择", "Choose among"), "export": Words("导出", "Export"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Noun(Words):
    """What rows of a resource are; `many` is its English plural."""

    many: str = ""


def resources(**named: tuple[str, str, str]) -> None:
    """Nouns by the prefix of their operations' ids: (zh, en, English plural)."""
    for name, words in named.items():
        if RESOURCES.setdefault(name, Noun(*words)) != Noun(*words):
            raise TypeError(f"{name!r} is named twice")


def references(resource: str, *names: str, **filters: Any) -> None:
    """These names are ids of a resource's rows; `filters` of its options leave those that may be meant."""
    for name in names:
        if REFERENCES.setdefault(name, (resource, filters)) != (resource, filters):
            raise TypeError(f"{name!r} refers to {REFERENCES[name][0]} already")


def references_of(resource: str, name: str, *owners: str, **filters: Any) -> None:
    """In these components the name is an id of a row of that resource; `filters` as in `references`."""
    REFERENCES_OF.update(dict.fromkeys(((owner, name) for owner in owners), (resource, filters)))


def reference_of(owner: str, name: str) -> tuple[str, dict[str, Any]]:
    """The resource whose rows a property or parameter names, and how its options are narrowed; ("", {}) for none."""
    return REFERENCES_OF.get((owner, name)) or REFERENCES.get(name, ("", {}))


def dictionary(code: str, name: str, *owners: str) -> None:
    """A property of these components, or a parameter of these operations, has its values from that dictionary."""
    DICTIONARIES.update(dict.fromkeys(((owner, name) for owner in owners), code))


def unmasked(operation: str, *components: str) -> None:
    """The operation that answers whole what these components show masked."""
    UNMASKED.update(dict.fromkeys(components, operation))


def unit_of(name: str) -> str | None:
    """The unit of a number by its name; None for those that count, or have none."""
    return next((unit for ending, unit in UNITS.items() if name.endswith(ending) or name == ending[1:]), None)


def operations(**named: Pair) -> None:
    """Words of operations by their ids, for those that are more than a verb and a noun."""
    for name, pair in named.items():
        if OPERATIONS.setdefault(name, Words(*pair)) != Words(*pair):
            raise TypeError(f"{name!r} is named twice")


def operation_words(operation_id: str) -> Words | None:
    """Its own, else verb and noun; None where nobody declared any."""
    if operation_id in OPERATIONS:
        return OPERATIONS[operation_id]
    for action, verb in reversed(VERBS.items()):
        noun = RESOURCES.get(operation_id.removesuffix(f"_{action}"))
        if noun is not None and operation_id.endswith(f"_{action}"):
            named = noun.many if action.endswith(("list", "export")) else noun.en
            return Words(f"{verb.zh}{noun.zh}", f"{verb.en} {named}")
    return None


def value_text(enum: Any, value: Any) -> str:
    """What a value of an enum is called, in the language of the request; the value itself where nobody has named it."""
    said = ENUMS.get(enum, {}).get(str(value))
    return said.text if said else str(value)


def title(component: str, name: str) -> str:
    """What a property is called, in the language of the request."""
    said = property_words(component, name)
    return said.text if said else name


def column_title(component: str, name: str) -> str:
    """The title of a property's column; what is fen in the documents is yuan in tables."""
    unit = (" (yuan)" if in_english() else "(元)") if name.endswith("_fen") else ""
    return title(component, name) + unit


def spoken(rows: Iterable[T]) -> Iterator[T]:
    """The rows in the language of the request that asked for them, however late they are read."""
    return _spoken(rows, get_language())


def _spoken(rows: Iterable[T], language: str | None) -> Iterator[T]:
    if language is None:
        yield from rows
        return
    with override(language):
        yield from rows
