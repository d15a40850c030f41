import datetime as dt
from typing import Any

import django_filters

from apps.billing.models import BillKind
from apps.billing.states import BILLS
from apps.patients.own_filters import NAMED, BoundFilterSet
from apps.patients.selectors import of_patients
from kernel import clock


class BillingFilter(django_filters.FilterSet):
    """What bills can be filtered by, whoever asks."""

    status = django_filters.MultipleChoiceFilter(choices=BILLS.choices)
    kind = django_filters.MultipleChoiceFilter(choices=BillKind.choices)


class OwnBillFilter(BoundFilterSet, BillingFilter):
    """What a mini-program user may filter by."""


class DayFilter(django_filters.FilterSet):
    """Days of the hospital's own calendar, both included."""

    issued_from = django_filters.DateFilter(field_name="issued_at", method="since")
    issued_to = django_filters.DateFilter(field_name="issued_at", method="until")

    def since(self, queryset: Any, name: str, value: dt.date) -> Any:
        return queryset.filter(**{f"{name}__gte": clock.local(value, dt.time())})

    def until(self, queryset: Any, name: str, value: dt.date) -> Any:
        if value == dt.date.max:
            return queryset
        return queryset.filter(**{f"{name}__lt": clock.local(value + dt.timedelta(days=1), dt.time())})


class BillFilter(BillingFilter, DayFilter):
    """What staff may filter bills by."""

    hospital_id = django_filters.UUIDFilter()
    department_id = django_filters.UUIDFilter()
    practitioner_id = django_filters.UUIDFilter()
    patient_id = django_filters.UUIDFilter()
    order_id = django_filters.UUIDFilter()
    paid_from = django_filters.DateFilter(field_name="paid_at", method="since")
    paid_to = django_filters.DateFilter(field_name="paid_at", method="until")
    search = django_filters.CharFilter(
        method="find", max_length=32, help_text=f"a whole bill or voucher number, or {NAMED}"
    )

    def find(self, queryset: Any, name: str, value: str) -> Any:
        return of_patients(queryset, value, "bill_no", "voucher_no")


class InvoiceFilter(DayFilter):
    """What staff may filter invoices by."""

    hospital_id = django_filters.UUIDFilter()
    department_id = django_filters.UUIDFilter()
    patient_id = django_filters.UUIDFilter()
    bill_id = django_filters.UUIDFilter()
    is_reversed = django_filters.BooleanFilter(field_name="reversed_at", lookup_expr="isnull", exclude=True)
    search = django_filters.CharFilter(
        method="find", max_length=32, help_text=f"a whole invoice number, or {NAMED}"
    )

    def find(self, queryset: Any, name: str, value: str) -> Any:
        return of_patients(queryset, value, "invoice_no")
