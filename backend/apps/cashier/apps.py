from django.apps import AppConfig


class CashierConfig(AppConfig):
    """收费员: shifts of clerks, the cash in their drawers, and its way to the bank."""

    name = "apps.cashier"
    label = "cashier"

    def ready(self) -> None:
        """Keep the drawers that payments ask about; say what keeps a day open, and who reopens one."""
        from apps.cashier.adapters.drawers import CashOfShifts
        from apps.cashier.services import open_day, reopening
        from apps.payments import day_blockers, drawers
        from apps.worklist import approvals

        drawers.register(CashOfShifts())
        day_blockers.register(open_day.KIND)
        for kind in reopening.KINDS:
            approvals.register(kind)
