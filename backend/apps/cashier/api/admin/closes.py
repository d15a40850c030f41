import datetime as dt
from typing import Any

import django_filters
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.access.scoped.views import ListMixin, RetrieveMixin, ScopedViewSet
from apps.cashier.api.admin import close_serializers as io
from apps.cashier.selectors import business_day
from apps.cashier.services.reopening import ask_to_reopen
from apps.identity.models import Hospital
from apps.payments import errors
from apps.payments.services import closing
from apps.payments.states import CLOSES, CloseState
from apps.payments.types import DailyClose, MonthlyClose
from apps.worklist.errors import ApprovalOpen, NobodyDecides
from kernel.errors import StateConflict
from kernel.http.commands import command

_REOPEN = (StateConflict, errors.NotNewestClose, errors.MonthClosed, ApprovalOpen, NobodyDecides)


class DailyCloseFilter(django_filters.FilterSet):
    """`business_date_from` and `…_to`: the first and the last day."""

    hospital_id = django_filters.UUIDFilter()
    state = django_filters.ChoiceFilter(choices=CLOSES.choices)
    business_date_from = django_filters.DateFilter(field_name="business_date", lookup_expr="gte")
    business_date_to = django_filters.DateFilter(field_name="business_date", lookup_expr="lte")


class MonthlyCloseFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    state = django_filters.ChoiceFilter(choices=CLOSES.choices)


def _with_newest(model: type[DailyClose] | type[MonthlyClose], period: str) -> Any:
    """`is_newest`: it stands, and none after it does."""
    standing = model._default_manager.filter(state=CloseState.CLOSED)
    later = standing.filter(**{"hospital_id": OuterRef("hospital_id"), f"{period}__gt": OuterRef(period)})
    newest = Case(When(Q(state=CloseState.CLOSED) & ~Exists(later), then=Value(True)), default=Value(False))
    return model._default_manager.select_related("approval").annotate(is_newest=newest)


@extend_schema(tags=["closes"])
class DailyCloseViewSet(ListMixin, RetrieveMixin, ScopedViewSet):
    """日结: a business day that takes no more entries, and its sums."""

    model = DailyClose
    resource = "cashier.daily_close"
    codes = {"day": "list", "reopen": "reopen"}
    serializer_class = io.DailyCloseSerializer
    filterset_class = DailyCloseFilter
    ordering_fields = ["business_date"]
    ordering = ["-id"]

    def base_queryset(self) -> Any:
        return _with_newest(DailyClose, "business_date")

    @extend_schema(responses=io.WholeDailyCloseSerializer)
    def retrieve(self, request: Any, pk: Any) -> Response:
        """日结 with its totals."""
        return Response(io.WholeDailyCloseSerializer(self.get_object()).data)

    @extend_schema(
        operation_id="daily_closes_day", parameters=[io.DayToCloseSerializer], responses=io.BusinessDaySerializer,
        filters=False,
    )  # fmt: skip
    def day(self, request: Any) -> Response:
        """结账检查: what keeps a day open, and its sums."""
        asked = io.DayToCloseSerializer(
            data=request.query_params.dict(), context=self.get_serializer_context()
        )
        asked.is_valid(raise_exception=True)
        return Response(io.BusinessDaySerializer(business_day(**asked.validated_data)).data)

    @command(
        body=io.DayToCloseSerializer, answer=io.DailyCloseSerializer, status=201, idempotent=True,
        raises=(
            errors.DayNotOver, errors.DayClosed, errors.DaysCloseInOrder, errors.DayStillOpen, errors.LedgerNotProven,
        ),
    )  # fmt: skip
    def create(self, *, hospital: Hospital, day: dt.date) -> DailyClose:
        """日结: close a day that is over and of which nothing is open any more."""
        return closing.close_day(hospital=hospital, day=day, by=self.me)

    @command(body=io.CloseReopenSerializer, answer=io.DailyCloseSerializer, raises=_REOPEN, idempotent=True)
    def reopen(self, row: DailyClose, *, reason: str) -> Any:
        """申请重新打开日结: of the newest close; another person has to agree."""
        return ask_to_reopen(row, by=self.me, reason=reason)


@extend_schema(tags=["closes"])
class MonthlyCloseViewSet(ListMixin, RetrieveMixin, ScopedViewSet):
    """月结: a month whose days are closed, with the proof of its ledger."""

    model = MonthlyClose
    resource = "cashier.monthly_close"
    codes = {"reopen": "reopen"}
    serializer_class = io.MonthlyCloseSerializer
    filterset_class = MonthlyCloseFilter
    ordering_fields = ["month"]
    ordering = ["-id"]

    def base_queryset(self) -> Any:
        return _with_newest(MonthlyClose, "month")

    @extend_schema(responses=io.WholeMonthlyCloseSerializer)
    def retrieve(self, request: Any, pk: Any) -> Response:
        """月结 with its proof."""
        return Response(io.WholeMonthlyCloseSerializer(self.get_object()).data)

    @command(
        body=io.MonthToCloseSerializer, answer=io.MonthlyCloseSerializer, status=201, idempotent=True,
        raises=(errors.MonthClosed, errors.MonthsCloseInOrder, errors.MonthStillOpen, errors.LedgerNotProven),
    )  # fmt: skip
    def create(self, *, hospital: Hospital, month: str) -> MonthlyClose:
        """月结: close a month of which every day is closed."""
        return closing.close_month(hospital=hospital, month=month, by=self.me)

    @command(body=io.CloseReopenSerializer, answer=io.MonthlyCloseSerializer, raises=_REOPEN, idempotent=True)
    def reopen(self, row: MonthlyClose, *, reason: str) -> Any:
        """申请重新打开月结: of the newest close; another person has to agree."""
        return ask_to_reopen(row, by=self.me, reason=reason)
