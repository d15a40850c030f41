from django.db.models import Q

from apps.access.actor import Actor
from apps.access.policies import OfOwnHospitalPolicy, Policy, hide, policy_for
from apps.worklist.models import Approval, ApprovalStep, Signature, WorkDuty, WorkItem
from apps.worklist.selectors.approvals import deciding, of_steps, seen_by_deciding
from apps.worklist.selectors.items import arms_of

hide(ApprovalStep)


@policy_for(WorkItem)
class WorkItemPolicy(Policy):
    """By hospital and department, and whatever one has to see to oneself."""

    department = "department_id"

    def arms(self, actor: Actor, code: str, grant: str = "view") -> list[Q]:
        arms = super().arms(actor, code, grant)
        scope = actor.scope(code)
        if scope is None or scope.everything:
            return arms
        return [*arms, *arms_of(actor.staff_id)]


@policy_for(WorkDuty)
class WorkDutyPolicy(OfOwnHospitalPolicy):
    pass


@policy_for(Approval)
class ApprovalPolicy(Policy):
    """Seen by who asked, whose it is, who decides, and who oversees the hospital or the department.

    Approving reaches what is the actor's to decide on, withdrawing what the actor asked for, and nobody oversees that.
    """

    department = "department_id"
    owners = ("requester_id", "owner_id")

    def arms(self, actor: Actor, code: str, grant: str = "view") -> list[Q]:
        if not actor.has(code):
            return []
        verb = code.rpartition(".")[2]
        if verb == "withdraw":
            return [Q(requester=actor.staff_id)]
        if verb == "approve":
            return [of_steps(ApprovalStep.objects.filter(deciding(actor)))]
        arms, scope = super().arms(actor, code, grant), actor.scope(code)
        return arms if scope is None or scope.everything else [*arms, seen_by_deciding(actor)]


@policy_for(Signature)
class SignaturePolicy(Policy):
    """Of the hospital as a whole: for who oversees it."""
