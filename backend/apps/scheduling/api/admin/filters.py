import django_filters

from apps.scheduling.models import Period, QueueKind
from apps.scheduling.states import SessionState, TicketState, choices


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


class QueueTicketFilter(OfDoctorFilter):
    queue_id = django_filters.UUIDFilter()
    session_id = django_filters.UUIDFilter()
    state = django_filters.MultipleChoiceFilter(choices=choices(TicketState))
    date = django_filters.DateFilter(field_name="day")


class QueueFilter(OfDoctorFilter):
    kind = django_filters.ChoiceFilter(choices=QueueKind.choices)
    is_active = django_filters.BooleanFilter()


class QueueRuleFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    department_id = django_filters.UUIDFilter()


class QueuePriorityFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    code = django_filters.CharFilter(max_length=32)


class QueueScreenFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    department_id = django_filters.UUIDFilter()
    is_revoked = django_filters.BooleanFilter(field_name="revoked_at", lookup_expr="isnull", exclude=True)
