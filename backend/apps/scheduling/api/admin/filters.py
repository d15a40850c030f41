import django_filters

from apps.scheduling.models import Period
from apps.scheduling.states import SessionState, choices


class OfDoctorFilter(django_filters.FilterSet):
    """What all tables of this app can be filtered by."""

    hospital_id = django_filters.UUIDFilter()
    department_id = django_filters.UUIDFilter()
    practitioner_id = django_filters.UUIDFilter()


class ScheduleTemplateFilter(OfDoctorFilter):
    weekday = django_filters.NumberFilter(min_value=0, max_value=6)
    is_active = django_filters.BooleanFilter()


class ClinicSessionFilter(OfDoctorFilter):
    date = django_filters.DateFilter()
    date_from = django_filters.DateFilter(field_name="date", lookup_expr="gte")
    date_to = django_filters.DateFilter(field_name="date", lookup_expr="lte")
    period = django_filters.ChoiceFilter(choices=Period.choices)
    state = django_filters.MultipleChoiceFilter(choices=choices(SessionState))
