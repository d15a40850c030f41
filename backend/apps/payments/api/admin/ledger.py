"""资金账 is read here; only services of payments write it."""

import functools
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.response import Response

from apps.access.policies.base import policy_of
from apps.access.scoped.views import CodedView, ListMixin, RetrieveMixin
from apps.audit.services import record
from apps.payments.api.admin import ledger_serializers as io
from apps.payments.models import AccountKind, LedgerAccount, LedgerTransaction
from apps.payments.selectors.ledger import account_statement, give_owner_names, trial_balance, with_balances
from apps.payments.selectors.ledger_export import export_rows
from kernel import clock
from kernel.http.downloads import attachment, title_of
from kernel.http.filters import FilterBackend
from kernel.http.pagination import TimelinePagination
from kernel.http.views import APIView
from kernel.sheets import csv_blocks
from kernel.words import spoken


class LedgerAccountFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    kind = django_filters.ChoiceFilter(choices=AccountKind.choices)
    owner = django_filters.CharFilter(max_length=64)


class LedgerTransactionFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    kind = django_filters.CharFilter(max_length=40)
    order_id = django_filters.UUIDFilter()
    refund_id = django_filters.UUIDFilter()
    day = django_filters.DateFilter(field_name="posted_on")


@extend_schema(tags=["ledger"])
class LedgerAccountViewSet(ListMixin, RetrieveMixin):
    """账户: whose money it is and how much."""

    model = LedgerAccount
    resource = "payments.ledger"
    serializer_class = io.LedgerAccountSerializer
    filterset_class = LedgerAccountFilter
    filter_backends = [FilterBackend]

    def base_queryset(self) -> QuerySet[Any]:
        return with_balances(LedgerAccount.objects.order_by("hospital", "kind", "owner"))

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        give_owner_names(page)
        return page

    def get_object(self) -> Any:
        account = super().get_object()
        give_owner_names([account])
        return account


@extend_schema(tags=["ledger"])
class LedgerStatementViewSet(ListMixin):
    """账户明细: the entries of one account, newest first, with the balance after each."""

    model = LedgerAccount
    resource = "payments.ledger"
    serializer_class = io.LedgerStatementEntrySerializer
    filter_backends = [FilterBackend]

    def listed(self) -> Any:
        return account_statement(self.account)

    @functools.cached_property
    def account(self) -> LedgerAccount:
        """Within reach, or 404."""
        found: LedgerAccount = self.get_object()
        return found

    def get_serializer_context(self) -> dict[str, Any]:
        kind = "" if getattr(self, "swagger_fake_view", False) else self.account.kind
        return {**super().get_serializer_context(), "kind": kind}


@extend_schema(tags=["ledger"])
class LedgerTransactionViewSet(ListMixin, RetrieveMixin):
    """流水: every movement of money, newest first."""

    model = LedgerTransaction
    resource = "payments.ledger"
    serializer_class = io.LedgerTransactionSerializer
    filterset_class = LedgerTransactionFilter
    filter_backends = [FilterBackend]
    pagination_class = TimelinePagination

    @extend_schema(responses=io.WholeLedgerTransactionSerializer)
    def retrieve(self, request: Any, pk: UUID) -> Response:
        """流水 with its entries, debits first."""
        return Response(io.WholeLedgerTransactionSerializer(self.get_object()).data)

    @extend_schema(
        operation_id="ledger_transactions_export",
        parameters=[io.LedgerExportQuerySerializer],
        responses={(200, "text/csv"): OpenApiResponse(OpenApiTypes.STR)},
        filters=False,
    )
    def export(self, request: Any) -> StreamingHttpResponse:
        """Export the entries of a period as CSV, oldest first."""
        query = io.LedgerExportQuerySerializer(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        asked = dict(query.validated_data)
        first, last = asked.pop("posted_from"), asked.pop("posted_to")
        rows = self.get_queryset().filter(**asked)
        record(
            action="export",
            object_type="payments.ledger",
            object_id="",
            detail={"filters": request.query_params.dict()},
        )
        response = StreamingHttpResponse(
            csv_blocks(spoken(export_rows(rows, first, last))), content_type="text/csv; charset=utf-8"
        )
        response["Content-Disposition"] = attachment(
            title_of("ledger_transactions_export"), "csv", first, last
        )
        return response

    def visible_code(self) -> str:
        """An export reaches as far as its own code."""
        return self.code_of_action() or ""


class TrialBalanceView(CodedView, APIView):
    """试算平衡表: what every kind of account holds now."""

    resource = "payments.ledger"
    codes = {"get": "list"}

    @extend_schema(
        operation_id="ledger_trial_balance",
        tags=["ledger"],
        parameters=[io.TrialBalanceQuerySerializer],
        responses=io.TrialBalanceSerializer,
    )
    def get(self, request: Any) -> Response:
        """试算平衡表 of the hospitals within reach, or of one of them."""
        query = io.TrialBalanceQuerySerializer(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        accounts = policy_of(LedgerAccount).scope(
            self.actor, self.code_of_action() or "", LedgerAccount.objects.all()
        )
        if "hospital_id" in query.validated_data:
            accounts = accounts.filter(hospital_id=query.validated_data["hospital_id"])
        now, rows = clock.now(), trial_balance(accounts)
        totals = {side: sum(row[side] for row in rows) for side in ("debit_fen", "credit_fen")}
        return Response(io.TrialBalanceSerializer({"as_of": now, "rows": rows, **totals}).data)
