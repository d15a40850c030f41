from apps.access.policies import Policy, policy_for
from apps.reconciliation.models import Difference, ReconciliationRun, SuppliedBill


@policy_for(ReconciliationRun)
class ReconciliationRunPolicy(Policy):
    """By hospital."""


@policy_for(Difference)
class DifferencePolicy(Policy):
    """By hospital."""


@policy_for(SuppliedBill)
class SuppliedBillPolicy(Policy):
    """By hospital."""
