from django.apps import AppConfig


class CashierConfig(AppConfig):
    """收费员: shifts of clerks, the cash in their drawers, and its way to the bank."""

    name = "apps.cashier"
    label = "cashier"

    def ready(self) -> None:
        """Keep the drawers that payments ask about."""
        from apps.cashier.adapters.drawers import CashOfShifts
        from apps.payments.drawers import register

        register(CashOfShifts())
