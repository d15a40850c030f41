"""疑似重复: the list of pairs that may be one person, brought up to date by night and on request."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from django.db import connection, transaction

from apps.audit.services import record
from apps.identity.models import Hospital
from apps.patients.duplicates import ALIKE, COLUMNS, Archive, Likeness, compare
from apps.patients.events import DuplicateScanWanted
from apps.patients.models import DuplicatePair, PairState, Patient
from kernel import clock
from kernel.errors import InvalidValue
from kernel.expectations import ANOTHER
from kernel.outbox.events import publish

BATCH = 1000
#: More archives than this with one value are a value of convenience (a company's phone), not one person.
LARGEST_GROUP = 50

_PAIRS = """
SELECT {left}, {right} FROM (
  SELECT a.id AS a, b.id AS b FROM (
    SELECT array_agg(id) AS ids FROM patients_patient
    WHERE hospital_id = %s AND merged_into_id IS NULL AND {present}
    GROUP BY {key} HAVING count(*) BETWEEN 2 AND {largest}
  ) AS alike, unnest(ids) AS a(id), unnest(ids) AS b(id) WHERE a.id < b.id
) AS pairs JOIN patients_patient x ON x.id = pairs.a JOIN patients_patient y ON y.id = pairs.b
"""


def want_scan(hospital: Hospital) -> None:
    """Ask for a scan; a worker does it."""
    with transaction.atomic():
        publish(DuplicateScanWanted(hospital.pk))


def scan(hospital_id: UUID) -> int:
    """Bring the open pairs of a hospital up to date; what somebody decided stays. Returns pairs seen."""
    began, seen = clock.now(), 0
    with transaction.atomic():
        for key in ALIKE:
            for chunk in _alike(hospital_id, key):
                seen += _write(hospital_id, chunk)
        stale = DuplicatePair.objects.filter(hospital_id=hospital_id, state=PairState.OPEN, seen_at__lt=began)
        stale.delete()
    return seen


def decide_distinct(*, first: Patient, second: Patient, by_id: UUID | None, note: str = "") -> DuplicatePair:
    """These are two people: kept, and not shown again. InvalidValue for one's self or another hospital's."""
    if first.pk == second.pk or first.hospital_id != second.hospital_id:
        raise InvalidValue(field="other_id", expected=ANOTHER)
    left, right = sorted((first, second), key=lambda patient: patient.pk)
    likeness = compare(Archive.of(left), Archive.of(right))
    decision = {
        "state": PairState.DISTINCT, "decided_by_id": by_id, "decided_at": clock.now(), "note": note,
        "updated_at": clock.now(),
    }  # fmt: skip
    found = {"hospital_id": left.hospital_id, "score": likeness.score, "reasons": likeness.reasons}
    with transaction.atomic():
        pair, _ = DuplicatePair.objects.update_or_create(
            first=left, second=right, defaults=decision, create_defaults=decision | found
        )
        record(
            action="distinct", object_type="patients.duplicatepair", object_id=pair.pk,
            hospital_id=pair.hospital_id, detail={"first": left.pk, "second": right.pk, "note": note},
        )  # fmt: skip
    return pair


def reopen(pair: DuplicatePair) -> DuplicatePair:
    """Take the decision back: the pair is shown again."""
    changes = {"state": PairState.OPEN, "decided_by": None, "decided_at": None, "updated_at": clock.now()}
    with transaction.atomic():
        DuplicatePair.objects.filter(pk=pair.pk).update(**changes)
        record(
            action="reopen", object_type="patients.duplicatepair", object_id=pair.pk,
            hospital_id=pair.hospital_id,
        )  # fmt: skip
    pair.refresh_from_db()
    return pair


def _alike(hospital_id: UUID, key: tuple[str, ...]) -> Iterator[list[tuple[Archive, Archive]]]:
    columns = len(COLUMNS)
    statement = _PAIRS.format(
        key=", ".join(key),
        present=" AND ".join(f"{column} IS NOT NULL AND {column}::text <> ''" for column in key),
        largest=LARGEST_GROUP,
        left=", ".join(f"x.{column}" for column in COLUMNS),
        right=", ".join(f"y.{column}" for column in COLUMNS),
    )
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, [hospital_id])
        while rows := cursor.fetchmany(BATCH):
            yield [(Archive.read(row[:columns]), Archive.read(row[columns:])) for row in rows]


def _write(hospital_id: UUID, pairs: Iterable[tuple[Archive, Archive]]) -> int:
    now = clock.now()
    likely: dict[tuple[UUID, UUID], Likeness] = {}
    for first, second in pairs:
        likeness = compare(first, second)
        if likeness.likely:
            likely[first.id, second.id] = likeness
    rows = [
        DuplicatePair(
            hospital_id=hospital_id, first_id=first, second_id=second, score=likeness.score,
            reasons=likeness.reasons, seen_at=now,
        )
        for (first, second), likeness in likely.items()
    ]  # fmt: skip
    DuplicatePair.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["first", "second"],
        update_fields=["score", "reasons", "seen_at"],
    )  # fmt: skip
    return len(rows)
