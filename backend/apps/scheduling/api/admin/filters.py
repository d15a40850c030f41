import django_filters

from apps.scheduling.models import Period, QueueKind
from apps.scheduling.states import SessionState, TicketState, choices


class OfDoctorFilter(django_filters.FilterSet):
    """What all tables of this app can be filtered by."""

    hospital = django_filters.UUIDFilter(field_name="hospital_id")
    department = django_filters.UUIDFilter(field_name="department_id")
    practitioner = django_filters.UUIDFilter(field_name="practitioner_id")


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
    queue = django_filters.UUIDFilter(field_name="queue_id")
    session = django_filters.UUIDFilter(field_name="session_id")
    state = django_filters.MultipleChoiceFilter(choices=choices(TicketState))
    date = django_filters.DateFilter(field_name="day")


class QueueFilter(OfDoctorFilter):
    kind = django_filters.ChoiceFilter(choices=QueueKind.choices)
    is_active = django_filters.BooleanFilter()


class QueueRuleFilter(django_filters.FilterSet):
    hospital = django_filters.UUIDFilter(field_name="hospital_id")
    department = django_filters.UUIDFilter(field_name="department_id")


class QueuePriorityFilter(django_filters.FilterSet):
    hospital = django_filters.UUIDFilter(field_name="hospital_id")
    code = django_filters.CharFilter(max_length=32)


class QueueScreenFilter(django_filters.FilterSet):
    hospital = django_filters.UUIDFilter(field_name="hospital_id")
    department = django_filters.UUIDFilter(field_name="department_id")
    is_revoked = django_filters.BooleanFilter(field_name="revoked_at", lookup_expr="isnull", exclude=True)
