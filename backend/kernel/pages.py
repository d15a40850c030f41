"""What a page needs to know beyond the documents: which columns come first, when a button applies, what is asked then.

Apps say it in their `pages.py`; columns, filters and forms of a page follow from the documents (config/page_models.py).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """`when`: column of the row → values with which the action applies; none: always."""

    danger: bool = False
    confirm: str = ""
    confirm_en: str = ""
    when: Mapping[str, Collection[str | bool]] = field(default_factory=dict)


ACTIONS: dict[str, ActionSpec] = {}


def action(
    operation: str,
    *,
    danger: bool = False,
    confirm: tuple[str, str] = ("", ""),
    **when: Collection[str | bool],
) -> None:
    """Say more of an operation; ValueError if something was said before."""
    if operation in ACTIONS:
        raise ValueError(f"{operation} is described twice")
    ACTIONS[operation] = ActionSpec(
        danger, *confirm, when={name: tuple(values) for name, values in when.items()}
    )


#: Operation of a wide list → the columns that are shown at first, in their order.
COLUMNS: dict[str, tuple[str, ...]] = {}


def columns(operation: str, *shown: str) -> None:
    """Say which columns a wide list begins with; the others wait behind them until somebody wants them.

    ValueError if it was said before.
    """
    if operation in COLUMNS:
        raise ValueError(f"the columns of {operation} are ordered twice")
    COLUMNS[operation] = shown
