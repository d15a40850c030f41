"""票据号段 and 纸质票据: numbered forms from finance to the patient, and back."""

from typing import Any
from uuid import UUID

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.fields import ScopedRelatedField
from apps.access.scoped.views import ListMixin, RetrieveMixin, ScopedViewSet
from apps.billing import errors
from apps.billing.models import InvoiceKind, InvoicePaper, InvoiceRange
from apps.billing.selectors.papers import usage_of
from apps.billing.services import invoice_ranges, papers
from apps.billing.states import PAPERS, RANGES
from apps.identity.models import StaffMember
from apps.payments.errors import DayClosed
from kernel.errors import InvalidValue, PermissionDenied, StateConflict
from kernel.http.commands import command
from kernel.http.serializers import ModelSerializer, Serializer
from kernel.text import fold_number


class InvoiceRangeSerializer(ModelSerializer):
    """票据号段. Numbers as they are printed; `next_no` is blank once none is left to use."""

    first_no = serializers.CharField()
    last_no = serializers.CharField()
    next_no = serializers.CharField(allow_blank=True)
    unused_count = serializers.IntegerField()

    class Meta:
        model = InvoiceRange
        fields = [
            "id", "hospital_id", "hospital_name", "kind", "code", "first_no", "last_no", "next_no", "unused_count",
            "holder_id", "holder_name", "state", "drawn_by_id", "drawn_by_name", "drawn_at", "returned_at",
            "verified_by_id", "verified_by_name", "verified_at", "version",
        ]  # fmt: skip
        read_only_fields = fields


class InvoiceRangeDrawSerializer(Serializer):
    """What finance hands out; first and last number with all their digits."""

    kind = serializers.ChoiceField(choices=InvoiceKind.choices)
    code = serializers.RegexField(r"^[0-9A-Za-z\uff10-\uff19]{1,20}\Z")
    first_no = serializers.CharField(max_length=20)
    last_no = serializers.CharField(max_length=20)
    holder_id = ScopedRelatedField(source="holder", queryset=StaffMember.objects.all())


class InvoiceVoidSerializer(Serializer):
    """Why, and whether the sheet itself is back."""

    reason = serializers.CharField(max_length=200)
    copy_returned = serializers.BooleanField()


class InvoiceRangeUsageSerializer(Serializer):
    """票据使用报告: what became of every number. `missing` has to be empty."""

    issued_count = serializers.IntegerField()
    void_count = serializers.IntegerField()
    spoiled_count = serializers.IntegerField()
    reprint_count = serializers.IntegerField()
    not_back_count = serializers.IntegerField()
    unused_count = serializers.IntegerField()
    unused_from = serializers.CharField(allow_blank=True)
    unused_to = serializers.CharField(allow_blank=True)
    unused_is_returned = serializers.BooleanField()
    missing_count = serializers.IntegerField()
    missing = serializers.ListField(child=serializers.CharField())
    out_of_order = serializers.ListField(child=serializers.CharField())


class InvoicePaperSerializer(ModelSerializer):
    """纸质票据: one numbered form. Spoiled where it has no invoice."""

    paper_code = serializers.CharField(source="range.code")
    invoice_no = serializers.CharField(source="invoice.invoice_no", default="", allow_blank=True)

    class Meta:
        model = InvoicePaper
        fields = [
            "id", "hospital_id", "hospital_name", "range_id", "paper_code", "paper_no", "invoice_id", "invoice_no",
            "state", "issued_by_id", "issued_by_name", "issued_at", "voided_by_id", "voided_by_name", "voided_at",
            "void_reason", "copy_returned", "version",
        ]  # fmt: skip
        read_only_fields = fields


class InvoiceRangeFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    holder_id = django_filters.UUIDFilter()
    kind = django_filters.ChoiceFilter(choices=InvoiceKind.choices)
    state = django_filters.MultipleChoiceFilter(choices=RANGES.choices)


