"""病区日报: how many lay in each ward when a day began and when it ended, who came and who went."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from apps.inpatient.models import Bed, Ward
from apps.inpatient.states import BedState
from kernel import clock
from kernel.sql import statement

_CENSUS = statement("apps.inpatient", "census")


def census(wards: Sequence[Ward], day: dt.date) -> list[dict[str, Any]]:
    """Figures of these wards for a day of the hospital's calendar, of today up to now; beds are those of now.

    at_start + admitted + transferred_in − discharged − transferred_out = at_end.
    """
    if not wards:
        return []
    since = clock.local(day, dt.time())
    until = min(clock.local(day + dt.timedelta(days=1), dt.time()), clock.now())
    keys = [ward.pk for ward in wards]
    with connection.cursor() as cursor:
        cursor.execute(_CENSUS, {"wards": keys, "since": since, "until": max(since, until)})
        names = [column.name for column in cursor.description or ()]
        found = {row[0]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}
    beds = _beds(keys)
    return [_shown(ward, found[ward.pk], beds.get(ward.pk, Counter())) | {"day": day} for ward in wards]


def _beds(wards: Iterable[UUID]) -> dict[UUID, Counter[str]]:
    found: dict[UUID, Counter[str]] = {}
    for ward_id, state in Bed.objects.filter(ward_id__in=wards).values_list("ward_id", "state"):
        found.setdefault(ward_id, Counter())[state] += 1
    return found


def _shown(ward: Ward, row: dict[str, Any], beds: Counter[str]) -> dict[str, Any]:
    return row | {
        "ward_name": ward.name,
        "department_id": ward.department_id,
        "department_name": ward.department.name,
        "hospital_id": ward.hospital_id,
        "hospital_name": ward.hospital.name,
        "bed_count": beds.total() - beds[BedState.CLOSED],
        "occupied_count": beds[BedState.OCCUPIED],
        "free_count": beds[BedState.FREE],
        "cleaning_count": beds[BedState.CLEANING],
        "closed_count": beds[BedState.CLOSED],
    }
