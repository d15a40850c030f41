"""What a page needs to know beyond the documents: which columns come first, what fields belong together, which actions
take many rows, when a button applies and what is asked then.

Apps say it in their `pages.py`; columns, filters and forms of a page follow from the documents (config/page_models.py).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from kernel.words import Words

#: Among the values with which an action applies: whatever it is, as long as there is something.
SET = "*"
When = Mapping[str, Collection[str | bool | None]]


#: What is asked before a row is deleted.
DELETE = ("确定删除?", "Delete it?")


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """`when`: column of the row → values with which the action applies; none: always.

    None among them: while it is empty; SET: while it is not. `shows`: columns of the row that are read before anything
    is confirmed. `main`: what a row in that state is there for; it stands before all others. `then`: reads the
    file which it has made of the same row; who has pressed it gets that at once. `preview`: reads what would
    come of it, which is shown before it is confirmed.
    """

    danger: bool = False
    confirm: str = ""
    confirm_en: str = ""
    when: When = field(default_factory=dict)
    shows: tuple[str, ...] = ()
    main: bool = False
    then: str = ""
    preview: str = ""


ACTIONS: dict[str, ActionSpec] = {}


def action(
    operation: str,
    *,
    danger: bool = False,
    confirm: tuple[str, str] = ("", ""),
    shows: tuple[str, ...] = (),
    main: bool = False,
    then: str = "",
    preview: str = "",
    **when: Collection[str | bool | None],
) -> None:
    """Say more of an operation; ValueError if something was said before."""
    if operation in ACTIONS:
        raise ValueError(f"{operation} is described twice")
    kept = _kept(when)
    ACTIONS[operation] = ActionSpec(danger, *confirm, kept, shows, main, then, preview)


def _kept(when: When) -> When:
    return {name: tuple(values) for name, values in when.items()}


#: What changes rows that have a state, whichever they are in.
ALWAYS: set[str] = set()


def always(*operations: str) -> None:
    """Say that these apply in every state of their row; of a row with a state, each says this or when it applies."""
    ALWAYS.update(operations)


#: Operation of a wide list → the columns that are shown at first, in their order.
COLUMNS: dict[str, tuple[str, ...]] = {}


def columns(operation: str, *shown: str) -> None:
    """Say which columns a wide list begins with; the others wait behind them until somebody wants them.

    ValueError if it was said before.
    """
    if operation in COLUMNS:
        raise ValueError(f"the columns of {operation} are ordered twice")
    COLUMNS[operation] = shown


@dataclass(frozen=True, slots=True)
class Group(Words):
    """Fields that stand together, under a heading."""

    fields: tuple[str, ...] = ()


#: Component → the groups of its fields, in detail and forms alike.
GROUPS: dict[str, tuple[Group, ...]] = {}


def groups(*components: str, **found: tuple[str, str, str]) -> None:
    """Say which fields of these components stand together: (zh, en, names with blanks between), in order.

    The name of what an id means stands with its id. ValueError if said before, or if a field stands in two groups.
    """
    made = tuple(Group(zh, en, tuple(names.split())) for zh, en, names in found.values())
    names = [name for group in made for name in group.fields]
    if len(names) != len(set(names)):
        raise ValueError(
            f"fields that stand in two groups: {sorted({n for n in names if names.count(n) > 1})}"
        )
    for component in components:
        if GROUPS.setdefault(component, made) is not made:
            raise ValueError(f"the fields of {component} are grouped twice")


#: Operation of a list → operations that take many of its rows, each with the field that has their ids.
BULK: dict[str, dict[str, str]] = {}
#: Operation of a list → operations that take one of its rows by a field of their body.
BY_FIELD: dict[str, dict[str, str]] = {}
#: (operation of a list, operation that takes its rows by their ids) → when it applies to a row.
APPLIES: dict[tuple[str, str], When] = {}


def bulk(listed: str, operation: str, ids: str = "ids", **when: Collection[str | bool | None]) -> None:
    """Say that an operation takes the chosen rows of a list, one or many, as the field `ids` of its body."""
    _takes(BULK, listed, operation, ids, when)


def by_field(listed: str, operation: str, name: str, **when: Collection[str | bool | None]) -> None:
    """Say that an operation takes a row of a list as the field `name` of its body."""
    _takes(BY_FIELD, listed, operation, name, when)


def _takes(found: dict[str, dict[str, str]], listed: str, operation: str, name: str, when: When) -> None:
    if found.setdefault(listed, {}).setdefault(operation, name) != name:
        raise ValueError(f"{operation} takes the rows of {listed} in another way already")
    APPLIES[listed, operation] = _kept(when)


#: Operation of a list, or `operation.field` of a detail → operations on one of the rows that it shows.
ON_ROWS: dict[str, tuple[str, ...]] = {}


def on_rows(shown: str, *found: str) -> None:
    """Say what is done to a shown row by its id, where the path doesn't say so: rows of a list, or of a detail's field.

    ValueError if it was said before.
    """
    if shown in ON_ROWS:
        raise ValueError(f"what is done to the rows of {shown} is said twice")
    ON_ROWS[shown] = found


#: Operation of a list → column → values with which a row changes by itself.
MOVING: dict[str, When] = {}


def moving(listed: str, **when: Collection[str | bool | None]) -> None:
    """Say with which values rows of a list change without anybody: who looks at them wants to see it happen."""
    if listed in MOVING:
        raise ValueError(f"what changes by itself in {listed} is said twice")
    MOVING[listed] = _kept(when)


#: Operations that are another one asked for by a body, so that no address tells what was looked for.
BY_BODY: set[str] = set()


def by_body(*operations: str) -> None:
    """Declare such twins: programs may prefer them, a page shows one button for both."""
    BY_BODY.update(operations)
