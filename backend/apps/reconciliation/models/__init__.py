from apps.reconciliation.models.bill import BillSource, SuppliedBill
from apps.reconciliation.models.difference import (
    Action,
    Difference,
    DifferenceKind,
    Direction,
    ReasonCode,
)
from apps.reconciliation.models.run import CounterpartyKind, ReconciliationRun

__all__ = [
    "Action",
    "BillSource",
    "CounterpartyKind",
    "Difference",
    "DifferenceKind",
    "Direction",
    "ReasonCode",
    "ReconciliationRun",
    "SuppliedBill",
]
