from django.db.models import Q

from apps.access.actor import Actor
from apps.access.policies import Policy, hide, policy_for
from apps.cashier.models import BankDeposit, CashDrawer, CashierShift, ShiftEntry, ShiftTender

VIEW_ALL = "cashier.shift.view_all"


@policy_for(CashDrawer)
class CashDrawerPolicy(Policy):
    """By hospital; of a department where it stands in one."""

    department = "department_id"


@policy_for(CashierShift)
class CashierShiftPolicy(Policy):
    """One's own shifts and those handed over to one; of the whole hospital with a code that says so."""

    owners = ("clerk_id", "receiver_id")

    def arms(self, actor: Actor, code: str, grant: str = "view") -> list[Q]:
        if actor.has(VIEW_ALL):
            return super().arms(actor, code, grant)
        return [Q(**{owner: actor.staff_id}) for owner in self.owners] if actor.has(code) else []


@policy_for(BankDeposit)
class BankDepositPolicy(Policy):
    """By hospital."""


hide(ShiftEntry)
hide(ShiftTender)
