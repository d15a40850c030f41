from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """支付: orders, attempts, channels, the double-entry ledger, refunds, reconciliation."""

    name = "apps.payments"
    label = "payments"

    def ready(self) -> None:
        """Know the channels."""
        from apps.payments.channels.catalogue import declare_all

        declare_all()
