"""批量调整 of sessions over a range of days."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.policies import policy_of
from apps.access.scoped.fields import ScopedRelatedField
from apps.access.scoped.views import ScopedViewSet
from apps.identity.models import Department, Location, StaffMember
from apps.identity.models.staff import VisitTier
from apps.scheduling import errors
from apps.scheduling.api.admin.serializers import NEXT_DAY, ROOMS
from apps.scheduling.models import ClinicSession, Period
from apps.scheduling.models.schedule import MAX_SLOT_CAPACITY
from apps.scheduling.services import bulk
from kernel.errors import REQUIRED, InvalidValue, PermissionDenied
from kernel.expectations import DOCTOR_OR_DEPARTMENT
from kernel.http.fields import EndTimeField
from kernel.http.schema import raises
from kernel.http.serializers import Serializer
from kernel.money import MAX_FEN


class ChangesSerializer(Serializer):
    """What is set on every session; times of drafts only."""

    registration_fee_fen = serializers.IntegerField(min_value=0, max_value=MAX_FEN, required=False)
    capacity_per_slot = serializers.IntegerField(min_value=1, max_value=MAX_SLOT_CAPACITY, required=False)
    tier = serializers.ChoiceField(choices=VisitTier.choices, required=False)
    room_id = ScopedRelatedField(
        source="room", queryset=Location.objects.all(), code=ROOMS, required=False, allow_null=True
    )
    start_time = serializers.TimeField(required=False)
    end_time = EndTimeField(required=False, help_text=NEXT_DAY)


class BulkSerializer(Serializer):
    """Which sessions (of a doctor, a department, or both), and one of `changes`, `publish` and `stop`."""

    practitioner_id = ScopedRelatedField(
        source="practitioner", queryset=StaffMember.objects.all(), required=False
    )
    department_id = ScopedRelatedField(source="department", queryset=Department.objects.all(), required=False)
    first_date = serializers.DateField()
    last_date = serializers.DateField()
    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=6), required=False, max_length=7
    )
    period = serializers.ChoiceField(choices=Period.choices, required=False)
    action = serializers.ChoiceField(choices=["change", "publish", "stop"])
    changes = ChangesSerializer(required=False)
    reason = serializers.CharField(max_length=200, required=False, help_text="of the stop")
    dry_run = serializers.BooleanField(default=False)
    all_or_nothing = serializers.BooleanField(default=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        needed = {"change": "changes", "stop": "reason"}.get(attrs["action"])
        if needed is not None and not attrs.get(needed):
            raise InvalidValue(field=needed, expected=REQUIRED)
        if "practitioner" not in attrs and "department" not in attrs:
            raise InvalidValue(field="practitioner_id", expected=DOCTOR_OR_DEPARTMENT)
        return attrs


class BulkRowSerializer(Serializer):
    """One session: `code` and `detail` say why it was refused, empty = done."""

    id = serializers.UUIDField()
    starts_at = serializers.DateTimeField()
    practitioner_name = serializers.CharField()
    code = serializers.CharField(allow_blank=True)
    detail = serializers.CharField(allow_blank=True)
    cancelled = serializers.IntegerField()
    refund_due = serializers.IntegerField()
    in_service = serializers.IntegerField()


class BulkReportSerializer(Serializer):
    """`applied`: false after a dry run."""

    applied = serializers.BooleanField()
    changed = serializers.IntegerField()
    refused = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    refund_due = serializers.IntegerField()
    rows = BulkRowSerializer(many=True)


def shown(report: bulk.Report) -> dict[str, Any]:
    """The report as the API gives it."""
    counts = [{k: v for k, v in asdict(row.outcome).items() if k != "moved"} for row in report.rows]
    return {
        "applied": report.applied, "changed": len(report.rows) - len(report.refused),
        "refused": len(report.refused), "cancelled": sum(row["cancelled"] for row in counts),
        "refund_due": sum(row["refund_due"] for row in counts),
        "rows": [bulk.refusal(row) | count for row, count in zip(report.rows, counts, strict=True)],
    }  # fmt: skip


@extend_schema(tags=["schedules"])
class BulkSessionsView(ScopedViewSet):
    """出诊 of many days at once."""

    model = ClinicSession
    resource = "scheduling.session"
    codes = {"bulk": "change"}

    @extend_schema(
        request=BulkSerializer, responses=BulkReportSerializer, operation_id="clinic_sessions_bulk"
    )
    @raises(InvalidValue, errors.BulkRefused)
    def bulk(self, request: Any) -> Response:
        """Change, publish or stop sessions over a range of days: dry run, all or nothing, or what can be."""
        body = BulkSerializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        data = body.validated_data
        how = {name: data[name] for name in ("dry_run", "all_or_nothing")}
        rows = self._chosen(data)
        if data["action"] == "publish":
            return Response(shown(bulk.publish_chosen(rows, **how)))
        if data["action"] == "stop":
            return Response(shown(bulk.stop_chosen(rows, reason=data["reason"], **how)))
        return Response(shown(bulk.edit_sessions(rows, data["changes"], **how)))

    def _chosen(self, data: dict[str, Any]) -> Any:
        code = f"{self.resource}.{data['action']}"
        if not self.actor.has(code):
            raise PermissionDenied
        within = policy_of(ClinicSession).scope(self.actor, code, ClinicSession.objects.all(), "change")
        names = ("practitioner", "department", "period")
        of = {name: data[name] for name in names if name in data}
        return bulk.chosen(
            within, first=data["first_date"], last=data["last_date"], weekdays=data.get("weekdays", ()), **of
        )
