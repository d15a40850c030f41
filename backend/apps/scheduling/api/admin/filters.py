from typing import Any

import django_filters
from django.db.models import QuerySet

from apps.access.scoped.filters import OfPractitionerFilter
from apps.identity.models import StaffMember
from apps.identity.selectors import staff_like
from apps.scheduling.models import Period
from apps.scheduling.states import SESSIONS
from kernel import clock


class ScheduleTemplateFilter(OfPractitionerFilter):
    weekday = django_filters.NumberFilter(min_value=0, max_value=6)
    is_active = django_filters.BooleanFilter()


class ClinicSessionFilter(OfPractitionerFilter):
    date = django_filters.DateFilter()
    date_from = django_filters.DateFilter(field_name="date", lookup_expr="gte")
    date_to = django_filters.DateFilter(field_name="date", lookup_expr="lte")
    is_today = django_filters.BooleanFilter(method="of_today")
    period = django_filters.ChoiceFilter(choices=Period.choices)
    state = django_filters.MultipleChoiceFilter(choices=SESSIONS.choices)
    search = django_filters.CharFilter(
        method="of_somebody", max_length=64, help_text="the doctor, as staff are searched"
    )

    def of_today(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        today = {"date": clock.service_day()}
        return queryset.filter(**today) if value else queryset.exclude(**today)

    def of_somebody(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(practitioner_id__in=StaffMember.objects.filter(staff_like(value)).values("pk"))
