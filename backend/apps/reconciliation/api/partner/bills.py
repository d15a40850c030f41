"""HIS puts its bill of a day here, where it is not fetched."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from apps.access.scoped.partner import HasScope, Partner, PartnerAuthentication
from apps.files.errors import FileEmpty, FileTooLarge, FileTypeRefused
from apps.identity.models import PartnerApplication
from apps.reconciliation.api.bills import BillFindingsMixin
from apps.reconciliation.counterparties.his import account_of
from apps.reconciliation.counterparties.registry import COUNTERPARTIES
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


class _HisBillView(APIView):
    authentication_classes = [PartnerAuthentication]
    permission_classes = [HasScope]
    required_scope = "reconciliation:write"

    def application(self) -> PartnerApplication:
        """Who asks."""
        partner: Partner = self.request.user  # type: ignore[assignment]  # HasScope lets in nobody else
        return partner.application


class HisBillsView(_HisBillView):
    """Bills of the application's hospital."""

    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="put_his_bill", tags=["reconciliation"], request={"multipart/form-data": PutBillSerializer},
        responses={202: PutBillStateSerializer, 200: PutBillStateSerializer},
    )  # fmt: skip
    @raises(InvalidValue, FileEmpty, FileTooLarge, FileTypeRefused)
    def post(self, request: Any) -> Response:
        """提交 HIS 账单 of a day; a worker checks it. The same file again is the same bill (200), and nothing new."""
        given = validated(PutBillSerializer, request.data)
        application = self.application()
        bill, made = hand_in(
            COUNTERPARTIES[CounterpartyKind.HIS], account_of(application.hospital), given["business_date"],
            upload=given["file"], bringer=Bringer(partner=application),
        )  # fmt: skip
        return Response(PutBillStateSerializer(bill).data, status=202 if made else 200)


class HisBillView(_HisBillView):
    """One of them."""

    @extend_schema(operation_id="his_bill", tags=["reconciliation"], responses=PutBillStateSerializer)
    @raises(NotFound)
    def get(self, request: Any, pk: UUID) -> Response:
        """查询 HIS 账单的处理结果 What became of a bill that the hospital's HIS has put here."""
        rows = SuppliedBill.objects.filter(
            hospital_id=self.application().hospital_id, counterparty=CounterpartyKind.HIS
        )
        bill = rows.filter(pk=pk).first()
        if bill is None:
            raise NotFound
        return Response(PutBillStateSerializer(bill).data)
