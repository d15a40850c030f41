import datetime as dt
from typing import Any

import django_filters

from apps.billing.types import BillSource, ItemCategory
from apps.inpatient.selectors.admissions import may_be_settled
from apps.inpatient.states import AdmissionStatus
from apps.patients.own_filters import NAMED, BoundFilterSet
from apps.patients.selectors import of_patients
from kernel import clock


class StayFilter(django_filters.FilterSet):
    """What stays can be filtered by, whoever asks."""

    status = django_filters.ChoiceFilter(choices=[(status.value, status.value) for status in AdmissionStatus])


class OwnAdmissionFilter(BoundFilterSet, StayFilter):
    """What a mini-program user may filter by."""


class AdmissionFilter(StayFilter):
    """What staff may filter stays by. Days are of the hospital's own calendar, both included."""

    patient_id = django_filters.UUIDFilter()
    hospital_id = django_filters.UUIDFilter()
    department_id = django_filters.UUIDFilter()
    practitioner_id = django_filters.UUIDFilter()
    source = django_filters.ChoiceFilter(choices=BillSource.choices)
    ward = django_filters.CharFilter(max_length=40)
    may_be_settled = django_filters.BooleanFilter(method="settled_or_not")
    admitted_from = django_filters.DateFilter(field_name="admitted_at", method="since")
    admitted_to = django_filters.DateFilter(field_name="admitted_at", method="until")
    search = django_filters.CharFilter(
        method="find", max_length=32, help_text=f"a whole admission number, or {NAMED}"
    )

    def settled_or_not(self, queryset: Any, name: str, value: bool) -> Any:
        return queryset.filter(may_be_settled() if value else ~may_be_settled())

    def find(self, queryset: Any, name: str, value: str) -> Any:
        return of_patients(queryset, value, "admission_no")

    def since(self, queryset: Any, name: str, value: dt.date) -> Any:
        return queryset.filter(**{f"{name}__gte": clock.local(value, dt.time())})

    def until(self, queryset: Any, name: str, value: dt.date) -> Any:
        if value == dt.date.max:
            return queryset
        return queryset.filter(**{f"{name}__lt": clock.local(value + dt.timedelta(days=1), dt.time())})


class ChargeFilter(django_filters.FilterSet):
    """What the rows of a stay may be filtered by."""

    day = django_filters.DateFilter()
    category = django_filters.ChoiceFilter(choices=ItemCategory.choices)
