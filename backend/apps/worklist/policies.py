from django.db.models import Q

from apps.access.actor import Actor
from apps.access.policies import OfOwnHospitalPolicy, Policy, policy_for
from apps.worklist.models import WorkDuty, WorkItem
from apps.worklist.selectors.items import arms_of


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
