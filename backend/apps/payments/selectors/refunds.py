"""Refunds as other apps ask about them: by the subjects whose money goes back."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from apps.payments.models import PaymentOrderLine, Refund, RefundCause, RefundLine, RefundRoute
from apps.payments.states import RefundState

Ids = Iterable[UUID]


def subjects_of(refund_id: UUID, subject_type: str) -> list[UUID]:
    """Those of the type whose money the refund gives back."""
    lines = PaymentOrderLine.objects.filter(subject_type=subject_type, refund_lines__refund_id=refund_id)
    return list(lines.order_by("subject_id").values_list("subject_id", flat=True))


def reversed_subjects(subject_type: str, subject_ids: Ids) -> set[UUID]:
    """Those whose money a clerk has handed back by a reversal."""
    parts = _parts(subject_type, subject_ids).filter(refund__cause=RefundCause.REVERSED)
    return set(parts.values_list("line__subject_id", flat=True))


def is_back(subject_type: str, subject_id: UUID) -> bool:
    """Whether every refund of the subject has succeeded, but for those that did not come about."""
    waiting = _parts(subject_type, [subject_id]).exclude(
        refund__state__in=(RefundState.SUCCEEDED, RefundState.CANCELLED)
    )
    return not waiting.exists()


def _parts(subject_type: str, subject_ids: Ids) -> QuerySet[RefundLine]:
    return RefundLine.objects.filter(line__subject_type=subject_type, line__subject_id__in=list(subject_ids))


def is_reversal(refund_id: UUID) -> bool:
    """Whether a clerk has handed the money back: the fee is due again."""
    return Refund.objects.filter(pk=refund_id, cause=RefundCause.REVERSED).exists()


def waiting_for_a_clerk(order_ids: Ids) -> QuerySet[Refund]:
    """Refunds of these orders that failed on the way they came by: somebody has to hand the money back."""
    return Refund.objects.filter(
        order__in=list(order_ids), state=RefundState.FAILED, route=RefundRoute.ORIGINAL
    )
