"""节假日与调休 of hospitals."""

from typing import Any, ClassVar

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.fields import ScopedRelatedField
from apps.access.scoped.views import CrudViewSet
from apps.identity import errors
from apps.identity.models import CalendarDay, DayKind, Hospital
from apps.identity.services import calendar
from kernel.errors import DuplicateValue, InvalidValue
from kernel.http.schema import raises
from kernel.http.serializers import Serializer, VersionedModelSerializer


class CalendarDaySerializer(VersionedModelSerializer):
    """节假日或调休. `follows_weekday`: whose templates a make-up workday follows, 0 = Monday."""

    hospital_id = ScopedRelatedField(source="hospital", queryset=Hospital.objects.all())

    class Meta:
        model = CalendarDay
        fields = ["id", "hospital_id", "hospital_name", "date", "kind", "follows_weekday", "note", "version"]
        validators: ClassVar[list[Any]] = []


class FillYearSerializer(Serializer):
    """A hospital and a year."""

    hospital_id = ScopedRelatedField(source="hospital", queryset=Hospital.objects.all())
    year = serializers.IntegerField(min_value=2000, max_value=2100)


class FilledYearSerializer(Serializer):
    """`kept`: days that the hospital had decided on itself."""

    entered = serializers.IntegerField()
    kept = serializers.IntegerField()


class CalendarDayFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    date_from = django_filters.DateFilter(field_name="date", lookup_expr="gte")
    date_to = django_filters.DateFilter(field_name="date", lookup_expr="lte")
    kind = django_filters.ChoiceFilter(choices=DayKind.choices)


@extend_schema(tags=["organisation"])
class CalendarDayViewSet(CrudViewSet):
    """节假日与调休: days that differ from their weekday."""

    model = CalendarDay
    resource = "identity.calendar"
    codes = {"fill": "add"}
    serializer_class = CalendarDaySerializer
    filterset_class = CalendarDayFilter
    ordering_fields = ["date"]
    ordering = ["date"]

    @raises(DuplicateValue, InvalidValue)
    def perform_create(self, data: dict[str, Any]) -> CalendarDay:
        return calendar.create_day(**data)

    @raises(DuplicateValue, InvalidValue)
    def perform_update(self, instance: CalendarDay, data: dict[str, Any], version: int) -> CalendarDay:
        return calendar.update_day(instance, version=version, **data)

    def perform_destroy(self, instance: CalendarDay) -> None:
        calendar.delete_day(instance)

    @extend_schema(request=FillYearSerializer, responses=FilledYearSerializer)
    @raises(errors.CalendarYearUnknown)
    def fill(self, request: Any) -> Response:
        """Enter the public holidays and make-up workdays of a year; an unknown year is said, not guessed."""
        body = FillYearSerializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        entered, kept = calendar.fill_year(**body.validated_data)
        return Response({"entered": entered, "kept": kept})
