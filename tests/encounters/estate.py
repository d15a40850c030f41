"""Rows of encounters for the rules that every resource keeps: one of patient_a, doctor_a and hospital 1 each."""

from apps.encounters.models import Encounter
from tests.support.estates import Estate, Values


class EncountersEstate(Estate):
    """Of encounters."""

    def make_encounter(self) -> Encounter:
        return self.get("ticket").encounter  # type: ignore[no-any-return]


#: Path up to the parameter → the value that stands there.
OBJECTS: Values = {
    "admin/v1/encounters/": lambda e: e.get("encounter").pk,
}
