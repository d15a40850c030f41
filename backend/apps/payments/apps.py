from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """支付: orders, attempts, channels, the double-entry ledger, refunds, reconciliation."""

    name = "apps.payments"
    label = "payments"
