from django.db.models import Q

from apps.access.actor import Actor
from apps.access.policies import Policy, policy_for
from apps.reports.models import ReportJob, ReportSchedule

VIEW_ALL = "reports.job.view_all"


class OwnersPolicy(Policy):
    """One's own, and those of the whole hospital with a code that says so."""

    owners = ("owner_id",)

    def arms(self, actor: Actor, code: str, grant: str = "view") -> list[Q]:
        if actor.has(VIEW_ALL):
            return super().arms(actor, code, grant)
        return [Q(owner_id=actor.staff_id)] if actor.has(code) else []


@policy_for(ReportJob)
class ReportJobPolicy(OwnersPolicy):
    """By owner."""


@policy_for(ReportSchedule)
class ReportSchedulePolicy(OwnersPolicy):
    """By owner."""
