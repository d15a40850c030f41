import datetime as dt
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef

from apps.patients.own_filters import NAMED, BoundFilterSet
from apps.patients.selectors import of_patients
from apps.payments.channels.base import PayMethod
from apps.payments.channels.registry import CHANNELS, MIXED
from apps.payments.models import PaymentAttempt, PaymentOrder, PaymentOrigin, Refund, RefundCause, ReturnCause
from apps.payments.payables import payment_scene
from apps.payments.states import ORDERS, REFUNDS, AttemptState, OrderState
from kernel import clock
from kernel.http.filters import KnownFilter, in_force
from kernel.states import choices_of


class PaidFilter(django_filters.FilterSet):
    """What payment orders can be filtered by, whoever asks."""

    scene = django_filters.ChoiceFilter(choices=payment_scene().choices)
    state = django_filters.ChoiceFilter(choices=ORDERS.choices)

    class Meta:
        model = PaymentOrder
        fields: list[str] = []


class OwnOrderFilter(BoundFilterSet, PaidFilter):
    """Of the bound patients."""


class OrderFilter(PaidFilter):
    """For staff: also by hospital, patient, number, way of paying, application, origin, cause, day, and if stuck."""

    hospital_id = django_filters.UUIDFilter()
    patient_id = django_filters.UUIDFilter()
    department_id = django_filters.UUIDFilter()
    origin = django_filters.ChoiceFilter(choices=PaymentOrigin.choices)
    return_cause = django_filters.ChoiceFilter(choices=ReturnCause.choices)
    order_no = django_filters.CharFilter(max_length=32)
    search = django_filters.CharFilter(
        method="find", max_length=32, help_text=f"a whole order number, or {NAMED}"
    )
    channel = KnownFilter(known=lambda: in_force([*CHANNELS, MIXED]), max_length=24)
    method = django_filters.ChoiceFilter(
        choices=choices_of(PayMethod), method="filter_method", label="of the attempt that paid"
    )
    application = django_filters.CharFilter(max_length=100)
    created_from = django_filters.DateFilter(method="filter_from", label="first day, Asia/Shanghai")
    created_to = django_filters.DateFilter(method="filter_to", label="last day, Asia/Shanghai")
    stuck = django_filters.BooleanFilter(
        method="filter_stuck", label="paid for too long without being posted"
    )

    def find(self, queryset: Any, name: str, value: str) -> Any:
        return of_patients(queryset, value, "order_no")

    def filter_from(self, queryset: Any, name: str, value: dt.date) -> Any:
        return queryset.filter(created_at__gte=clock.local(value, dt.time()))

    def filter_to(self, queryset: Any, name: str, value: dt.date) -> Any:
        return queryset.filter(created_at__lte=clock.local(value, dt.time.max))

    def filter_method(self, queryset: Any, name: str, value: str) -> Any:
        paid = PaymentAttempt.objects.filter(state=AttemptState.SUCCEEDED, method=value)
        return queryset.filter(Exists(paid.filter(order=OuterRef("pk"))))

    def filter_stuck(self, queryset: Any, name: str, value: bool) -> Any:
        stuck = {"state": OrderState.PAID_UNPOSTED, "alarmed_at__isnull": False}
        return queryset.filter(**stuck) if value else queryset.exclude(**stuck)


class ReturnedFilter(django_filters.FilterSet):
    """What refunds can be filtered by, whoever asks."""

    state = django_filters.ChoiceFilter(choices=REFUNDS.choices)

    class Meta:
        model = Refund
        fields: list[str] = []


class OwnRefundFilter(BoundFilterSet, ReturnedFilter):
    """Of the bound patients."""


class RefundFilter(ReturnedFilter):
    """For staff: also by hospital, patient, order, cause and number."""

    hospital_id = django_filters.UUIDFilter()
    patient_id = django_filters.UUIDFilter()
    department_id = django_filters.UUIDFilter()
    order_id = django_filters.UUIDFilter()
    cause = django_filters.ChoiceFilter(choices=RefundCause.choices)
    refund_no = django_filters.CharFilter(max_length=32)
