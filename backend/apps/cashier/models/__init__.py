from apps.cashier.models.deposit import BankDeposit
from apps.cashier.models.drawer import CashDrawer
from apps.cashier.models.entry import EntryKind, ShiftEntry
from apps.cashier.models.shift import CashierShift
from apps.cashier.models.tender import ShiftTender

__all__ = ["BankDeposit", "CashDrawer", "CashierShift", "EntryKind", "ShiftEntry", "ShiftTender"]
