import datetime as dt
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.views import ScopedViewSet
from apps.scheduling.models import ClinicSession
from apps.scheduling.selectors.load import load_of
from kernel.errors import InvalidValue
from kernel.expectations import DOCTOR_OR_DEPARTMENT, within_days
from kernel.http.serializers import Serializer

MAX_DAYS = 31
WITHIN_DAYS = within_days(MAX_DAYS)


class LoadQuerySerializer(Serializer):
    """A department, a doctor, or both; at most MAX_DAYS days."""

    department_id = serializers.UUIDField(required=False)
    practitioner_id = serializers.UUIDField(required=False)
    date_from = serializers.DateField()
    date_to = serializers.DateField()
    by = serializers.ChoiceField(choices=["slot", "hour"], default="slot")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "department_id" not in attrs and "practitioner_id" not in attrs:
            raise InvalidValue(field="department_id", expected=DOCTOR_OR_DEPARTMENT)
        length = attrs["date_to"] - attrs["date_from"]
        if not dt.timedelta(0) <= length < dt.timedelta(days=MAX_DAYS):
            raise InvalidValue(field="date_to", expected=WITHIN_DAYS)
        return attrs


class LoadSerializer(Serializer):
    """负荷 of a slot or an hour. `share` is the percentage taken; `quiet`: clearly below the average, and not full."""

    date = serializers.DateField()
    starts_at = serializers.DateTimeField()
    capacity = serializers.IntegerField()
    taken = serializers.IntegerField()
    free = serializers.IntegerField()
    share = serializers.IntegerField()
    quiet = serializers.BooleanField()


class SessionLoadViewSet(ScopedViewSet):
    """号源负荷 of the sessions within reach."""

    model = ClinicSession
    resource = "scheduling.session"
    serializer_class = LoadSerializer
    pagination_class = None

    @extend_schema(
        tags=["schedules"],
        parameters=[LoadQuerySerializer],
        responses=LoadSerializer(many=True),
        filters=False,
        operation_id="session_load_list",
    )
    def list(self, request: Any) -> Response:
        """How full a department or a doctor is, by slot or by hour."""
        query = LoadQuerySerializer(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        sessions = self.get_queryset().filter(date__range=(asked["date_from"], asked["date_to"]))
        for name in ("department_id", "practitioner_id"):
            if name in asked:
                sessions = sessions.filter(**{name: asked[name]})
        return Response(load_of(sessions, by_hour=asked["by"] == "hour"))
