from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    """What the product is connected to: the hospital information system."""

    name = "apps.integrations"
    label = "integrations"

    def ready(self) -> None:
        """HIS may be reached over HTTP, and bills come from there."""
        from apps.billing.ports import BILLS, REFUNDS
        from apps.identity import his
        from apps.integrations.adapters.http_his import HttpHis
        from apps.integrations.services.pull_bills import HttpBillFeed
        from apps.payments.ports import POSTING

        his.register("http", POSTING, HttpHis)
        his.register("http", REFUNDS, HttpHis)
        his.register("http", BILLS, HttpBillFeed)
