import datetime as dt
from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema

from apps.access.scoped.views import ListMixin, RetrieveMixin, ScopedViewSet
from apps.receipts.api.admin import serializers as io
from apps.receipts.models import ReceiptAccount, ReceiptDayCheck
from apps.receipts.services.day_checks import check_day
from apps.receipts.states import DAY_CHECK_STATES
from kernel.errors import InvalidValue
from kernel.http.commands import command


class DayCheckFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    receipt_account_id = django_filters.UUIDFilter(field_name="account_id")
    state = django_filters.MultipleChoiceFilter(choices=DAY_CHECK_STATES)
    business_date_from = django_filters.DateFilter(field_name="business_date", lookup_expr="gte")
    business_date_to = django_filters.DateFilter(field_name="business_date", lookup_expr="lte")


@extend_schema(tags=["receipts"])
class ReceiptDayCheckViewSet(ListMixin, RetrieveMixin, ScopedViewSet):
    """日汇总核对: every night yesterday's receipts beside the platform's."""

    model = ReceiptDayCheck
    resource = "receipts.day_check"
    codes = {"create": "check"}
    serializer_class = io.ReceiptDayCheckSerializer
    filterset_class = DayCheckFilter
    ordering_fields = ["business_date"]
    ordering = ["-business_date", "-id"]

    def base_queryset(self) -> QuerySet[Any]:
        return ReceiptDayCheck.objects.select_related("account", "hospital")

    @command(
        body=io.DayCheckStartSerializer,
        answer=io.ReceiptDayCheckSerializer,
        status=201,
        raises=(InvalidValue,),
    )
    def create(self, *, account: ReceiptAccount, business_date: dt.date) -> ReceiptDayCheck:
        """核对: ask the platform about that day, now; again as often as wanted."""
        return check_day(account, business_date)
