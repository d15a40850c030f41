from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema

from apps.access.scoped.views import CrudViewSet
from apps.reports.api.admin import serializers as io
from apps.reports.errors import NoSuchReport
from apps.reports.models import ReportEvery, ReportSchedule
from apps.reports.services import schedules
from kernel.errors import InvalidValue
from kernel.http.schema import raises


class ReportScheduleFilter(django_filters.FilterSet):
    """`report`: a whole code."""

    hospital_id = django_filters.UUIDFilter()
    owner_id = django_filters.UUIDFilter()
    report = django_filters.CharFilter(max_length=64)
    every = django_filters.ChoiceFilter(choices=ReportEvery.choices)
    is_active = django_filters.BooleanFilter()


@extend_schema(tags=["reports"])
@raises(NoSuchReport, InvalidValue)
class ReportScheduleViewSet(CrudViewSet):
    """报表计划: a report of the last day, week or month, told to its owner when it is there."""

    model = ReportSchedule
    resource = "reports.schedule"
    serializer_class = io.ReportScheduleSerializer
    filterset_class = ReportScheduleFilter
    ordering_fields = ["due_at"]
    ordering = ["-id"]

    def get_serializer_class(self) -> Any:
        return io.WholeReportScheduleSerializer if self.action == "retrieve" else self.serializer_class

    def perform_create(self, data: dict[str, Any]) -> ReportSchedule:
        return schedules.plan(self.actor, **data)

    def perform_update(self, instance: ReportSchedule, data: dict[str, Any], version: int) -> ReportSchedule:
        return schedules.change(self.actor, instance, version=version, **data)

    def perform_destroy(self, instance: ReportSchedule) -> None:
        schedules.forget(instance)
