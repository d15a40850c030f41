"""HIS puts its bill of a day here, where it is not fetched; an application its own, if it wants to have it compared."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from apps.access.scoped.partner import HasScope, Partner, PartnerAuthentication
from apps.files.errors import FileEmpty, FileTooLarge, FileTypeRefused
from apps.identity.models import PartnerApplication
from apps.reconciliation.api.bills import BillFindingsMixin
from apps.reconciliation.counterparties import application, his
from apps.reconciliation.counterparties.base import Account
from apps.reconciliation.counterparties.registry import COUNTERPARTIES
from apps.reconciliation.errors import NotReconciled, TooManyBills
from apps.reconciliation.models import CounterpartyKind, SuppliedBill
from apps.reconciliation.services.hand_in import Bringer, hand_in
from kernel.errors import InvalidValue, NotFound
from kernel.http.schema import raises
from kernel.http.serializers import Serializer, validated
from kernel.http.views import APIView


class PutBillSerializer(Serializer):
    """The bill of a day in the form of our own: CSV, UTF-8 or GB 18030, columns by their titles, `#total` last."""

    business_date = serializers.DateField()
    file = serializers.FileField(help_text="at most 500 MB and 2,000,000 rows")


class PutBillStateSerializer(BillFindingsMixin):
    """What became of it: `taken`, the day is matched with it; `refused`, `findings` say why."""

    class Meta:
        model = SuppliedBill
        fields = ["id", "business_date", "sha256", "state", "findings", "checked_at", "created_at"]
        read_only_fields = fields


class _BillView(APIView):
    authentication_classes = [PartnerAuthentication]
    permission_classes = [HasScope]
    required_scope = "reconciliation:write"
    counterparty: ClassVar[CounterpartyKind] = CounterpartyKind.HIS

    def application(self) -> PartnerApplication:
        """Who asks."""
        partner: Partner = self.request.user  # type: ignore[assignment]  # HasScope lets in nobody else
        return partner.application

    def account(self) -> Account:
        """Whose bill it is."""
        if self.counterparty == CounterpartyKind.HIS:
            return his.account_of(self.application().hospital)
        return application.account_of(self.application())

    def take(self, request: Any) -> Response:
        """The file, to be checked by a worker."""
        given, account = validated(PutBillSerializer, request.data), self.account()
        bill, made = hand_in(
            COUNTERPARTIES[self.counterparty], account, given["business_date"], upload=given["file"],
            bringer=Bringer(partner=self.application()),
        )  # fmt: skip
        return Response(PutBillStateSerializer(bill).data, status=201 if made else 200)

    def show(self, pk: UUID) -> Response:
        """What became of one."""
        account = self.account()
        rows = SuppliedBill.objects.filter(
            hospital_id=account.hospital_id, counterparty=self.counterparty, account_id=account.account_id,
            partner=self.application(),
        )  # fmt: skip
        bill = rows.filter(pk=pk).first()
        if bill is None:
            raise NotFound
        return Response(PutBillStateSerializer(bill).data)


def _takes(operation: str) -> Any:
    """Declare an operation that takes a bill in."""
    declared = extend_schema(
        operation_id=operation, tags=["reconciliation"], request={"multipart/form-data": PutBillSerializer},
        responses={201: PutBillStateSerializer, 200: PutBillStateSerializer},
    )  # fmt: skip
    return lambda method: declared(
        raises(InvalidValue, NotReconciled, TooManyBills, FileEmpty, FileTooLarge, FileTypeRefused)(method)
    )


class HisBillsView(_BillView):
    """Bills of the application's hospital."""

    parser_classes = [MultiPartParser]

    @_takes("put_his_bill")
    def post(self, request: Any) -> Response:
        """提交 HIS 账单 of a day; a worker checks it. The same file again is the same bill (200), and nothing new."""
        return self.take(request)


class HisBillView(_BillView):
    """One of them."""

    @extend_schema(operation_id="his_bill", tags=["reconciliation"], responses=PutBillStateSerializer)
    @raises(NotFound)
    def get(self, request: Any, pk: UUID) -> Response:
        """查询 HIS 账单的处理结果 What became of a bill that the hospital's HIS has put here."""
        return self.show(pk)


class HandInView(_BillView):
    """The application's own."""

    required_scope = "payments:write"
    counterparty = CounterpartyKind.APPLICATION
    parser_classes = [MultiPartParser]

    @_takes("put_bill")
    def post(self, request: Any) -> Response:
        """提交本应用账单 of a day, in the form of `day-bill`: what differs is settled with the hospital's finance."""
        return self.take(request)


class HandedInView(_BillView):
    """One of them."""

    required_scope = "payments:write"
    counterparty = CounterpartyKind.APPLICATION

    @extend_schema(operation_id="put_bill_state", tags=["reconciliation"], responses=PutBillStateSerializer)
    @raises(NotFound)
    def get(self, request: Any, pk: UUID) -> Response:
        """查询本应用账单的处理结果 What became of a bill that the application has handed in."""
        return self.show(pk)
