import django_filters

from apps.access.scoped.filters import OfPractitionerFilter
from apps.queueing.models import QueueKind
from apps.queueing.states import TICKETS


class QueueTicketFilter(OfPractitionerFilter):
    queue_id = django_filters.UUIDFilter()
    encounter_id = django_filters.UUIDFilter()
    patient_id = django_filters.UUIDFilter()
    session_id = django_filters.UUIDFilter()
    state = django_filters.MultipleChoiceFilter(choices=TICKETS.choices)
    date = django_filters.DateFilter(field_name="day")


class QueueFilter(OfPractitionerFilter):
    kind = django_filters.ChoiceFilter(choices=QueueKind.choices)
    search = django_filters.CharFilter(field_name="name", lookup_expr="icontains", max_length=64)
    is_active = django_filters.BooleanFilter()


class QueueScreenFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    department_id = django_filters.UUIDFilter()
    is_revoked = django_filters.BooleanFilter(field_name="revoked_at", lookup_expr="isnull", exclude=True)
