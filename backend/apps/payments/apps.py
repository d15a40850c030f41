from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """支付: orders, attempts, channels, the double-entry ledger, refunds, reconciliation."""

    name = "apps.payments"
    label = "payments"

    def ready(self) -> None:
        """Know the channels, what keeps a day open, and who owes what was short."""
        from apps.identity.selectors import names_of_staff
        from apps.payments.channels.catalogue import declare_all
        from apps.payments.day_blockers import register
        from apps.payments.models import AccountKind
        from apps.payments.owners import owned_by
        from apps.payments.services.unposted import KIND

        declare_all()
        register(KIND)
        owned_by(AccountKind.SHORT_RECEIVABLE, names_of_staff)
