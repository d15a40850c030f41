from apps.reconciliation.models.bill import BillSource, SuppliedBill
from apps.reconciliation.models.difference import Action, Difference, DifferenceKind, Direction
from apps.reconciliation.models.run import CounterpartyKind, ReconciliationRun

__all__ = [
    "Action",
    "BillSource",
    "CounterpartyKind",
    "Difference",
    "DifferenceKind",
    "Direction",
    "ReconciliationRun",
    "SuppliedBill",
]
