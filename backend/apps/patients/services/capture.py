"""Stage-by-stage information: a hospital's fields, and what was learnt of a patient."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.identity.models import Dictionary
from apps.patients.capturing import checked, definitions
from apps.patients.errors import PatientMerged
from apps.patients.models import CapturedValue, CaptureField, FieldKind, Patient, Stage
from kernel import clock
from kernel.errors import REQUIRED, Expectation, InvalidValue, StateConflict
from kernel.rows import create_row, update_row

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
FIELD_KEY = Expectation(
    "field_key", "须以小写字母开头,由小写字母、数字、下划线组成,最多 40 位",
    "A small letter, then small letters, digits and underscores, 40 at most.",
)  # fmt: skip
FIELD_DICTIONARY = Expectation(
    "field_dictionary", "单选、多选字段须指定已有的数据字典,其他字段不填",
    "A field of choices names a dictionary that exists, others name none.",
)  # fmt: skip


def create_field(**fields: Any) -> CaptureField:
    """Add a field to a stage, or give a shipped one the hospital's own form. DuplicateValue, InvalidValue."""
    field = CaptureField(**fields)
    if not _KEY.fullmatch(field.key):
        raise InvalidValue(field="key", expected=FIELD_KEY)
    _check_dictionary(field)
    return create_row(CaptureField, **fields)


def update_field(field: CaptureField, *, version: int, **changes: Any) -> CaptureField:
    """Change a field read at `version`; values captured before stay as they are. StaleVersion, InvalidValue."""
    for name, value in changes.items():
        setattr(field, name, value)
    _check_dictionary(field)
    return update_row(field, version=version, **changes)


@transaction.atomic
def capture(
    *, patient: Patient, stage: Stage, values: Mapping[str, Any], by_id: UUID | None
) -> list[CapturedValue]:
    """Write down what was learnt at a stage; what did not change is not written again. Returns what is new.

    InvalidValue names the field: unknown or out of force, of the wrong kind, or required and missing. PatientMerged,
    StateConflict for an inactive archive.
    """
    row = Patient.objects.select_for_update(no_key=True, of=("self",)).get(pk=patient.pk)
    if row.merged_into_id is not None:
        raise PatientMerged(merged_into_id=str(row.merged_into_id))
    if not row.is_active:
        raise StateConflict
    fields = {d.key: d for d in definitions(row.hospital_id) if d.stage == stage and d.is_active}
    for key in values:
        if key not in fields:
            raise InvalidValue(field=f"values.{key}", choices=fields)
    clean = {key: checked(fields[key], value, row.hospital_id) for key, value in values.items()}
    live = {v.key: v for v in CapturedValue.objects.filter(patient=row, stage=stage, ended_at=None)}
    for key, definition in fields.items():
        known = clean.get(key, live[key].value if key in live else None)
        if definition.required and known is None:
            raise InvalidValue(field=f"values.{key}", expected=REQUIRED)
    now = clock.now()
    changed = {k: v for k, v in clean.items() if v != (live[k].value if k in live else None)}
    ended = [live[key].pk for key in changed if key in live]
    CapturedValue.objects.filter(pk__in=ended).update(ended_at=now, updated_at=now)
    new = [
        CapturedValue(
            hospital_id=row.hospital_id, patient=row, stage=stage, key=key, label=fields[key].label, value=value,
            by_id=by_id,
        )
        for key, value in changed.items()
    ]  # fmt: skip
    return CapturedValue.objects.bulk_create(new)


def _check_dictionary(field: CaptureField) -> None:
    chooses = field.kind in (FieldKind.CHOICE, FieldKind.MULTI)
    known = Dictionary.objects.filter(code=field.dictionary, hospital__in=[field.hospital_id]) | (
        Dictionary.objects.filter(code=field.dictionary, hospital=None)
    )
    if chooses != bool(field.dictionary) or (chooses and not known.exists()):
        raise InvalidValue(field="dictionary", expected=FIELD_DICTIONARY)
