"""What of wards and beds may be changed: nothing that says where patients lie, while they do."""

from typing import Any

from django.db import transaction

from apps.inpatient.errors import WardOccupied
from apps.inpatient.models import Bed, Ward
from apps.inpatient.states import BedState
from kernel import rows
from kernel.locks import lock_rows


@transaction.atomic
def update_ward(ward: Ward, *, version: int, **changes: Any) -> Ward:
    """WardOccupied for another department or name while patients lie there; as `rows.update_row`."""
    if _differs(ward, changes, "department", "name"):
        _check_empty(lock_rows(Bed.objects.filter(ward=ward)))
    return rows.update_row(ward, version=version, **changes)


@transaction.atomic
def update_bed(bed: Bed, *, version: int, **changes: Any) -> Bed:
    """WardOccupied for another code while somebody lies in it; as `rows.update_row`."""
    if _differs(bed, changes, "code"):
        _check_empty(lock_rows(Bed.objects.filter(pk=bed.pk)))
    return rows.update_row(bed, version=version, **changes)


def _differs(row: Any, changes: dict[str, Any], *names: str) -> bool:
    return any(name in changes and changes[name] != getattr(row, name) for name in names)


def _check_empty(beds: list[Bed]) -> None:
    taken = [bed for bed in beds if bed.state == BedState.OCCUPIED]
    if taken:
        raise WardOccupied(count=len(taken))
