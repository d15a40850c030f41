"""Kinds of entries of the patient's timeline, declared by the apps that write them (`timeline.py`)."""

from dataclasses import dataclass

from django.utils.translation import get_language


@dataclass(frozen=True, slots=True)
class TimelineKind:
    """`code` is stored."""

    code: str
    zh: str
    en: str

    @property
    def name(self) -> str:
        """In the request's language."""
        return self.en if (get_language() or "").startswith("en") else self.zh


KINDS: dict[str, TimelineKind] = {}


def define_entry(code: str, zh: str, en: str) -> TimelineKind:
    """Register a kind of entry; TypeError for a code that is taken."""
    if code in KINDS:
        raise TypeError(f"two kinds of timeline entries are named {code!r}")
    KINDS[code] = TimelineKind(code, zh, en)
    return KINDS[code]
