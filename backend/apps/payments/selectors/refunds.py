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


def find(refund_id: UUID) -> Refund:
    """The refund with what its notice names."""
    return Refund.objects.select_related("hospital", "patient").get(pk=refund_id)


def decided_by(*decision_ids: UUID) -> QuerySet[Refund]:
    """Refunds that these refund requests have led to, in key order."""
    return Refund.objects.filter(decision_id__in=decision_ids).order_by("pk")


def amounts_of(refund_id: UUID, subject_type: str) -> list[tuple[UUID, int]]:
    """How much the refund gives back of which subject of the type, by subject."""
    parts = RefundLine.objects.filter(refund_id=refund_id, line__subject_type=subject_type)
    return list(parts.order_by("line__subject_id").values_list("line__subject_id", "amount_fen"))


def active_parts(line_id: UUID) -> QuerySet[RefundLine]:
    """What has gone back of a line, or is on its way."""
    return RefundLine.objects.filter(line_id=line_id).exclude(refund__state=RefundState.CANCELLED)


def numbers_of(refund_ids: Ids) -> dict[UUID, str]:
    """退费单号 by refund."""
    return dict(Refund.objects.filter(pk__in=list(refund_ids)).values_list("pk", "refund_no"))


def _parts(subject_type: str, subject_ids: Ids) -> QuerySet[RefundLine]:
    return RefundLine.objects.filter(line__subject_type=subject_type, line__subject_id__in=list(subject_ids))


def is_reversal(refund_id: UUID) -> bool:
    """Whether a clerk has handed the money back: the fee is due again."""
    return Refund.objects.filter(pk=refund_id, cause=RefundCause.REVERSED).exists()


def on_the_way_to_a_clerk(order_ids: Ids) -> bool:
    """Whether refunds of these orders by the way they came are still being tried."""
    tried = (RefundState.CREATED, RefundState.PROCESSING)
    rows = Refund.objects.filter(order__in=list(order_ids), state__in=tried)
    return rows.filter(
        route=RefundRoute.ORIGINAL, cause__in=(RefundCause.NOT_POSTED, RefundCause.LATE)
    ).exists()


def waiting_for_a_clerk(order_ids: Ids) -> QuerySet[Refund]:
    """Refunds of these orders that failed on the way they came by: somebody has to hand the money back."""
    return Refund.objects.filter(
        order__in=list(order_ids), state=RefundState.FAILED, route=RefundRoute.ORIGINAL
    )
