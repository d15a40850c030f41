from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Bills with their charge items, invoices, card top-ups and refund decisions."""

    name = "apps.billing"
    label = "billing"

    def ready(self) -> None:
        """HIS may be our own tables."""
        from apps.billing.adapters.embedded import EmbeddedHis
        from apps.billing.ports import POSTING
        from apps.identity import his

        his.register(his.EMBEDDED, POSTING, EmbeddedHis)
