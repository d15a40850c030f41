"""缴费记录: payment orders and refunds as the front ends show them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import F, Prefetch, QuerySet

from apps.identity.models import WeChatAccount
from apps.patients.selectors import bound_patients
from apps.payments.channels.base import PayMethod
from apps.payments.channels.counter import AT_COUNTER
from apps.payments.channels.registry import MIXED
from apps.payments.models import PaymentAttempt, PaymentOrder, PaymentOrderLine, Refund
from apps.payments.payables import scenes
from apps.payments.services.ledger import Account
from apps.payments.states import AttemptState, OrderState

LINES = Prefetch("lines", PaymentOrderLine.objects.order_by("position"))
ATTEMPTS = Prefetch("attempts", PaymentAttempt.objects.order_by("id"))
REFUNDS = Prefetch("refunds", Refund.objects.order_by("id"))


def orders_of(account: WeChatAccount) -> QuerySet[PaymentOrder]:
    """Orders of the patients that are bound to the account now, whoever opened them."""
    return PaymentOrder.objects.filter(patient_id__in=bound_patients(account))


def opened_for_strangers(account: WeChatAccount) -> QuerySet[PaymentOrder]:
    """Orders that the account opened itself, of what may be paid by who is not bound to the patient."""
    open_to_all = [scene.value for scene in scenes().values() if scene.for_strangers]
    return PaymentOrder.objects.filter(account=account, scene__in=open_to_all)


def find(order_id: UUID) -> PaymentOrder | None:
    """The order, if there is one."""
    return of_hospitals().filter(pk=order_id).first()


def of_hospitals() -> QuerySet[PaymentOrder]:
    """All orders with their hospital; whoever shows them narrows them to what may be seen."""
    return PaymentOrder.objects.select_related("hospital")


def lines_for(subject_type: str, *orders: UUID) -> QuerySet[PaymentOrderLine]:
    """Lines of the orders about subjects of the type, in key order."""
    return PaymentOrderLine.objects.filter(order__in=orders, subject_type=subject_type).order_by("pk")


def is_being_paid(subject_type: str, subject_id: UUID, *, state: OrderState | None = None) -> bool:
    """Whether the subject stands in a live order; `state` None: in any state."""
    lines = PaymentOrderLine.objects.filter(subject_type=subject_type, subject_id=subject_id, is_live=True)
    return (lines if state is None else lines.filter(order__state=state)).exists()


def posted_with_rest(order_ids: QuerySet[Any, Any]) -> QuerySet[PaymentOrder]:
    """Those of the orders that are posted and hold something still."""
    return PaymentOrder.objects.filter(
        pk__in=order_ids, state=OrderState.POSTED, refunded_fen__lt=F("amount_fen")
    )


def numbers_of(order_ids: Iterable[UUID]) -> dict[UUID, str]:
    """支付单号 by order."""
    return dict(PaymentOrder.objects.filter(pk__in=list(order_ids)).values_list("pk", "order_no"))


def is_recorded(order: PaymentOrder) -> bool:
    """Whether the order was paid by money that a clerk had taken before."""
    paid_by = order.attempts.filter(state=AttemptState.SUCCEEDED, method=PayMethod.RECORDED)
    return order.channel in AT_COUNTER and paid_by.exists()


def lies_with_a_clerk(order: PaymentOrder) -> bool:
    """Whether a clerk has taken the money, or a part of it, by hand."""
    if order.channel != MIXED:
        return order.channel in AT_COUNTER
    return order.attempts.filter(state=AttemptState.SUCCEEDED, channel__in=AT_COUNTER).exists()


def recorded_for(subject_type: str, subject_ids: Iterable[UUID]) -> QuerySet[PaymentOrder]:
    """Orders of these subjects that were paid by money that a clerk had taken before, the oldest first."""
    lines = PaymentOrderLine.objects.filter(subject_type=subject_type, subject_id__in=list(subject_ids))
    attempts = PaymentAttempt.objects.filter(state=AttemptState.SUCCEEDED, method=PayMethod.RECORDED)
    return PaymentOrder.objects.filter(
        pk__in=attempts.filter(order__in=lines.values("order_id")).values("order_id")
    ).order_by("pk")


def refunds_of(account: WeChatAccount) -> QuerySet[Refund]:
    """Refunds of the patients that are bound to the account now."""
    return Refund.objects.select_related("patient").filter(patient_id__in=bound_patients(account))


def listed(queryset: QuerySet[PaymentOrder]) -> QuerySet[PaymentOrder]:
    """What a row of a list shows besides the order: its lines and the patient's name."""
    return queryset.select_related("hospital", "patient").prefetch_related(LINES)


def whole(queryset: QuerySet[PaymentOrder]) -> QuerySet[PaymentOrder]:
    """An order with all that hangs on it."""
    return queryset.select_related("hospital", "patient", "opened_by").prefetch_related(
        LINES, ATTEMPTS, REFUNDS
    )


def order_of(subject_type: str, subject_id: UUID) -> PaymentOrder | None:
    """The order that pays the subject, or is to; else the newest that has it among its lines."""
    lines = PaymentOrderLine.objects.filter(subject_type=subject_type, subject_id=subject_id)
    newest = lines.select_related("order").order_by("-is_live", "-order_id").first()
    return newest.order if newest else None


def orders_about(subject_type: str, subject_ids: Iterable[UUID]) -> list[UUID]:
    """Every order that has one of the subjects among its lines."""
    lines = PaymentOrderLine.objects.filter(subject_type=subject_type, subject_id__in=list(subject_ids))
    return list(lines.values_list("order_id", flat=True))


def orders_into(account: Account, order_ids: Iterable[UUID]) -> QuerySet[PaymentOrder]:
    """Those of the orders that are posted, have a line whose money is the account's, and hold something still."""
    lines = PaymentOrderLine.objects.filter(
        order__in=list(order_ids), ledger_kind=account.kind, ledger_owner=account.owner
    )
    return posted_with_rest(lines.values("order_id"))


def lines_into(account: Account, *order_ids: UUID) -> dict[UUID, UUID]:
    """By order the line whose money is the account's."""
    lines = PaymentOrderLine.objects.filter(
        order__in=order_ids, ledger_kind=account.kind, ledger_owner=account.owner
    )
    return dict(lines.values_list("order_id", "pk"))
