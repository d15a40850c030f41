from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Bills with their charge items, invoices, card top-ups and refund decisions."""

    name = "apps.billing"
    label = "billing"

    def ready(self) -> None:
        """HIS may be our own tables; bills and top-ups can be paid; cards hold money; refunds are decided on."""
        from apps.billing import prepaid  # noqa: F401 - its kind is declared
        from apps.billing.adapters.embedded import EmbeddedHis
        from apps.billing.payables import Bills, CardTopUps
        from apps.billing.ports import REFUNDS
        from apps.billing.selectors.held_cards import names_of_cards
        from apps.billing.services.refund_approval import KIND as REFUND
        from apps.identity import his
        from apps.payments import payables
        from apps.payments.owners import owned_by
        from apps.payments.ports import POSTING
        from apps.payments.types import AccountKind
        from apps.worklist import approvals

        owned_by(AccountKind.CARD_BALANCE, names_of_cards)
        his.register(his.EMBEDDED, POSTING, EmbeddedHis)
        his.register(his.EMBEDDED, REFUNDS, EmbeddedHis)
        payables.register(Bills())
        payables.register(CardTopUps())
        approvals.register(REFUND)
