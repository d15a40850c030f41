"""Kinds of work, declared by the apps whose work it is."""

from dataclasses import dataclass

from django.utils.translation import get_language


@dataclass(frozen=True, slots=True)
class WorkKind:
    """`code` is `<app>.<what>` and is stored; `hours` of work until it is due; roles by the codes of system roles.

    `by_hand`: who did it says so; else it ends with what it is about.
    """

    code: str
    zh: str
    en: str
    hours: int
    executor: str
    manager: str
    supervisor: str
    by_hand: bool = True

    @property
    def name(self) -> str:
        """In the request's language."""
        return self.en if (get_language() or "").startswith("en") else self.zh


KINDS: dict[str, WorkKind] = {}


def define_kind(kind: WorkKind) -> WorkKind:
    """Register a kind; TypeError for a code that is taken."""
    if kind.code in KINDS:
        raise TypeError(f"two kinds of work are named {kind.code!r}")
    KINDS[kind.code] = kind
    return kind


DEAD_LETTER = define_kind(
    WorkKind(
        "operations.dead_letter", "处理死信", "An event that could not be handled", 4,
        "hospital_administrator", "hospital_administrator", "group_administrator",
    )
)  # fmt: skip
