"""Whether a stay is settled: nothing of it changes then. The stay's row is locked by who asks."""

from collections.abc import Iterable
from uuid import UUID

from apps.inpatient import errors
from apps.inpatient.models import Admission, DischargeSettlement
from apps.inpatient.states import STANDING
from kernel.locks import lock_rows


def standing(*admission_ids: UUID) -> DischargeSettlement | None:
    """The settlement of any of the stays that stands."""
    return DischargeSettlement.objects.filter(admission__in=admission_ids, state__in=STANDING).first()


def check_not_settled(*admission_ids: UUID) -> None:
    """StaySettled."""
    found = standing(*admission_ids)
    if found is not None:
        raise errors.StaySettled(settlement_id=str(found.pk))


def lock_unsettled(admission_ids: Iterable[UUID]) -> None:
    """StaySettled; none of the stays is settled until the caller's transaction ends."""
    keys = set(admission_ids)
    lock_rows(Admission.objects.filter(pk__in=keys))
    check_not_settled(*keys)
