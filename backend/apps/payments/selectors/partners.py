"""What a third-party application has paid and given back: its own, and nothing of others."""

from uuid import UUID

from django.db.models import QuerySet

from apps.identity.models import PartnerApplication
from apps.payments.models import PaymentAttempt, PaymentOrder, Refund
from apps.payments.selectors.orders import LINES


def orders_of_partner(application: PartnerApplication) -> QuerySet[PaymentOrder]:
    """Orders that it opened, with their lines."""
    return PaymentOrder.objects.filter(partner=application).prefetch_related(LINES)


def refunds_of_partner(application: PartnerApplication) -> QuerySet[Refund]:
    """Whatever goes back of its orders, whoever asked for it."""
    return Refund.objects.select_related("order").filter(order__partner=application)


def attempt_of_partner(application: PartnerApplication, attempt_id: UUID) -> PaymentAttempt | None:
    """An attempt to pay one of its orders."""
    return PaymentAttempt.objects.filter(pk=attempt_id, order__partner=application).first()
