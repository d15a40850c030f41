from apps.reconciliation.models.difference import Action, Difference, DifferenceKind, Direction
from apps.reconciliation.models.run import ReconciliationRun

__all__ = ["Action", "Difference", "DifferenceKind", "Direction", "ReconciliationRun"]
