"""节假日, leave, and the answer of generating sessions."""

from dataclasses import asdict
from typing import Any

import django_filters
from django.db import transaction
from django.db.models import prefetch_related_objects
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.policies import policy_of
from apps.access.scoped.fields import ScopedRelatedField
from apps.access.scoped.views import DestroyMixin, ListMixin, RetrieveMixin, ScopedViewSet
from apps.identity.models import StaffMember
from apps.scheduling.models import ClinicSession, StaffLeave
from apps.scheduling.services import leave
from apps.scheduling.services.generate import Generated
from apps.scheduling.services.session_appointments import Outcome
from kernel.errors import InvalidValue, PermissionDenied, StateConflict
from kernel.http.schema import raises
from kernel.http.serializers import ModelSerializer, Serializer

LISTED = 1_000


def generated(answer: Generated) -> dict[str, Any]:
    """What the API says of generated sessions; long lists are cut, their counts are not."""
    makeup = [
        {"date": day, "follows_weekday": weekday} for day, weekday in sorted(answer.makeup_days.items())
    ]
    on_leave, conflicts = answer.on_leave[:LISTED], answer.conflicts[:LISTED]
    doctors = {row["practitioner_id"] for row in (*on_leave, *conflicts)}
    names = dict(StaffMember.objects.filter(pk__in=doctors).values_list("pk", "name"))
    for row in (*on_leave, *conflicts):
        row["practitioner_name"] = names[row["practitioner_id"]]
    return {
        "created": len(answer.made), "session_ids": answer.made[:LISTED], "holidays": sorted(answer.holidays),
        "makeup_days": makeup, "unknown_days": sorted(answer.unknown_days),
        "on_leave_count": len(answer.on_leave), "on_leave": on_leave,
        "conflict_count": len(answer.conflicts), "conflicts": conflicts,
    }  # fmt: skip


class StaffLeaveSerializer(ModelSerializer):
    """请假."""

    class Meta:
        model = StaffLeave
        fields = [
            "id", "hospital_id", "hospital_name", "practitioner_id", "practitioner_name", "starts_at", "ends_at",
            "reason",
        ]  # fmt: skip
        read_only_fields = fields


class TakeLeaveSerializer(Serializer):
    """`stop_sessions`: sessions that it touches are stopped in the same step."""

    practitioner_id = ScopedRelatedField(source="practitioner", queryset=StaffMember.objects.all())
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    reason = serializers.CharField(max_length=200)
    stop_sessions = serializers.BooleanField(default=False)


class TouchedSessionSerializer(ModelSerializer):
    """A session that a leave touches, as it is afterwards."""

    class Meta:
        model = ClinicSession
        fields = ["id", "department_id", "department_name", "date", "period", "starts_at", "ends_at", "state"]
        read_only_fields = fields


class TakenLeaveSerializer(StaffLeaveSerializer):
    """The leave, the sessions it touches, and what became of their appointments if they were stopped."""

    sessions = TouchedSessionSerializer(many=True)
    cancelled = serializers.IntegerField()
    refund_due = serializers.IntegerField()
    in_service = serializers.IntegerField()

    class Meta(StaffLeaveSerializer.Meta):
        fields = [*StaffLeaveSerializer.Meta.fields, "sessions", "cancelled", "refund_due", "in_service"]
        read_only_fields = fields


class StaffLeaveFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    practitioner_id = django_filters.UUIDFilter()
    ends_after = django_filters.IsoDateTimeFilter(field_name="ends_at", lookup_expr="gt")


@extend_schema(tags=["schedules"])
class StaffLeaveViewSet(ListMixin, RetrieveMixin, DestroyMixin, ScopedViewSet):
    """请假 of doctors."""

    model = StaffLeave
    resource = "scheduling.leave"
    serializer_class = StaffLeaveSerializer
    filterset_class = StaffLeaveFilter
    ordering_fields = ["starts_at", "ends_at"]
    ordering = ["-id"]

    def base_queryset(self) -> Any:
        return StaffLeave.objects.select_related("practitioner")

    @extend_schema(request=TakeLeaveSerializer, responses={201: TakenLeaveSerializer})
    @raises(InvalidValue, StateConflict)
    def create(self, request: Any) -> Response:
        """Enter a leave; the sessions it touches are named, or stopped with it."""
        body = TakeLeaveSerializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        data = dict(body.validated_data)
        stopping = data.pop("stop_sessions")
        with transaction.atomic():
            taken, touched = leave.take_leave(**data)
            self.check_reach(taken)
            outcome = Outcome()
            if stopping:
                self._check_may_stop(touched)
                outcome = leave.stop_during(taken, touched)
        prefetch_related_objects(touched, "department")
        shown = {
            **StaffLeaveSerializer(taken).data,
            "sessions": TouchedSessionSerializer(touched, many=True).data,
            **{name: count for name, count in asdict(outcome).items() if name != "moved"},
        }
        return Response(shown, status=201)

    def _check_may_stop(self, touched: list[ClinicSession]) -> None:
        policy = policy_of(ClinicSession)
        rows = ClinicSession.objects.filter(pk__in=[session.pk for session in touched])
        if policy.scope(self.actor, "scheduling.session.stop", rows, "change").count() != len(touched):
            raise PermissionDenied

    def perform_destroy(self, instance: StaffLeave) -> None:
        leave.end_leave(instance)
