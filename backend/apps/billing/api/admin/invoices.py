"""发票: issued for what was paid, printed and counted."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.exporting import ExportMixin
from apps.access.scoped.views import ScopedViewSet
from apps.audit.services import record
from apps.billing import errors
from apps.billing.api.filters import InvoiceFilter
from apps.billing.models import Bill, Invoice, ItemCategory
from apps.billing.selectors import invoices
from apps.billing.selectors.invoice_sheet import sheet_of
from apps.billing.services.invoices import issue_invoice, print_invoice
from apps.payments.errors import DayClosed
from kernel.errors import InvalidValue, StateConflict
from kernel.http.commands import command
from kernel.http.downloads import PDF, pdf_answer
from kernel.http.fields import QuantityField
from kernel.http.schema import raises
from kernel.http.serializers import Serializer, Shape
from kernel.pdf import render_spelt


class InvoiceSerializer(Serializer):
    """发票. `e_code`, `e_number`, `e_check_code`: the medical e-receipt, blank until HIS has made it."""

    id = serializers.UUIDField()
    invoice_no = serializers.CharField()
    bill_id = serializers.UUIDField()
    bill_no = serializers.CharField()
    payer_name = serializers.CharField()
    mrn = serializers.CharField()
    amount_fen = serializers.IntegerField()
    issued_at = serializers.DateTimeField()
    issued_by_name = serializers.CharField(allow_blank=True)
    paid_at = serializers.DateTimeField()
    channel = serializers.CharField(allow_blank=True)
    e_code = serializers.CharField(allow_blank=True)
    e_number = serializers.CharField(allow_blank=True)
    e_check_code = serializers.CharField(allow_blank=True)
    print_count = serializers.IntegerField()
    reversed_at = serializers.DateTimeField(allow_null=True)
    hospital_id = serializers.UUIDField()
    hospital_name = serializers.CharField()
    department_id = serializers.UUIDField(allow_null=True)
    department_name = serializers.CharField(allow_blank=True)
    patient_id = serializers.UUIDField()
    patient_name = serializers.CharField()


class InvoiceItemSerializer(Serializer):
    """One line of the invoice, as it was when that was issued."""

    category = serializers.ChoiceField(choices=ItemCategory.choices)
    code = serializers.CharField(allow_blank=True)
    name = serializers.CharField()
    spec = serializers.CharField(allow_blank=True)
    unit = serializers.CharField(allow_blank=True)
    quantity = QuantityField()
    unit_price_fen = serializers.IntegerField()
    amount_fen = serializers.IntegerField()


class InvoiceDetailSerializer(Shape, InvoiceSerializer):
    """发票 with its lines: the data for printing."""

    items = InvoiceItemSerializer(many=True)


class InvoiceCopySerializer(InvoiceDetailSerializer):
    """What the printer gets. `copy_no` counts every print; `paper_code`, `paper_no`: the numbered form, if any."""

    copy_no = serializers.IntegerField()
    is_reprint = serializers.BooleanField()
    desk = serializers.CharField()
    printed_at = serializers.DateTimeField()
    paper_code = serializers.CharField(allow_blank=True)
    paper_no = serializers.CharField(allow_blank=True)


class PrintInvoiceSerializer(Serializer):
    """`desk` is where it is printed, blank: at the drawer of the clerk's shift. `reason`: from the second copy on.

    Where forms are numbered: `paper_code` and `paper_no` as they lie in the printer (blank: not looked), and, for a
    reprint, whether the sheet before came back.
    """

    desk = serializers.CharField(max_length=40, allow_blank=True, default="")
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")
    paper_code = serializers.CharField(max_length=20, allow_blank=True, default="")
    paper_no = serializers.CharField(max_length=20, allow_blank=True, default="")
    copy_returned = serializers.BooleanField(allow_null=True, default=None)


class InvoicePrintSerializer(Serializer):
    """One print."""

    copy_no = serializers.IntegerField()
    printed_at = serializers.DateTimeField(source="created_at")
    printed_by_name = serializers.CharField(source="printed_by.name", default="", allow_blank=True)
    desk = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)


@extend_schema(tags=["invoices"])
class BillInvoiceViewSet(ScopedViewSet):
    """发票 of a bill."""

    model = Bill
    resource = "billing.bill"
    codes = {"invoice": "billing.invoice.add"}
    serializer_class = InvoiceDetailSerializer

    @command(
        answer=InvoiceDetailSerializer, status=201, idempotent=True, raises=(StateConflict, errors.InvoiceStands),
        operation_id="bills_invoice",
    )  # fmt: skip
    def invoice(self, bill: Bill) -> dict[str, Any]:
        """开票: the invoice of what is left of a paid bill."""
        return invoices.one(issue_invoice(bill, staff=self.me).pk)


@extend_schema(tags=["invoices"])
class InvoiceViewSet(ExportMixin, ScopedViewSet):
    """发票: list, data for printing, prints."""

    model = Invoice
    resource = "billing.invoice"
    codes = {"prints": "list", "print_copy": "print", "sheet": "print"}
    serializer_class = InvoiceSerializer
    filterset_class = InvoiceFilter
    ordering_fields = ["issued_at"]
    ordering = ["-issued_at"]
    keys_first = True
    export_columns = {
        "invoice_no": "invoice_no", "issued_at": "issued_at", "payer_name": "payer_name", "amount_fen": "amount_fen",
        "bill__bill_no": "bill_no", "patient__name": "patient_name", "patient__mrn": "mrn",
        "hospital__name": "hospital_name", "department__name": "department_name", "e_code": "e_code",
        "e_number": "e_number", "print_count": "print_count", "issued_by__name": "issued_by_name",
        "reversed_at": "reversed_at",
    }  # fmt: skip

    def row_queryset(self) -> Any:
        return invoices.rows_of(Invoice.objects.all())

    def list(self, request: Any) -> Response:
        """发票 within reach."""
        rows = self.paginate_queryset(self.listed())
        return self.get_paginated_response([invoices.shown(row) for row in rows or ()])

    @extend_schema(responses=InvoiceDetailSerializer)
    def retrieve(self, request: Any, pk: UUID) -> Response:
        """One invoice with its lines: the data for printing."""
        return Response(invoices.one(self.get_object().pk))

    @command(
        body=PrintInvoiceSerializer, answer=InvoiceCopySerializer, status=201, idempotent=True,
        raises=(
            errors.InvoiceReversed, errors.InvoiceDeskRefused, errors.InvoiceReprintNeedsReason, InvalidValue,
            errors.NoInvoiceRange, errors.InvoiceNumberNotNext, DayClosed,
        ),
        operation_id="invoices_print_copy",
    )  # fmt: skip
    def print_copy(self, invoice: Invoice, **values: Any) -> dict[str, Any]:
        """打印/补打: count a copy and return it for the printer."""
        return invoices.printed(print_invoice(invoice, **values, staff=self.me))

    @extend_schema(
        responses=InvoicePrintSerializer(many=True), filters=False, operation_id="invoices_prints_list"
    )
    def prints(self, request: Any, pk: UUID) -> Response:
        """Every print of the invoice: when, where, by whom and why."""
        rows = self.get_object().prints.select_related("printed_by").order_by("copy_no")
        return Response(InvoicePrintSerializer(rows[:200], many=True).data)

    @raises(errors.InvoiceNotPrinted)
    @extend_schema(responses=PDF, filters=False, operation_id="invoices_sheet")
    def sheet(self, request: Any, pk: UUID) -> HttpResponse:
        """发票打印件: the newest copy as a PDF, for who has printed it. Nothing is counted."""
        invoice = self.get_object()
        copy = invoices.printed(invoices.newest_copy(invoice.pk, self.actor.staff_id))
        record(
            action="export",
            object_type="billing.invoice",
            object_id=invoice.pk,
            hospital_id=invoice.hospital_id,
        )
        return pdf_answer(render_spelt(sheet_of(copy)), "invoices_sheet", invoice.invoice_no)
