"""合并 and its undoing. Both archives are locked in key order; rows written meanwhile follow by `settle`."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from apps.patients.errors import MergeClash, PatientMerged, SurvivorMerged
from apps.patients.events import PatientsMerged, PatientsParted
from apps.patients.models import DuplicatePair, PairState, Patient, PatientMerge
from apps.patients.ports import MERGE_RULES
from apps.patients.services import merge_relations, merge_rows, merge_values
from kernel import clock
from kernel.errors import InvalidValue, NotFound, StaleVersion, StateConflict
from kernel.expectations import ANOTHER, OF_THE_HOSPITAL
from kernel.locks import save_version
from kernel.outbox.events import publish


@dataclass(slots=True)
class Parted:
    """What undoing a merge could not put back: fields edited since, relations whose place is taken."""

    merge: PatientMerge
    kept_fields: list[str] = field(default_factory=list)
    not_revived: list[str] = field(default_factory=list)


def merge(
    *,
    survivor_id: UUID,
    version: int,
    merged_id: UUID,
    merged_version: int,
    take: Iterable[str] = (),
    by_id: UUID | None = None,
    reason: str = "",
) -> PatientMerge:
    """Let the survivor continue the merged archive: every row of both is then the survivor's.

    `take` names the values that replace the survivor's (merge_values.CHOICES); what the survivor lacks is filled in.
    PatientMerged, StaleVersion, MergeClash (nothing is changed then), InvalidValue for itself or another hospital's.
    """
    if survivor_id == merged_id:
        raise InvalidValue(field="merged_id", expected=ANOTHER)
    try:
        with transaction.atomic():
            survivor, merged = _lock(survivor_id, merged_id)
            _check(survivor, version, merged, merged_version)
            record = PatientMerge(
                hospital_id=survivor.hospital_id, survivor=survivor, merged=merged, by_id=by_id, reason=reason,
                was_active=merged.is_active,
            )  # fmt: skip
            return _carry_out(record, frozenset(take))
    except IntegrityError as error:
        raise MergeClash(clashes=[]) from error


def _carry_out(record: PatientMerge, take: frozenset[str]) -> PatientMerge:
    survivor, merged = record.survivor, record.merged
    relations, record.ended = merge_relations.move_relations(merged.pk, survivor.pk)
    rows = merge_rows.move_all(merged.pk, survivor.pk)
    record.moved = merge_rows.join(rows, relations)
    record.replaced = merge_values.unite(survivor, merged, take)
    merged.is_active, merged.merged_into = False, survivor
    save_version(merged, {"is_active", "merged_into"}, version=merged.version)
    pairs = Q(first=merged) | Q(second=merged)
    DuplicatePair.objects.filter(pairs, state=PairState.OPEN).delete()
    record.save(force_insert=True)
    publish(PatientsMerged(record.hospital_id, record.pk, survivor.pk, merged.pk))
    return record


@transaction.atomic
def unmerge(*, merge_id: UUID, by_id: UUID | None = None) -> Parted:
    """Part the two again. Rows made since the merge stay with the survivor, and so do values edited since.

    StateConflict if it was undone before; SurvivorMerged while the survivor itself is merged into another.
    """
    found = PatientMerge.objects.filter(pk=merge_id).first()
    if found is None:
        raise NotFound
    survivor, merged = _lock(found.survivor_id, found.merged_id)
    record = PatientMerge.objects.select_for_update().get(pk=merge_id)
    if record.undone_at is not None:
        raise StateConflict
    if survivor.merged_into_id is not None:
        raise SurvivorMerged(survivor_merged_into=str(survivor.merged_into_id))
    merge_rows.move_back(record.moved, survivor.pk, merged.pk)
    _, lost = merge_relations.part_relations(record.moved, record.ended, survivor.pk, merged.pk)
    merged.is_active, merged.merged_into = record.was_active, None
    save_version(merged, {"is_active", "merged_into"}, version=merged.version)
    kept = merge_values.restore(survivor, record.replaced)
    record.undone_at, record.undone_by_id, record.updated_at = clock.now(), by_id, clock.now()
    record.save(update_fields=["undone_at", "undone_by", "updated_at"])
    publish(PatientsParted(record.hospital_id, record.pk, survivor.pk, merged.pk))
    return Parted(record, kept, lost)


@transaction.atomic
def settle(merge_id: UUID) -> int:
    """Let rows follow that were written for the merged archive while it was being merged; returns how many."""
    record = PatientMerge.objects.filter(pk=merge_id).first()
    if record is None:
        return 0
    _lock(record.survivor_id, record.merged_id)
    record = PatientMerge.objects.select_for_update().get(pk=merge_id)
    if record.undone_at is not None:
        return 0
    relations, ended = merge_relations.move_relations(record.merged_id, record.survivor_id)
    late = merge_rows.join(merge_rows.move_all(record.merged_id, record.survivor_id), relations)
    if late or ended:
        record.moved = merge_rows.join(record.moved, late)
        record.ended = {
            table: [*record.ended.get(table, []), *ended.get(table, [])] for table in {*record.ended, *ended}
        }
        record.save(update_fields=["moved", "ended"])
    return sum(merge_rows.counts(late).values())


def _lock(survivor_id: UUID, merged_id: UUID) -> tuple[Patient, Patient]:
    """Both rows; others may still write rows that refer to them, so nobody waits for us in a circle."""
    rows = Patient.objects.select_for_update(no_key=True, of=("self",)).filter(
        pk__in=[survivor_id, merged_id]
    )
    found = {patient.pk: patient for patient in rows.order_by("pk")}
    if len(found) != 2:
        raise NotFound
    return found[survivor_id], found[merged_id]


def _check(survivor: Patient, version: int, merged: Patient, merged_version: int) -> None:
    if survivor.hospital_id != merged.hospital_id:
        raise InvalidValue(field="merged_id", expected=OF_THE_HOSPITAL)
    for patient in (survivor, merged):
        if patient.merged_into_id is not None:
            raise PatientMerged(patient_id=str(patient.pk), merged_into_id=str(patient.merged_into_id))
    if (survivor.version, merged.version) != (version, merged_version):
        raise StaleVersion
    if not survivor.is_active:
        raise StateConflict
    pair = {"survivor_id": survivor.pk, "merged_id": merged.pk}
    clashes = [text for rule in MERGE_RULES for text in rule.clashes(**pair)]
    if clashes:
        raise MergeClash(clashes=clashes)
