"""对方账单 that finance hands in: of a channel, whose own pages give it, or of HIS."""

from typing import Any
from uuid import UUID

import django_filters
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from apps.access.scoped.views import ListMixin, RetrieveMixin, ScopedViewSet
from apps.files.errors import FileEmpty, FileTooLarge, FileTypeRefused, RangeNotSatisfiable
from apps.files.sending import RANGE, send_file
from apps.reconciliation.api.admin.accounts import AccountSerializer
from apps.reconciliation.api.bills import BillFindingsMixin
from apps.reconciliation.errors import NotReconciled, TooManyBills
from apps.reconciliation.files import BILL
from apps.reconciliation.models import BillSource, CounterpartyKind, SuppliedBill
from apps.reconciliation.services.hand_in import Bringer, hand_in
from apps.reconciliation.services.hold_bill import ask_to_count
from apps.reconciliation.states import BILLS, RESULTS, BillState
from apps.worklist.errors import ApprovalOpen, NobodyDecides
from kernel.errors import InvalidValue, StateConflict
from kernel.http.commands import command
from kernel.http.parsing import ORJSONParser
from kernel.http.schema import raises
from kernel.http.serializers import Serializer


class SuppliedBillSerializer(BillFindingsMixin):
    """对方账单, and what became of it. `run_id`: the run that was matched with it; `approval_id`: held until another
    person agrees that it counts."""

    account_id = serializers.UUIDField(
        read_only=True, help_text="of a merchant its own id, of HIS the hospital's"
    )
    file_name = serializers.CharField(source="file.name", read_only=True)
    size = serializers.IntegerField(source="file.size", read_only=True)
    counts = serializers.SerializerMethodField(help_text="whether its day is matched with it now")
    partner_name = serializers.CharField(source="partner.name", read_only=True, allow_null=True, default=None)

    class Meta:
        model = SuppliedBill
        fields = [
            "id", "hospital_id", "hospital_name", "counterparty", "account_id", "account_name", "merchant_id",
            "merchant_name", "business_date", "source", "by_id", "by_name", "partner_id", "partner_name", "file_name",
            "size", "sha256", "state", "findings", "run_id", "approval_id", "counts", "checked_at", "created_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_counts(self, bill: SuppliedBill) -> bool:
        return bill.state == BillState.TAKEN and bill.run is not None and bill.run.state in RESULTS


class BillUploadSerializer(AccountSerializer):
    """A file: of a channel as its own pages give it, of HIS in the form of our own bill (CSV or Excel)."""

    business_date = serializers.DateField()
    file = serializers.FileField(help_text="at most 500 MB and 2,000,000 rows; recognised by its content")


class BillCountSerializer(Serializer):
    """Why a bill that counted once should count again."""

    reason = serializers.CharField(max_length=200)


class BillFilter(django_filters.FilterSet):
    """`business_date_from` and `…_to`: the first and the last day."""

    hospital_id = django_filters.UUIDFilter()
    counterparty = django_filters.MultipleChoiceFilter(choices=CounterpartyKind.choices)
    merchant_id = django_filters.UUIDFilter()
    source = django_filters.ChoiceFilter(choices=BillSource.choices)
    state = django_filters.MultipleChoiceFilter(choices=BILLS.choices)
    business_date_from = django_filters.DateFilter(field_name="business_date", lookup_expr="gte")
    business_date_to = django_filters.DateFilter(field_name="business_date", lookup_expr="lte")


ANY, BYTES = "*/*", OpenApiResponse(OpenApiTypes.BINARY)


@extend_schema(tags=["reconciliation"])
class SuppliedBillViewSet(ListMixin, RetrieveMixin, ScopedViewSet):
    """对方账单: counterparties' bills that were handed in as files."""

    model = SuppliedBill
    resource = "reconciliation.bill"
    codes = {"create": "add", "count": "add", "file": "list"}
    serializer_class = SuppliedBillSerializer
    filterset_class = BillFilter
    ordering_fields = ["business_date"]
    ordering = ["-id"]

    def base_queryset(self) -> Any:
        return SuppliedBill.objects.select_related("file", "partner", "run")

    def get_parsers(self) -> Any:
        upload = getattr(self, "action_map", {}).get("post") == "create"
        return [MultiPartParser()] if upload else [ORJSONParser()]

    @extend_schema(
        request={"multipart/form-data": BillUploadSerializer},
        responses={201: SuppliedBillSerializer, 200: SuppliedBillSerializer},
    )
    @raises(InvalidValue, NotReconciled, TooManyBills, FileEmpty, FileTooLarge, FileTypeRefused)
    def create(self, request: Any) -> Response:
        """上传对方账单 of a day; a worker checks it. The same file again is the same bill (200).

        Where the day has a result, another person has to agree before it counts.
        """
        body = BillUploadSerializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        kind, account = body.account()
        bringer = Bringer(staff=self.me, user_id=request.user.pk)
        given = body.validated_data
        bill, made = hand_in(kind, account, given["business_date"], upload=given["file"], bringer=bringer)
        return Response(self.get_serializer(self.as_now(bill.pk)).data, status=201 if made else 200)

    @command(
        body=BillCountSerializer, answer=SuppliedBillSerializer, idempotent=True,
        raises=(StateConflict, ApprovalOpen, NobodyDecides),
    )  # fmt: skip
    def count(self, bill: SuppliedBill, *, reason: str) -> SuppliedBill:
        """申请重新采用账单: it counted once, another one does since; another person has to agree."""
        return ask_to_count(bill, by=self.me, reason=reason)

    @extend_schema(
        operation_id="reconciliation_bills_file", parameters=RANGE, filters=False,
        responses={(200, ANY): BYTES, (206, ANY): BYTES, 304: OpenApiResponse(description="Nothing has changed.")},
    )  # fmt: skip
    @raises(RangeNotSatisfiable)
    def file(self, request: Any, pk: UUID) -> HttpResponseBase:
        """下载对方账单 as it was handed in; recorded."""
        return send_file(request, self.get_object().file, BILL, user_id=request.user.pk)
