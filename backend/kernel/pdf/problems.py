"""Why a document can't be printed; nothing of it has been written then."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Missing:
    """A character that the typeface lacks; `where`: the field, column or block, `text`: what it stands in."""

    character: str
    where: str
    text: str

    @property
    def code_point(self) -> str:
        """`U+20BB7`"""
        return f"U+{ord(self.character):04X}"


class MissingGlyphs(Exception):
    """Characters would be printed as boxes. `missing` has the first hundred places of them, in order.

    Who prints a name that has one gives `Document.replacements`, such as `{"𠮷": "〔U+20BB7〕"}` or the spelling
    that the identity card's machine-readable line has.
    """

    def __init__(self, missing: Sequence[Missing]) -> None:
        super().__init__("; ".join(f"{each.code_point} {each.character} ({each.where})" for each in missing))
        self.missing = tuple(missing)


class DoesNotFit(Exception):
    """A block that can't be made smaller is larger than what holds it: `needed` and `available` are mm."""

    def __init__(self, where: str, *, needed: float, available: float) -> None:
        super().__init__(f"{where}: {needed:.1f} mm, {available:.1f} mm available")
        self.where, self.needed, self.available = where, needed, available
