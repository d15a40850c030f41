"""Whether a stay is settled: nothing of it changes then. The stay's row is locked by who asks."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from apps.inpatient import errors
from apps.inpatient.models import Admission, DischargeSettlement, InpatientCharge
from apps.inpatient.states import STANDING
from kernel.locks import lock_rows


def standing(*admission_ids: UUID) -> DischargeSettlement | None:
    """The settlement of any of the stays that stands."""
    return DischargeSettlement.objects.filter(admission__in=admission_ids, state__in=STANDING).first()


def check_not_settled(*admission_ids: UUID) -> None:
    """StaySettled."""
    found = standing(*admission_ids)
    if found is not None:
        raise errors.StaySettled(settlement_id=str(found.pk), external_ids=[])


def lock_stays(admission_ids: Iterable[UUID]) -> None:
    """None of the stays is settled until the caller's transaction ends. Before any row of theirs is written."""
    lock_rows(Admission.objects.filter(pk__in=set(admission_ids)))


def check_late(rows: Sequence[InpatientCharge]) -> None:
    """StaySettled with the keys of those new rows that are of settled stays. Under `lock_stays`."""
    keys = {row.admission_id for row in rows}
    settled = DischargeSettlement.objects.filter(admission__in=keys, state__in=STANDING)
    found = dict(settled.values_list("admission_id", "pk"))
    late = [row for row in rows if row.admission_id in found]
    if late:
        raise errors.StaySettled(
            settlement_id=str(found[late[0].admission_id]),
            external_ids=[row.external_id for row in late if row.external_id],
        )
