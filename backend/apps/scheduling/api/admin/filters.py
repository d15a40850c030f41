import django_filters

from apps.access.scoped.filters import OfPractitionerFilter
from apps.scheduling.models import Period
from apps.scheduling.states import SESSIONS


class ScheduleTemplateFilter(OfPractitionerFilter):
    weekday = django_filters.NumberFilter(min_value=0, max_value=6)
    is_active = django_filters.BooleanFilter()


class ClinicSessionFilter(OfPractitionerFilter):
    date = django_filters.DateFilter()
    date_from = django_filters.DateFilter(field_name="date", lookup_expr="gte")
    date_to = django_filters.DateFilter(field_name="date", lookup_expr="lte")
    period = django_filters.ChoiceFilter(choices=Period.choices)
    state = django_filters.MultipleChoiceFilter(choices=SESSIONS.choices)
