"""`audited()` for `Meta.triggers`: every insert, update and delete of the table is written to the operation log."""

from collections.abc import Iterable
from typing import Any

import pgtrigger

from kernel.crypto.fields import BlindIndexField, EncryptedTextField

ALWAYS_EXCLUDED = ("updated_at",)


class AuditTrigger(pgtrigger.Trigger):
    """Calls audit_record() (made by audit's first migration) with the columns to leave out and to name only."""

    def __init__(self, *, exclude: Iterable[str] = (), hospital: str = "") -> None:
        self.exclude, self.hospital = tuple(exclude), hospital
        operation = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete
        super().__init__(name="audit", when=pgtrigger.After, operation=operation)

    def get_func(self, model: Any) -> str:
        fields = model._meta.concrete_fields
        skipped = [str(f.column) for f in fields if isinstance(f, BlindIndexField)] + [
            *ALWAYS_EXCLUDED,
            *self.exclude,
        ]
        sealed = [str(f.column) for f in fields if isinstance(f, EncryptedTextField)]
        return (
            f"PERFORM audit_record('{model._meta.label_lower}', TG_OP, "
            "CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, "
            "CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, "
            f"{_array(skipped)}, {_array(sealed)}{f', ({self.hospital})' if self.hospital else ''}); RETURN NULL;"
        )


def _array(names: list[str]) -> str:
    return f"ARRAY[{', '.join(repr(n) for n in names)}]::text[]"


def audited(*, exclude: Iterable[str] = (), hospital: str = "") -> Any:
    """The trigger; `exclude` names columns whose values (secrets, counters) never enter the log.

    `hospital` is for tables without a `hospital_id`: an SQL expression over NEW and OLD that yields the hospital whose
    administrators read the line, e.g. "SELECT hospital_id FROM t WHERE id = coalesce(NEW.t_id, OLD.t_id)".
    """
    return AuditTrigger(exclude=exclude, hospital=hospital)
