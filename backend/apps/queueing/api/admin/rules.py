"""Rules and priority groups of queues."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.access.scoped.views import CrudViewSet
from apps.queueing.api.admin import filters, serializers as io
from apps.queueing.models import QueuePriority, QueueRule
from apps.queueing.selectors.rules import priorities_of
from apps.queueing.services import rules
from kernel.errors import DuplicateValue
from kernel.http.schema import raises


@extend_schema(tags=["queue"])
class QueueRuleViewSet(CrudViewSet):
    """排队规则: how a department's queues are ordered."""

    model = QueueRule
    resource = "queueing.queue_rule"
    serializer_class = io.QueueRuleSerializer
    filterset_class = filters.QueueRuleFilter
    ordering = ["-id"]

    @raises(DuplicateValue)
    def perform_create(self, data: dict[str, Any]) -> QueueRule:
        return rules.create_rule(**data)

    def perform_update(self, instance: QueueRule, data: dict[str, Any], version: int) -> QueueRule:
        data.pop("department", None)
        return rules.change(instance, version=version, **data)

    def perform_destroy(self, instance: QueueRule) -> None:
        rules.remove(instance)


@extend_schema(tags=["queue"])
class QueuePriorityViewSet(CrudViewSet):
    """优先人群: who is called earlier, and by how much."""

    model = QueuePriority
    resource = "queueing.queue_rule"
    codes = {"in_force": "queueing.queue.list"}
    serializer_class = io.QueuePrioritySerializer
    filterset_class = filters.QueuePriorityFilter
    ordering_fields = ["code"]
    ordering = ["-id"]

    @raises(DuplicateValue)
    def perform_create(self, data: dict[str, Any]) -> QueuePriority:
        return rules.create_priority(**data)

    def perform_update(self, instance: QueuePriority, data: dict[str, Any], version: int) -> QueuePriority:
        return rules.change(instance, version=version, **data)

    def perform_destroy(self, instance: QueuePriority) -> None:
        rules.remove(instance)

    @extend_schema(
        responses=io.PriorityInForceSerializer(many=True),
        filters=False,
        operation_id="queue_priorities_in_force",
    )
    def in_force(self, request: Any) -> Response:
        """优先人群在用 The groups of the caller's hospital that count now, shipped ones included."""
        groups = priorities_of(self.actor.hospital_id)
        return Response(io.PriorityInForceSerializer(list(groups.values()), many=True).data)
