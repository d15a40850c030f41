"""缴费记录: payment orders and refunds as the front ends show them."""

from django.db.models import Prefetch, QuerySet

from apps.identity.models import WeChatAccount
from apps.patients.selectors import bound_patients
from apps.payments.models import PaymentAttempt, PaymentOrder, PaymentOrderLine, PaymentScene, Refund

LINES = Prefetch("lines", PaymentOrderLine.objects.order_by("position"))
ATTEMPTS = Prefetch("attempts", PaymentAttempt.objects.order_by("id"))
REFUNDS = Prefetch("refunds", Refund.objects.order_by("id"))


def orders_of(account: WeChatAccount) -> QuerySet[PaymentOrder]:
    """Orders of the patients that are bound to the account now, whoever opened them."""
    return PaymentOrder.objects.filter(patient_id__in=bound_patients(account))


def deposits_opened_by(account: WeChatAccount) -> QuerySet[PaymentOrder]:
    """Orders of inpatient deposits that the account opened itself: a relative pays who is not bound to the patient."""
    return PaymentOrder.objects.filter(account=account, scene=PaymentScene.INPATIENT_DEPOSIT)


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
