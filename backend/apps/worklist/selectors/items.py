"""待办 as people see them."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.access.models import StaffRole
from apps.identity.models import StaffDepartment, StaffMember
from apps.identity.states import StaffState
from apps.worklist.models import WorkItem
from apps.worklist.states import Level, WorkState

MAX_TOLD = 50


def item_rows() -> QuerySet[WorkItem]:
    """Items with what a list shows of them."""
    return WorkItem.objects.select_related(
        "hospital", "department", "executor", "manager", "supervisor", "ended_by", "executor_role",
        "manager_role", "supervisor_role",
    )  # fmt: skip


def arms_of(staff_id: UUID) -> list[Q]:
    """What somebody has to see to: own work, work of the held roles, and what has climbed up to the person."""
    roles = list(StaffRole.objects.filter(staff_id=staff_id).values_list("role_id", flat=True))
    places = list(StaffDepartment.objects.filter(staff_id=staff_id).values_list("department_id", flat=True))
    here = Q(department=None) | Q(department__in=places)
    hospital = Q(hospital__in=StaffMember.objects.filter(pk=staff_id).values("hospital"))
    held = hospital & here & Q(executor=None, executor_role__in=roles) & ~Q(barred__contains=[staff_id])
    arms = [Q(executor=staff_id), held]
    for level, place in ((Level.MANAGER, "manager"), (Level.SUPERVISOR, "supervisor")):
        climbed = Q(level__gte=level)
        arms.append(climbed & Q(**{place: staff_id}))
        arms.append(climbed & hospital & Q(**{place: None, f"{place}_role__in": roles}))
    return arms


def my_items(staff_id: UUID) -> QuerySet[WorkItem]:
    """The open list of a person, what is due first."""
    mine = Q()
    for arm in arms_of(staff_id):
        mine |= arm
    return item_rows().filter(mine, state=WorkState.OPEN).order_by("due_at", "id")


def people_of(item: WorkItem, level: Level) -> Iterable[StaffMember]:
    """Who has to see to an item at that level: the person, else the active holders of the role in the hospital."""
    place = ("executor", "manager", "supervisor")[level]
    person = getattr(item, place)
    if person is not None:
        return [person]
    active = StaffMember.objects.filter(hospital_id=item.hospital_id, status=StaffState.ACTIVE)
    holders = active.filter(staff_roles__role=getattr(item, f"{place}_role")).distinct()
    return holders.order_by("id")[:MAX_TOLD]
