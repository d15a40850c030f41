"""Searching for a whole secret value tells whether it exists: counted per person, limited, written down without it."""

from collections.abc import Mapping

from apps.audit.services import record
from apps.identity.models import StaffMember
from apps.patients.documents import fold
from apps.patients.settings import EXACT_SEARCHES_PER_DAY, EXACT_SEARCHES_PER_MINUTE
from kernel.errors import TooManyRequests
from kernel.rates import Limit, hit_all

#: Filters that take a whole secret value; a search box counts when it holds digits, however they are written.
SECRET = ("phone", "national_id", "card_number")
BOX = "search"


def secrets_in(asked: Mapping[str, str]) -> list[str]:
    """The filters among these that search for a whole secret value."""
    named = [name for name in SECRET if asked.get(name)]
    box = asked.get(BOX, "")
    return named + [BOX] * any(character.isdigit() for character in box + fold(box))


def note_search(*, by: StaffMember, asked: Mapping[str, str]) -> None:
    """Count and write down a search for secret values, if it is one; TooManyRequests beyond the person's limit."""
    fields = secrets_in(asked)
    if not fields:
        return
    hospital = by.hospital
    limits = [
        Limit(f"exact_search:minute:{by.pk}", EXACT_SEARCHES_PER_MINUTE.of(hospital), 60),
        Limit(f"exact_search:day:{by.pk}", EXACT_SEARCHES_PER_DAY.of(hospital), 86_400),
    ]
    refused = [rate for rate in hit_all(limits) if not rate.allowed]
    record(
        action="search_refused" if refused else "search",
        object_type="patients.patient",
        object_id="",
        hospital_id=hospital.pk,
        detail={"fields": fields},
    )
    if refused:
        raise TooManyRequests(retry_after=max(rate.reset for rate in refused))
