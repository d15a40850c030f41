"""Words of sets of values that the product knows, where others may come."""

from collections.abc import Mapping

from kernel.words import KNOWN, KNOWN_SETS, OBJECTS, Pair, ValueWords


def known_words(owner: str, name: str) -> Mapping[str, ValueWords]:
    """Of what is known of a property's values; {} where nothing is."""
    kind = KNOWN.get((owner, name))
    return KNOWN_SETS[kind]() if kind else {}


#: What rows say that they are about, where that is no table of the operation log.
SUBJECTS: dict[str, ValueWords] = {}


def subjects(labels: Mapping[str, Pair]) -> None:
    """Words of such labels."""
    SUBJECTS.update({label: ValueWords(*pair) for label, pair in labels.items()})


def subject_words() -> Mapping[str, ValueWords]:
    """What any row may be about."""
    return {**OBJECTS, **SUBJECTS}


def object_words() -> Mapping[str, ValueWords]:
    """What the operation log speaks of."""
    return OBJECTS
