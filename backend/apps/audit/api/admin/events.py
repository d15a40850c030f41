import datetime as dt
from typing import Any

import django_filters
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from apps.access.scoped.views import HOSPITAL, CodedView, ListMixin, RetrieveMixin, ScopedViewSet
from apps.audit.changes import changes_of
from apps.audit.models import AuditEvent
from apps.audit.names import give_names
from apps.audit.selectors import export_rows, log_state
from apps.audit.services import record
from kernel import clock
from kernel.http.downloads import attachment, title_of
from kernel.http.filters import FilterBackend
from kernel.http.pagination import TimelinePagination
from kernel.http.serializers import ModelSerializer, Serializer
from kernel.http.views import APIView
from kernel.ids import uuid7_floor
from kernel.sheets import csv_blocks
from kernel.words import spoken


class AuditEventSerializer(ModelSerializer):
    """One line of the log: who, when, from where, which request, which object, what changed."""

    hospital_name = serializers.CharField(read_only=True, allow_null=True)
    actor_name = serializers.CharField(
        read_only=True, help_text="of a member of staff; of others the name that they sign in by"
    )
    object_name = serializers.CharField(
        read_only=True, help_text="as it is called now; empty where it has none"
    )

    class Meta:
        model = AuditEvent
        fields = [
            "id", "at", "hospital_id", "hospital_name", "user_id", "actor", "actor_name", "ip", "request_id", "method",
            "path", "action", "object_type", "object_id", "object_name", "before", "after",
        ]  # fmt: skip
        read_only_fields = fields


class LoggedChangeSerializer(Serializer):
    """One column that changed, as people read it; empty: there was nothing."""

    name = serializers.CharField()
    title = serializers.CharField()
    was = serializers.CharField(allow_blank=True)
    became = serializers.CharField(allow_blank=True)


class AuditEventDetailSerializer(AuditEventSerializer):
    """One line of the log with what changed, in words."""

    changes = serializers.SerializerMethodField()

    class Meta(AuditEventSerializer.Meta):
        fields = [*AuditEventSerializer.Meta.fields, "changes"]
        read_only_fields = fields

    @extend_schema_field(LoggedChangeSerializer(many=True))
    def get_changes(self, event: AuditEvent) -> list[dict[str, str]]:
        return changes_of(event)


class AuditEventFilter(django_filters.FilterSet):
    since = django_filters.IsoDateTimeFilter(method="from_moment", help_text="at or after this moment")
    until = django_filters.IsoDateTimeFilter(method="to_moment", help_text="before this moment")
    hospital_id = django_filters.UUIDFilter()
    user_id = django_filters.UUIDFilter()
    actor = django_filters.CharFilter(max_length=120)
    action = django_filters.CharFilter(max_length=32)
    object_type = django_filters.CharFilter(max_length=64)
    object_id = django_filters.CharFilter(max_length=64)
    request_id = django_filters.CharFilter(max_length=64)

    def from_moment(self, queryset: Any, name: str, value: dt.datetime) -> Any:
        return queryset.filter(id__gte=uuid7_floor(value))  # the key holds the time: partitions are skipped

    def to_moment(self, queryset: Any, name: str, value: dt.datetime) -> Any:
        return queryset.filter(id__lt=uuid7_floor(value))


class LogStateSerializer(serializers.Serializer[Any]):
    """The last seal and the last verification; null before the first."""

    last_seal = serializers.IntegerField(allow_null=True)
    last_seal_at = serializers.DateTimeField(allow_null=True)
    last_seal_mac = serializers.CharField(allow_blank=True, help_text="hex; note it elsewhere as an anchor")
    unsealed = serializers.IntegerField(help_text="lines not sealed yet; 1,000 stands for that many or more")
    verified_at = serializers.DateTimeField(allow_null=True)
    verified_ok = serializers.BooleanField(allow_null=True)
    findings = serializers.ListField(
        child=serializers.DictField(), help_text="what the last verification found"
    )


@extend_schema(tags=["audit"])
class AuditEventViewSet(ListMixin, RetrieveMixin, ScopedViewSet):
    """操作日志: who did what; newest first."""

    model = AuditEvent
    resource = "audit.event"
    serializer_class = AuditEventSerializer
    filterset_class = AuditEventFilter
    filter_backends = [FilterBackend]
    pagination_class = TimelinePagination
    named_ids = {"hospital": ("hospital_id", HOSPITAL)}

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        give_names(page or ())
        return page

    def get_object(self) -> Any:
        event = super().get_object()
        give_names([event])
        return event

    @extend_schema(responses=AuditEventDetailSerializer)
    def retrieve(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """One line with what changed, in words."""
        return Response(AuditEventDetailSerializer(self.get_object()).data)

    @extend_schema(
        operation_id="audit_events_export",
        responses={(200, "text/csv"): OpenApiResponse(OpenApiTypes.STR)},
        filters=True,
    )
    @action(detail=False, methods=["get"], pagination_class=None)
    def export(self, request: Any) -> StreamingHttpResponse:
        """Export the lines that the filters leave, as CSV."""
        queryset = self.filter_queryset(self.get_queryset())
        record(
            action="export",
            object_type="audit.event",
            object_id="",
            detail={"filters": request.query_params.dict()},
        )
        response = StreamingHttpResponse(
            csv_blocks(spoken(export_rows(queryset))), content_type="text/csv; charset=utf-8"
        )
        response["Content-Disposition"] = attachment(title_of("audit_events_export"), "csv", clock.today())
        return response

    def visible_code(self) -> str:
        """An export reaches as far as its own code."""
        return self.code_of_action() or ""


class LogStateView(CodedView, APIView):
    """操作日志校验: whether the log is as it was written."""

    resource = "audit.event"
    codes = {"get": "verify"}

    @extend_schema(operation_id="audit_state", tags=["audit"], responses=LogStateSerializer)
    def get(self, request: Any) -> Response:
        """Read the last seal and the last verification."""
        return Response(log_state())
