"""Bills at the window and in the consulting room: look up, issue, issue again, cancel, take the money."""

import dataclasses
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.exporting import ExportMixin
from apps.access.scoped.fields import ScopedRelatedField
from apps.access.scoped.options import OptionsMixin
from apps.access.scoped.views import ScopedViewSet
from apps.billing import errors
from apps.billing.api.filters import BillFilter
from apps.billing.api.opening import REFUSALS
from apps.billing.api.serializers import (
    NewItemSerializer,
    OpenedOrderSerializer,
    StaffBillDetailSerializer,
    StaffBillSerializer,
    item_list,
    specs,
)
from apps.billing.models import Bill, BillKind, CancelCause
from apps.billing.selectors import bills
from apps.billing.selectors.payable import payable_of
from apps.billing.services.cancel import cancel_bill
from apps.billing.services.checkout import MAX_BILLS, open_payment
from apps.billing.services.issue import BillSpec, issue_bill, reissue_bill, spec_of
from apps.billing.services.refresh import refresh_bills
from apps.identity.models import Department, StaffDepartment, StaffMember
from apps.patients.models import Patient
from apps.payments.payers import PayerType
from apps.payments.selectors import orders
from apps.payments.types import PaymentOrder
from kernel.errors import InvalidValue, StateConflict
from kernel.http.commands import command
from kernel.http.serializers import Serializer

MAX_PAYABLE = 200
#: What staff issue by hand. Registrations' bills come with their appointments, deposits' and top-ups' in other ways.
BY_HAND = (BillKind.EXAMINATION, BillKind.TEST, BillKind.PRESCRIPTION, BillKind.TREATMENT)
DEPARTMENTS = "identity.department.list"
Items = list[dict[str, Any]]


class IssueSerializer(Serializer):
    """`practitioner_id` and `department_id`: without them the doctor who asks, and where that doctor works."""

    patient_id = ScopedRelatedField(
        source="patient", queryset=Patient.objects.filter(is_active=True).select_related("hospital")
    )
    kind = serializers.ChoiceField(choices=[kind.value for kind in BY_HAND])
    title = serializers.CharField(max_length=120, allow_blank=True, default="")
    department_id = ScopedRelatedField(
        source="department",
        queryset=Department.objects.filter(is_active=True),
        code=DEPARTMENTS,
        required=False,
        allow_null=True,
    )
    practitioner_id = ScopedRelatedField(
        source="practitioner",
        queryset=StaffMember.objects.filter(status="active"),
        required=False,
        allow_null=True,
    )
    registration_bill_id = ScopedRelatedField(
        source="registration_bill",
        queryset=Bill.objects.filter(kind=BillKind.REGISTRATION),
        required=False,
        allow_null=True,
    )
    is_mandatory = serializers.BooleanField(default=False)
    payer_type = serializers.ChoiceField(choices=PayerType.choices, default=PayerType.SELF_PAY.value)
    due_at = serializers.DateTimeField(required=False, allow_null=True)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)
    items = item_list(NewItemSerializer)


class ReissueSerializer(Serializer):
    """What the bill says from now on, and why."""

    reason = serializers.CharField(max_length=200)
    title = serializers.CharField(max_length=120, allow_blank=True, default="")
    items = item_list(NewItemSerializer)


class CancelBillSerializer(Serializer):
    """Why nobody is to pay it."""

    reason = serializers.CharField(max_length=200)


class PayableQuerySerializer(Serializer):
    patient_id = ScopedRelatedField(source="patient", queryset=Patient.objects.select_related("hospital"))


class StaffPayableSerializer(Serializer):
    """待缴费 of a patient. `is_current` false: HIS does not answer, and what is listed is what was known before."""

    is_current = serializers.BooleanField()
    bills = StaffBillSerializer(many=True)


class TakePaymentSerializer(Serializer):
    """Whole bills of one patient."""

    patient_id = ScopedRelatedField(source="patient", queryset=Patient.objects.select_related("hospital"))
    bill_ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=MAX_BILLS)
    payer_type = serializers.ChoiceField(choices=PayerType.choices, default=PayerType.SELF_PAY.value)


