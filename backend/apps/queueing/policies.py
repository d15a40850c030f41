"""Rows are reached by hospital, department, as the doctor's own, or as one who calls from the queue."""

from django.db.models import Q

from apps.access.actor import Actor
from apps.access.policies import OfOwnHospitalPolicy, Policy, hide, policy_for
from apps.queueing.models import (
    Queue,
    QueueDay,
    QueueMember,
    QueuePriority,
    QueueRule,
    QueueScreen,
    QueueTicket,
)
from apps.queueing.selectors.boards import served_by
from apps.scheduling.policies import OfPractitioner

hide(QueueDay, QueueMember)


class OfQueue(OfPractitioner):
    """Also reached by the doctors who call from the queue."""

    queue = "pk"

    def arms(self, actor: Actor, code: str, grant: str = "view") -> list[Q]:
        arms = super().arms(actor, code, grant)
        scope = actor.scope(code)
        if scope is not None and not scope.everything and actor.hospital_id not in scope.hospitals:
            arms.append(Q(**{f"{self.queue}__in": served_by(actor.staff_id).values("pk")}))
        return arms


@policy_for(Queue)
class QueuePolicy(OfQueue):
    pass


@policy_for(QueueTicket)
class QueueTicketPolicy(OfQueue):
    queue = "queue"
    owners = ("practitioner_id", "served_by_id")


@policy_for(QueueScreen)
class QueueScreenPolicy(Policy):
    department = "department_id"


@policy_for(QueueRule)
class QueueRulePolicy(Policy):
    department = "department_id"


@policy_for(QueuePriority)
class QueuePriorityPolicy(OfOwnHospitalPolicy):
    pass
