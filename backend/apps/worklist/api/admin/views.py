"""待办 and the duties that decide whose they are."""

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.exporting import ExportMixin
from apps.access.scoped.rows import RowViewSet
from apps.access.scoped.views import ListMixin, RetrieveMixin, ScopedViewSet
from apps.identity.models import StaffMember
from apps.worklist import errors
from apps.worklist.api.admin import serializers as io
from apps.worklist.kinds import KINDS
from apps.worklist.models import WorkDuty, WorkItem
from apps.worklist.selectors.items import item_rows, my_items
from apps.worklist.services import items
from apps.worklist.services.hand_over import hand_over
from apps.worklist.states import WORK, Level
from kernel.errors import InvalidValue, StateConflict
from kernel.http.commands import command
from kernel.http.filters import KnownFilter, in_force


class WorkItemFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    department_id = django_filters.UUIDFilter()
    executor_id = django_filters.UUIDFilter()
    kind = KnownFilter(known=lambda: in_force(KINDS), max_length=60)
    state = django_filters.MultipleChoiceFilter(choices=WORK.choices)
    level = django_filters.ChoiceFilter(choices=Level.choices)
    due_before = django_filters.IsoDateTimeFilter(field_name="due_at", lookup_expr="lt")


@extend_schema(tags=["worklist"])
class WorkItemViewSet(ExportMixin, ListMixin, RetrieveMixin, ScopedViewSet):
    """待办: what somebody has to do by a time."""

    model = WorkItem
    resource = "worklist.item"
    codes = {
        "mine": "list",
        "take": "finish",
        "finish": "finish",
        "assign": "assign",
        "hand_over": "hand_over",
    }
    serializer_class = io.WorkItemSerializer
    filterset_class = WorkItemFilter
    ordering_fields = ["due_at"]
    ordering = ["-id"]
    export_columns = {
        "title": "title", "state": "state", "level": "level", "created_at": "created_at", "due_at": "due_at",
        "hospital__name": "hospital_name", "department__name": "department_name",
        "executor__name": "executor_name", "executor_role__name": "executor_role_name",
        "manager__name": "manager_name", "manager_role__name": "manager_role_name",
        "supervisor__name": "supervisor_name", "supervisor_role__name": "supervisor_role_name",
        "ended_at": "ended_at", "ended_by__name": "ended_by_name", "outcome": "outcome",
    }  # fmt: skip

    def base_queryset(self) -> Any:
        return item_rows()

    @command(answer=io.WorkItemSerializer, raises=(StateConflict, errors.AlreadyTaken, errors.BarredFromWork))
    def take(self, item: WorkItem) -> WorkItem:
        """领取: make work of a role the own."""
        return items.take(item, staff=self.me)

    @command(
        body=io.FinishSerializer,
        answer=io.WorkItemSerializer,
        raises=(StateConflict, errors.WorkEndsByItself),
    )
    def finish(self, item: WorkItem, *, outcome: str) -> WorkItem:
        """办结: say what was done."""
        return items.finish(item, staff=self.me, outcome=outcome)

    @command(body=io.AssignSerializer, answer=io.WorkItemSerializer, raises=(StateConflict, InvalidValue))
    def assign(self, item: WorkItem, *, executor: StaffMember) -> WorkItem:
        """分派: give it to a person."""
        return items.assign(item, executor=executor)

    @command(
        body=io.HandOverSerializer,
        answer=io.HandedOverSerializer,
        raises=(InvalidValue,),
        operation_id="work_items_hand_over",
    )
    def hand_over(self, *, source: StaffMember, target: StaffMember, reason: str) -> dict[str, int]:
        """工作交接: all open work of somebody goes to another person, in one step."""
        return hand_over(source=source, target=target, reason=reason)


@extend_schema(tags=["worklist"])
class MyWorkViewSet(ListMixin, ScopedViewSet):
    """我的待办: own work, work of the own roles and what has climbed up."""

    model = WorkItem
    resource = "worklist.item"
    serializer_class = io.WorkItemSerializer
    filterset_class = WorkItemFilter
    ordering_fields = ["due_at"]
    ordering = ["due_at", "id"]

    def get_queryset(self) -> Any:
        documented = getattr(self, "swagger_fake_view", False)
        return WorkItem.objects.none() if documented else my_items(self.actor.staff_id)

    @extend_schema(operation_id="work_items_mine")
    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """我的待办: what is due first; `state` is open."""
        return super().list(request, *args, **kwargs)


@extend_schema(tags=["worklist"])
class WorkDutyViewSet(RowViewSet):
    """工作职责: executor, manager and supervisor of a kind of work in a hospital."""

    model = WorkDuty
    resource = "worklist.duty"
    codes = {"kinds": "list"}
    columns = ("hospital", "kind", "kind_name", "executor_role", "manager_role", "supervisor_role", "hours")
    declared = {"kind_name": serializers.CharField(read_only=True)}
    fixed = ("hospital", "kind")
    filters = ("hospital", "kind")
    registries = {"kind": KINDS}
    ordering = ["kind", "id"]

    @extend_schema(
        responses=io.WorkKindSerializer(many=True), filters=False, operation_id="work_duties_kinds"
    )
    def kinds(self, request: Any) -> Response:
        """工作类型: every kind of work with its roles by default."""
        known = sorted(KINDS.values(), key=lambda kind: kind.code)
        return Response(io.WorkKindSerializer(known, many=True).data)
