from django.apps import AppConfig


class CashierConfig(AppConfig):
    """收费员: shifts of clerks, the cash in their drawers, and its way to the bank."""

    name = "apps.cashier"
    label = "cashier"

    def ready(self) -> None:
        """Keep the drawers that payments ask about; say what keeps a day open, and who reopens one."""
        from apps.cashier.adapters.drawers import CashOfShifts
        from apps.cashier.selectors import names_of_shifts
        from apps.cashier.services import open_day, reopening
        from apps.payments import day_blockers, drawers
        from apps.payments.owners import owned_by
        from apps.payments.types import AccountKind
        from apps.worklist import approvals

        drawers.register(CashOfShifts())
        day_blockers.register(open_day.KIND)
        owned_by(AccountKind.CASH_DRAWER, names_of_shifts)
        for kind in reopening.KINDS:
            approvals.register(kind)
