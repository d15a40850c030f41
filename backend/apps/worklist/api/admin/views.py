"""待办 and the duties that decide whose they are."""

from typing import Any
from uuid import UUID

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.access.scoped.views import CrudViewSet, ListMixin, RetrieveMixin, ScopedViewSet
from apps.identity.models import StaffMember
from apps.worklist import errors
from apps.worklist.api.admin import serializers as io
from apps.worklist.kinds import KINDS
from apps.worklist.models import WorkDuty, WorkItem
from apps.worklist.selectors.items import item_rows, my_items
from apps.worklist.services import duties, items
from apps.worklist.services.hand_over import hand_over
from apps.worklist.states import Level, WorkState
from kernel.errors import DuplicateValue, InvalidValue, StateConflict
from kernel.http.schema import raises


class WorkItemFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    department_id = django_filters.UUIDFilter()
    executor_id = django_filters.UUIDFilter()
    kind = django_filters.CharFilter(max_length=60)
    state = django_filters.MultipleChoiceFilter(choices=[(s.value, s.value) for s in WorkState])
    level = django_filters.ChoiceFilter(choices=Level.choices)
    due_before = django_filters.IsoDateTimeFilter(field_name="due_at", lookup_expr="lt")


@extend_schema(tags=["worklist"])
class WorkItemViewSet(ListMixin, RetrieveMixin, ScopedViewSet):
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

    def base_queryset(self) -> Any:
        return item_rows()

    @extend_schema(request=None, responses=io.WorkItemSerializer)
    @raises(StateConflict, errors.AlreadyTaken)
    def take(self, request: Any, pk: UUID) -> Response:
        """领取: make work of a role the own."""
        return self._shown(items.take(self.get_object(), staff=self._me()))

    @extend_schema(request=io.FinishSerializer, responses=io.WorkItemSerializer)
    @raises(StateConflict)
    def finish(self, request: Any, pk: UUID) -> Response:
        """办结: say what was done."""
        item, data = self.get_object(), self._body(io.FinishSerializer)
        return self._shown(items.finish(item, staff=self._me(), **data))

    @extend_schema(request=io.AssignSerializer, responses=io.WorkItemSerializer)
    @raises(StateConflict, InvalidValue)
    def assign(self, request: Any, pk: UUID) -> Response:
        """分派: give it to a person."""
        item, data = self.get_object(), self._body(io.AssignSerializer)
        return self._shown(items.assign(item, **data))

    @extend_schema(
        request=io.HandOverSerializer, responses=io.HandedOverSerializer, operation_id="work_items_hand_over"
    )
    @raises(InvalidValue)
    def hand_over(self, request: Any) -> Response:
        """工作交接: all open work of somebody goes to another person, in one step."""
        return Response(hand_over(**self._body(io.HandOverSerializer)))

    def _me(self) -> StaffMember:
        return StaffMember.objects.get(pk=self.actor.staff_id)

    def _body(self, kind: type[io.Serializer]) -> dict[str, Any]:
        body = kind(data=self.request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        values: dict[str, Any] = body.validated_data
        return values

    def _shown(self, item: WorkItem) -> Response:
        return Response(self.get_serializer(item_rows().get(pk=item.pk)).data)


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
class WorkDutyViewSet(CrudViewSet):
    """工作职责: executor, manager and supervisor of a kind of work in a hospital."""

    model = WorkDuty
    resource = "worklist.duty"
    codes = {"kinds": "list"}
    serializer_class = io.WorkDutySerializer
    filterset_fields = ["hospital_id", "kind"]
    ordering = ["kind", "id"]

    def base_queryset(self) -> Any:
        return WorkDuty.objects.select_related("hospital", "executor_role", "manager_role", "supervisor_role")

    @raises(DuplicateValue, InvalidValue)
    def perform_create(self, data: dict[str, Any]) -> WorkDuty:
        return duties.create_duty(**data)

    @raises(InvalidValue)
    def perform_update(self, instance: WorkDuty, data: dict[str, Any], version: int) -> WorkDuty:
        return duties.update_duty(instance, version=version, **data)

    def perform_destroy(self, instance: WorkDuty) -> None:
        duties.delete_duty(instance)

    @extend_schema(
        responses=io.WorkKindSerializer(many=True), filters=False, operation_id="work_duties_kinds"
    )
    def kinds(self, request: Any) -> Response:
        """工作类型: every kind of work with its roles by default."""
        known = sorted(KINDS.values(), key=lambda kind: kind.code)
        return Response(io.WorkKindSerializer(known, many=True).data)
