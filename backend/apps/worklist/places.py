"""Places of signatures, declared by the apps whose documents they stand on."""

from dataclasses import dataclass

from kernel.errors import in_english


@dataclass(frozen=True, slots=True)
class Place:
    """What somebody signs as or for. `code` is `<app>.<what>` and is stored."""

    code: str
    zh: str
    en: str

    @property
    def name(self) -> str:
        """In the request's language."""
        return self.en if in_english() else self.zh


PLACES: dict[str, Place] = {}


def define_place(place: Place) -> Place:
    """Register a place; TypeError for a code that is taken."""
    if place.code in PLACES:
        raise TypeError(f"two places of signatures are named {place.code!r}")
    PLACES[place.code] = place
    return place
