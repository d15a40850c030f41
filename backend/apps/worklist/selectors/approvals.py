"""审批: who may decide on which step, and approvals as people see them."""

from collections import defaultdict

from django.db.models import BooleanField, Case, Prefetch, Q, QuerySet, Value, When

from apps.access.actor import Actor, Scope
from apps.access.models import StaffRole
from apps.identity.models import StaffDepartment
from apps.identity.selectors import records_of_persons
from apps.worklist.approvals import deciding_codes
from apps.worklist.models import Approval, ApprovalStep
from apps.worklist.states import ApprovalState, StepState
from kernel import clock


def deciding(actor: Actor) -> Q:
    """The steps that are the actor's to decide on, whatever their state: by permission and reach, or by role."""
    by_scope: dict[Scope, list[str]] = defaultdict(list)
    for code in sorted(deciding_codes()):
        scope = actor.scope(code)
        if scope is not None:
            by_scope[scope].append(code)
    condition = _by_role(actor)
    for scope, codes in by_scope.items():
        condition |= Q(permission__in=codes) & _within(scope, actor)
    return condition


def _by_role(actor: Actor) -> Q:
    held = StaffRole.objects.filter(staff_id=actor.staff_id, role__is_active=True)
    places = StaffDepartment.objects.filter(staff_id=actor.staff_id)
    here = Q(department=None) | Q(department__in=places.values("department_id"))
    return here & Q(hospital_id=actor.hospital_id, role__in=held.values("role_id"))


def _within(scope: Scope, actor: Actor) -> Q:
    if scope.everything:
        return Q(hospital__isnull=False)
    reach = Q(owner=actor.staff_id)
    if scope.hospitals:
        reach |= Q(hospital__in=sorted(scope.hospitals))
    if scope.departments:
        reach |= Q(department__in=sorted(scope.departments))
    return reach


def may_decide(step: ApprovalStep, actor: Actor | None) -> bool:
    """Whether the step is for the actor to decide on; that it is not the own request is another question."""
    return actor is not None and ApprovalStep.objects.filter(deciding(actor), pk=step.pk).exists()


def of_steps(steps: QuerySet[ApprovalStep]) -> Q:
    """The approvals with one of these steps."""
    return Q(pk__in=steps.values("approval_id"))


def seen_by_deciding(actor: Actor) -> Q:
    """Approvals of which a step is the actor's to decide on, or was decided by the actor."""
    return of_steps(ApprovalStep.objects.filter(deciding(actor) | Q(decided_by=actor.staff_id)))


def to_decide(actor: Actor) -> Q:
    """Approvals that wait for the actor now."""
    mine = ApprovalStep.objects.filter(deciding(actor), state=StepState.OPEN)
    before = ApprovalStep.objects.filter(decided_by=actor.staff_id)
    own = Q(requester__isnull=False, requester=actor.staff_id)
    return of_steps(mine) & ~own & ~of_steps(before)


def as_seen_by(actor: Actor, approvals: QuerySet[Approval]) -> QuerySet[Approval]:
    """With `may_decide` and `may_withdraw` of the actor, whose other records count for what is the own request."""
    standing = Q(state=ApprovalState.REQUESTED) & (Q(expires_at=None) | Q(expires_at__gt=clock.now()))
    asked = Q(requester__isnull=False, requester__in=records_of_persons([actor.staff_id]))
    return approvals.annotate(
        may_decide=_whether(standing & to_decide(actor) & ~asked),
        may_withdraw=_whether(standing & Q(requester__isnull=False, requester=actor.staff_id)),
    )


def _whether(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def decided(actor: Actor) -> Q:
    """Approvals with a decision of the actor."""
    return of_steps(ApprovalStep.objects.filter(decided_by=actor.staff_id))


def detailed(approvals: QuerySet[Approval]) -> QuerySet[Approval]:
    """With what one of them shows: everybody's names, and the steps in their order."""
    steps = ApprovalStep.objects.select_related("role", "department", "decided_by").order_by("number")
    people = approvals.select_related("hospital", "department", "owner", "requester", "decided_by")
    return people.prefetch_related(Prefetch("steps", steps))
