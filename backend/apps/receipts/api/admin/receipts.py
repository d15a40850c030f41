from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.access.scoped.exporting import ExportMixin
from apps.access.scoped.options import OptionsMixin
from apps.access.scoped.views import ListMixin, RetrieveMixin, ScopedViewSet
from apps.patients.own_filters import NAMED
from apps.patients.selectors import of_patients
from apps.receipts import errors
from apps.receipts.api.admin import serializers as io
from apps.receipts.models import EReceipt
from apps.receipts.ports import ReceiptKind
from apps.receipts.services import by_hand, paper
from apps.receipts.states import RECEIPTS
from kernel.errors import ServiceUnavailable, StateConflict
from kernel.http.commands import command
from kernel.states import choices_of


class EReceiptFilter(django_filters.FilterSet):
    """`created_from` is in the range, `created_to` no more."""

    hospital_id = django_filters.UUIDFilter()
    department_id = django_filters.UUIDFilter()
    patient_id = django_filters.UUIDFilter()
    bill_id = django_filters.UUIDFilter()
    kind = django_filters.MultipleChoiceFilter(choices=choices_of(ReceiptKind))
    state = django_filters.MultipleChoiceFilter(choices=RECEIPTS.choices)
    created_from = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_to = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")
    search = django_filters.CharFilter(
        method="find", max_length=32, help_text=f"a whole number of the receipt, or {NAMED}"
    )

    def find(self, queryset: Any, name: str, value: str) -> Any:
        return of_patients(queryset, value, "receipt_no", "e_number")


@extend_schema(tags=["receipts"])
class EReceiptViewSet(OptionsMixin, ExportMixin, ListMixin, RetrieveMixin, ScopedViewSet):
    """电子票据 of paid bills: made by themselves, mended here."""

    model = EReceipt
    resource = "receipts.receipt"
    codes = {"retry": "retry", "query": "query", "turn_paper": "turn_paper"}
    serializer_class = io.EReceiptSerializer
    filterset_class = EReceiptFilter
    ordering_fields = ["created_at"]
    ordering = ["-id"]
    option_columns = ("receipt_no", "patient__name", "amount_fen")
    in_force: ClassVar[dict[str, Any]] = {}
    export_columns = {
        "receipt_no": "receipt_no", "kind": "kind", "state": "state", "amount_fen": "amount_fen",
        "bill__bill_no": "bill_no", "patient__name": "patient_name", "payer_name": "payer_name", "e_code": "e_code",
        "e_number": "e_number", "e_check_code": "e_check_code", "issued_at": "issued_at",
        "reversal_code": "reversal_code", "reversal_number": "reversal_number", "reversed_at": "reversed_at",
        "paper_code": "paper_code", "paper_no": "paper_no", "paper_at": "paper_at", "error_text": "error_text",
        "department__name": "department_name", "hospital__name": "hospital_name", "created_at": "created_at",
    }  # fmt: skip

    def base_queryset(self) -> QuerySet[Any]:
        return EReceipt.objects.select_related("bill", "account__hospital", "hospital")

    @extend_schema(responses=io.WholeEReceiptSerializer)
    def retrieve(self, request: Any, pk: UUID) -> Response:
        """电子票据 with its lines and its QR code."""
        shown = io.WholeEReceiptSerializer(self.get_object(), context=self.get_serializer_context())
        return Response(shown.data)

    @command(answer=io.EReceiptSerializer, raises=(StateConflict,))
    def retry(self, receipt: EReceipt) -> EReceipt:
        """重试: what failed is issued, or reversed, once more; the platform is asked first where it may have it."""
        return by_hand.retry(receipt)

    @command(answer=io.EReceiptSerializer, raises=(StateConflict,))
    def query(self, receipt: EReceipt) -> EReceipt:
        """查询状态: ask the platform now, not when a worker would."""
        return by_hand.query(receipt)

    @command(
        answer=io.EReceiptSerializer,
        raises=(StateConflict, errors.PaperNotPrinted, errors.PlatformSaidNo, ServiceUnavailable),
    )
    def turn_paper(self, receipt: EReceipt) -> EReceipt:
        """换开纸质票据: on the form of its invoice, else on the platform's next."""
        return paper.turn_to_paper(receipt, by=self.me)
