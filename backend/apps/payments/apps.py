from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """支付: orders, attempts, channels, the double-entry ledger, refunds, reconciliation."""

    name = "apps.payments"
    label = "payments"

    def ready(self) -> None:
        """Know the channels, and what keeps a day open."""
        from apps.payments.channels.catalogue import declare_all
        from apps.payments.day_blockers import register
        from apps.payments.services.unposted import KIND

        declare_all()
        register(KIND)
