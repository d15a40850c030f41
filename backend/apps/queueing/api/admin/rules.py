"""Rules and priority groups of queues."""

from collections.abc import Iterator
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.access.scoped.code_options import CodeOptionsView, code_options
from apps.access.scoped.rows import RowViewSet
from apps.identity.models import Hospital
from apps.queueing.api.admin import serializers as io
from apps.queueing.models import QueuePriority, QueueRule
from apps.queueing.selectors.rules import priorities_of
from kernel.expectations import LOWER_CODE
from kernel.http.fields import PatternField


@extend_schema(tags=["queue"])
class QueueRuleViewSet(RowViewSet):
    """排队规则: how a department's queues are ordered."""

    model = QueueRule
    resource = "queueing.queue_rule"
    serializer_class = io.QueueRuleSerializer
    filters = ("hospital", "department")
    ordering = ["-id"]

    def perform_create(self, data: dict[str, Any]) -> Any:
        return super().perform_create({**data, "hospital_id": data["department"].hospital_id})


@extend_schema(tags=["queue"])
class QueuePriorityViewSet(RowViewSet):
    """优先人群: who is called earlier, and by how much."""

    model = QueuePriority
    resource = "queueing.queue_rule"
    codes = {"in_force": "queueing.queue.list"}
    columns = ("hospital", "code", "name", "minutes", "from_age", "is_active")
    declared = {"code": PatternField(r"^[a-z][a-z0-9_]*\Z", LOWER_CODE, max_length=32)}
    fixed = ("hospital", "code")
    filters = ("hospital", "code")
    ordering_fields = ["code"]
    ordering = ["-id"]

    @extend_schema(
        responses=io.PriorityInForceSerializer(many=True),
        filters=False,
        operation_id="queue_priorities_in_force",
    )
    def in_force(self, request: Any) -> Response:
        """优先人群在用 The groups of the caller's hospital that count now, shipped ones included."""
        groups = priorities_of(self.actor.hospital_id)
        return Response(io.PriorityInForceSerializer(list(groups.values()), many=True).data)


class PriorityOptionsView(CodeOptionsView):
    """优先组 that a patient can be put into, shipped ones included."""

    resource = "queueing.queue"
    codes = {"get": "list"}

    def offered(self, hospital: Hospital) -> Iterator[tuple[str, str, str]]:
        for group in priorities_of(hospital.pk).values():
            yield group.code, group.name, ""

    @code_options("queue_priorities_options_list", "queue")
    def get(self, request: Any) -> Response:
        """优先组选项."""
        return super().get(request)