@extend_schema(tags=["bills"])
class BillViewSet(OptionsMixin, ExportMixin, ScopedViewSet):
    """账单: list, issue, issue again, cancel."""

    model = Bill
    resource = "billing.bill"
    codes = {"cancel": "cancel", "reissue": "add", "payable": "list"}
    serializer_class = StaffBillSerializer
    filterset_class = BillFilter
    ordering_fields = ["issued_at", "paid_at"]
    ordering = ["-issued_at"]
    keys_first = True
    option_columns = ("bill_no", "patient__name", "title", "amount_fen")
    export_columns = {
        "bill_no": "bill_no", "issued_at": "issued_at", "kind": "kind", "title": "title", "amount_fen": "amount_fen",
        "refunded_fen": "refunded_fen", "status": "status", "payer_type": "payer_type", "source": "source",
        "patient__name": "patient_name", "patient__mrn": "mrn", "hospital__name": "hospital_name",
        "department__name": "department_name", "practitioner__name": "practitioner_name", "paid_at": "paid_at",
        "channel": "channel", "voucher_no": "voucher_no", "cancelled_at": "cancelled_at",
        "cancel_cause": "cancel_cause", "cancel_reason": "cancel_reason",
    }  # fmt: skip
    in_force: ClassVar[dict[str, Any]] = {}

    def base_queryset(self) -> Any:
        return Bill.objects.select_related("hospital", "patient")

    def row_queryset(self) -> Any:
        return bills.rows_of(Bill.objects.all())

    def list(self, request: Any) -> Response:
        """账单 within reach."""
        rows = self.paginate_queryset(self.listed())
        return self.get_paginated_response([bills.shown(row) for row in rows or ()])

    @extend_schema(responses=StaffBillDetailSerializer)
    def retrieve(self, request: Any, pk: UUID) -> Response:
        """One bill with its items."""
        return Response(self.as_now(self.get_object().pk))

    @extend_schema(
        parameters=[PayableQuerySerializer],
        responses=StaffPayableSerializer,
        filters=False,
        operation_id="bills_payable",
    )
    def payable(self, request: Any) -> Response:
        """待缴费 of a patient, the registration first."""
        asked = PayableQuerySerializer(
            data=request.query_params.dict(), context=self.get_serializer_context()
        )
        asked.is_valid(raise_exception=True)
        patient = asked.validated_data["patient"]
        is_current = refresh_bills([patient])
        within = self.get_queryset().order_by().values("pk")
        rows = bills.rows_of(payable_of(patient.pk).filter(pk__in=within))[:MAX_PAYABLE]
        return Response({"is_current": is_current, "bills": [bills.shown(row) for row in rows]})

    @command(
        body=IssueSerializer, answer=StaffBillDetailSerializer, status=201, idempotent=True,
        raises=(errors.InsuranceNotSupported, InvalidValue),
    )  # fmt: skip
    def create(self, *, patient: Patient, kind: str, items: Items, **said: Any) -> Bill:
        """Issue a bill: examination, test, prescription or treatment."""
        if said.get("practitioner") is None and self.me.licence_no:
            said["practitioner"] = self.me
        if said.get("department") is None:
            said["department"] = _department_of(said)
        spec = BillSpec(kind=BillKind(kind), items=specs(items), **said)
        bill = issue_bill(hospital=patient.hospital, patient=patient, spec=spec, issued_by=self.me)
        self.check_reach(bill)
        return bill

    @command(
        body=ReissueSerializer, answer=StaffBillDetailSerializer, status=201, idempotent=True,
        raises=(errors.BillAlreadyPaid, StateConflict, InvalidValue, errors.InsuranceNotSupported),
    )  # fmt: skip
    def reissue(self, bill: Bill, *, title: str, items: Items, reason: str) -> Bill:
        """重开: a new bill with other items; the old one is cancelled, a payment of it under way goes back."""
        if bill.kind not in BY_HAND or bill.external_id:
            raise StateConflict
        spec = dataclasses.replace(spec_of(bill), title=title, items=specs(items))
        return reissue_bill(bill, spec=spec, reason=reason, issued_by=self.me)

    @command(
        body=CancelBillSerializer, answer=StaffBillDetailSerializer, raises=(errors.BillAlreadyPaid, StateConflict)
    )  # fmt: skip
    def cancel(self, bill: Bill, *, reason: str) -> Bill:
        """取消: nobody is to pay it any more; a payment under way goes back."""
        return cancel_bill(bill, cause=CancelCause.STAFF, reason=reason, staff=self.me)

    def as_now(self, pk: UUID) -> dict[str, Any]:
        return bills.one(Bill.objects.all(), pk)


def _department_of(data: dict[str, Any]) -> Department | None:
    """Where the bill belongs when nobody says it: to the registration's department, or to the doctor's main one."""
    registration, doctor = data.get("registration_bill"), data.get("practitioner")
    if registration is not None:
        return registration.department  # type: ignore[no-any-return]
    works = StaffDepartment.objects.filter(staff=doctor).select_related("department") if doctor else ()
    main = sorted(works, key=lambda row: (not row.is_primary, row.pk))
    return main[0].department if main else None


class PayBillsView(ScopedViewSet):
    """支付单 from bills, at the window."""

    model = Bill
    resource = "billing.bill"
    codes = {"create": "pay"}
    serializer_class = OpenedOrderSerializer

    @command(
        body=TakePaymentSerializer, answer=OpenedOrderSerializer, status=201, raises=REFUSALS,
        idempotent=True, atomic=False, operation_id="payment_orders_create", tags=["payments"],
    )  # fmt: skip
    def create(self, *, patient: Patient, **what: Any) -> PaymentOrder:
        """窗口收费: open a payment of whole bills, to be settled at the window or by the patient's phone."""
        return open_payment(
            hospital=patient.hospital, patient_id=patient.pk, application="window", staff=self.me, **what
        )

    def replay(self, made: UUID) -> PaymentOrder:
        """The order as it is now."""
        return orders.of_hospitals().get(pk=made)
