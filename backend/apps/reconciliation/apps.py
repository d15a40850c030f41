from django.apps import AppConfig


class ReconciliationConfig(AppConfig):
    """Every fen agreed with everybody who moves money for us."""

    name = "apps.reconciliation"
    label = "reconciliation"

    def ready(self) -> None:
        """Make the kind of approval known, and what keeps a day open."""
        from apps.payments import day_blockers
        from apps.reconciliation.counterparties.application import ApplicationCounterparty
        from apps.reconciliation.counterparties.his import HisCounterparty
        from apps.reconciliation.counterparties.merchant import Merchant
        from apps.reconciliation.counterparties.registry import register as register_counterparties
        from apps.reconciliation.services import carry_bill, hold_bill
        from apps.reconciliation.services.approval import KIND
        from apps.reconciliation.services.open_day import KINDS
        from apps.worklist.approvals import register

        register_counterparties(Merchant(), HisCounterparty(), ApplicationCounterparty())
        register(KIND)
        register(carry_bill.KIND)
        register(hold_bill.KIND)
        for kind in KINDS:
            day_blockers.register(kind)
