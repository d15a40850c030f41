"""What a button needs to know beyond its operation: when it applies, and what is asked before it is done.

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
