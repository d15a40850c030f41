from typing import Any

import django_filters

from apps.patients.own_filters import NAMED, BoundFilterSet
from apps.patients.selectors import of_patients
from apps.scheduling.models import AppointmentKind, AppointmentSource, PaymentStatus
from apps.scheduling.states import APPOINTMENTS


class RecordFilter(django_filters.FilterSet):
    """What appointments can be filtered by, whoever asks."""

    state = django_filters.MultipleChoiceFilter(choices=APPOINTMENTS.choices)
    kind = django_filters.ChoiceFilter(choices=AppointmentKind.choices)
    visit_date = django_filters.DateFilter()


class OwnAppointmentFilter(BoundFilterSet, RecordFilter):
    """What a mini-program user may filter records by."""


class AppointmentFilter(RecordFilter):
    """What staff may filter appointments by."""

    patient_id = django_filters.UUIDFilter()
    hospital_id = django_filters.UUIDFilter()
    department_id = django_filters.UUIDFilter()
    practitioner_id = django_filters.UUIDFilter()
    session_id = django_filters.UUIDFilter()
    source = django_filters.ChoiceFilter(choices=AppointmentSource.choices)
    payment_status = django_filters.ChoiceFilter(choices=PaymentStatus.choices)
    visit_date_from = django_filters.DateFilter(field_name="visit_date", lookup_expr="gte")
    visit_date_to = django_filters.DateFilter(field_name="visit_date", lookup_expr="lte")
    appointment_no = django_filters.CharFilter(max_length=32)
    search = django_filters.CharFilter(
        method="find", max_length=32, help_text=f"a whole appointment number, or {NAMED}"
    )

    def find(self, queryset: Any, name: str, value: str) -> Any:
        return of_patients(queryset, value, "appointment_no")