class InvoicePaperFilter(django_filters.FilterSet):
    """`paper_no`: a whole number with its zeros."""

    hospital_id = django_filters.UUIDFilter()
    range_id = django_filters.UUIDFilter()
    invoice_id = django_filters.UUIDFilter()
    state = django_filters.MultipleChoiceFilter(choices=PAPERS.choices)
    paper_no = django_filters.CharFilter(max_length=20, method="numbered")

    def numbered(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(paper_no=fold_number(value))


@extend_schema(tags=["invoices"])
class InvoiceRangeViewSet(ListMixin, RetrieveMixin, ScopedViewSet):
    """票据号段: drawn by a clerk, used up or given back, verified."""

    model = InvoiceRange
    resource = "billing.invoice_range"
    codes = {"create": "add", "give_back": "give_back", "verify": "verify", "spoil": "spoil", "usage": "list"}
    serializer_class = InvoiceRangeSerializer
    filterset_class = InvoiceRangeFilter
    ordering = ["-id"]

    @command(
        body=InvoiceRangeDrawSerializer, answer=InvoiceRangeSerializer, status=201, idempotent=True,
        raises=(InvalidValue, errors.InvoiceRangeOverlaps),
    )  # fmt: skip
    def create(self, **values: Any) -> InvoiceRange:
        """领用号段: finance hands numbered forms to a clerk."""
        return invoice_ranges.draw_range(by=self.me, **values)

    @command(answer=InvoiceRangeSerializer, raises=(StateConflict, PermissionDenied), idempotent=True)
    def give_back(self, row: InvoiceRange) -> InvoiceRange:
        """退回号段: what is left goes back to finance, and may be drawn again."""
        return invoice_ranges.return_range(row, by=self.me)

    @command(answer=InvoiceRangeSerializer, raises=(StateConflict, errors.VerifierIsHolder), idempotent=True)
    def verify(self, row: InvoiceRange) -> InvoiceRange:
        """核销号段: somebody else has compared the sheets with what is recorded."""
        return invoice_ranges.verify_range(row, by=self.me)

    @command(
        body=InvoiceVoidSerializer, answer=InvoicePaperSerializer,
        raises=(StateConflict, PermissionDenied, DayClosed), idempotent=True,
    )  # fmt: skip
    def spoil(self, row: InvoiceRange, **values: Any) -> InvoicePaper:
        """登记损毁票据: the next form was spoiled before anything was printed on it."""
        return papers.spoil_next(row, by=self.me, **values)

    @extend_schema(responses=InvoiceRangeUsageSerializer, filters=False)
    def usage(self, request: Any, pk: UUID) -> Response:
        """票据使用报告: whether every number of the range is accounted for."""
        return Response(InvoiceRangeUsageSerializer(usage_of(self.get_object())).data)


@extend_schema(tags=["invoices"])
class InvoicePaperViewSet(ListMixin, RetrieveMixin, ScopedViewSet):
    """纸质票据: each number, and what became of it."""

    model = InvoicePaper
    resource = "billing.invoice_paper"
    codes = {"void": "void"}
    serializer_class = InvoicePaperSerializer
    filterset_class = InvoicePaperFilter
    ordering = ["-id"]

    def base_queryset(self) -> Any:
        return InvoicePaper.objects.select_related("range", "invoice")

    def visible_code(self) -> str:
        """A form is voided by whoever may, if the list shows it or not."""
        if self.action == "void":
            return self.code_of_action() or ""
        return super().visible_code()

    @command(
        body=InvoiceVoidSerializer, answer=InvoicePaperSerializer, raises=(StateConflict, DayClosed), idempotent=True
    )  # fmt: skip
    def void(self, paper: InvoicePaper, **values: Any) -> InvoicePaper:
        """作废票据, with a reason and whether the sheet is back; its invoice may be printed on another."""
        return papers.void_paper(paper, by=self.me, **values)
