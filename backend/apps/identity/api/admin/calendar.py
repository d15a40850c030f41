"""节假日与调休 of hospitals."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from apps.access.scoped.fields import ScopedRelatedField
from apps.access.scoped.rows import RowViewSet
from apps.identity import errors
from apps.identity.models import CalendarDay, Hospital
from apps.identity.services import calendar
from kernel.http.commands import command
from kernel.http.serializers import Serializer


class FillYearSerializer(Serializer):
    """A hospital and a year."""

    hospital_id = ScopedRelatedField(source="hospital", queryset=Hospital.objects.all())
    year = serializers.IntegerField(min_value=2000, max_value=2100)


class FilledYearSerializer(Serializer):
    """`kept`: days that the hospital had decided on itself."""

    entered = serializers.IntegerField()
    kept = serializers.IntegerField()


@extend_schema(tags=["organisation"])
class CalendarDayViewSet(RowViewSet):
    """节假日与调休: days that differ from their weekday."""

    model = CalendarDay
    resource = "identity.calendar"
    codes = {"fill": "add"}
    columns = ("hospital", "date", "kind", "follows_weekday", "note")
    filters = ("hospital", "date", "kind")
    ordering = ["date"]

    @command(body=FillYearSerializer, answer=FilledYearSerializer, raises=(errors.CalendarYearUnknown,))
    def fill(self, *, hospital: Hospital, year: int) -> dict[str, int]:
        """Enter the public holidays and make-up workdays of a year; an unknown year is said, not guessed."""
        entered, kept = calendar.fill_year(hospital, year)
        return {"entered": entered, "kept": kept}
