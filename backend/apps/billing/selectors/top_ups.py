"""就诊卡充值 as the front ends show them."""

from uuid import UUID

from django.db.models import QuerySet

from apps.billing.models import CardTopUp
from apps.identity.models import WeChatAccount
from apps.patients.selectors import bound_patients
from kernel.errors import NotFound


def top_ups_of(account: WeChatAccount) -> QuerySet[CardTopUp]:
    """Top-ups for the patients that are bound to the account now, whoever pays."""
    return listed(CardTopUp.objects.filter(patient_id__in=bound_patients(account)))


def listed(queryset: QuerySet[CardTopUp]) -> QuerySet[CardTopUp]:
    """With what a row shows; one whose order was never made is nothing to anybody."""
    return queryset.filter(order__isnull=False).select_related("hospital", "patient", "card", "order")


def one(queryset: QuerySet[CardTopUp], top_up_id: UUID) -> CardTopUp:
    """One top-up; NotFound."""
    found = listed(queryset).filter(pk=top_up_id).first()
    if found is None:
        raise NotFound
    return found
