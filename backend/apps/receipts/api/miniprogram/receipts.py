from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.permissions import IsPatientAccount
from apps.patients.errors import CardRequired
from apps.patients.own_filters import BoundFilterSet
from apps.receipts.api.serializers import WithPicture
from apps.receipts.models import EReceipt
from apps.receipts.selectors import own_receipts
from kernel.errors import NotFound
from kernel.http.schema import raises
from kernel.http.serializers import ModelSerializer
from kernel.http.views import GenericViewSet

COLUMNS = [
    "id", "receipt_no", "kind", "state", "amount_fen", "bill_id", "bill_title", "patient_id", "patient_name",
    "payer_name", "hospital_id", "hospital_name", "department_id", "department_name", "e_code", "e_number",
    "e_check_code", "issued_at", "reversed_at",
]  # fmt: skip


class OwnEReceiptSerializer(ModelSerializer):
    """电子票据 that was issued; a reversed one counts no more."""

    bill_title = serializers.CharField(source="bill.title")

    class Meta:
        model = EReceipt
        fields = COLUMNS
        read_only_fields = COLUMNS


class OwnEReceiptDetailSerializer(OwnEReceiptSerializer, WithPicture):
    """电子票据 with its lines; `qr_picture_url` is its QR code as a picture, `picture_url` the platform's own page."""

    class Meta(OwnEReceiptSerializer.Meta):
        fields = [*COLUMNS, "picture_url", "qr_picture_url", "lines"]
        read_only_fields = fields


@extend_schema(tags=["receipts"])
class OwnEReceiptViewSet(GenericViewSet[EReceipt]):
    """电子票据 of the patients whose cards are bound to the account."""

    permission_classes = [IsPatientAccount]
    serializer_class = OwnEReceiptSerializer
    filterset_class = BoundFilterSet
    lookup_value_converter = "uuid"
    ordering_fields = ["issued_at"]
    ordering = ["-id"]

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):
            return EReceipt.objects.none()
        account = self.request.user.wechat  # type: ignore[union-attr]
        return own_receipts(account).select_related("bill", "patient", "hospital", "department")

    @raises(CardRequired, NotFound)
    def list(self, request: Any) -> Response:
        """电子票据, the latest first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        answer: Response = self.get_paginated_response(self.get_serializer(page, many=True).data)
        return answer

    @extend_schema(responses=OwnEReceiptDetailSerializer)
    @raises(CardRequired)
    def retrieve(self, request: Any, pk: UUID) -> Response:
        """One receipt with its lines and its QR code."""
        found = self.get_queryset().filter(pk=pk).first()
        if found is None:
            raise NotFound
        return Response(OwnEReceiptDetailSerializer(found, context=self.get_serializer_context()).data)
