from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    """What the product is connected to: the hospital information system."""

    name = "apps.integrations"
    label = "integrations"

    def ready(self) -> None:
        """HIS may be reached over HTTP, bills come from there, and a platform issues receipts."""
        from apps.billing.ports import BILLS, REFUNDS
        from apps.identity import his
        from apps.integrations.adapters.http_his import HttpHis
        from apps.integrations.adapters.receipt_platform import BOSSSOFT
        from apps.integrations.services.pull_bills import HttpBillFeed
        from apps.payments.ports import POSTING
        from apps.receipts import platforms
        from apps.reconciliation.ports import DAY_BILL

        his.register("http", POSTING, HttpHis)
        his.register("http", REFUNDS, HttpHis)
        his.register("http", BILLS, HttpBillFeed)
        his.register("http", DAY_BILL, HttpHis)
        platforms.register(BOSSSOFT)
