"""What a third-party application has paid and given back: its own, and nothing of others."""

from uuid import UUID

from django.db.models import QuerySet

from apps.identity.models import PartnerApplication
from apps.payments.models import PaymentAttempt, PaymentOrder, Refund
from apps.payments.selectors.orders import LINES


def orders_of_partner(application: PartnerApplication | None) -> QuerySet[PaymentOrder]:
    """Orders that it opened, with their lines; of nobody none."""
    return PaymentOrder.objects.filter(partner=application, partner__isnull=False).prefetch_related(LINES)


def refunds_of_partner(application: PartnerApplication | None) -> QuerySet[Refund]:
    """Whatever goes back of its orders, whoever asked for it; of nobody none."""
    return Refund.objects.select_related("order").filter(
        order__partner=application, order__partner__isnull=False
    )


def attempt_of_partner(application: PartnerApplication, attempt_id: UUID) -> PaymentAttempt | None:
    """An attempt to pay one of its orders."""
    rows = PaymentAttempt.objects.select_related("order")
    return rows.filter(pk=attempt_id, order__partner=application).first()


def opened_by(order_id: UUID) -> UUID | None:
    """The application that opened the order, if one did."""
    return PaymentOrder.objects.filter(pk=order_id).values_list("partner_id", flat=True).first()
