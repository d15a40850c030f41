"""HIS tells of its bills; it may push as often as it likes, a bill is known by HIS's own key."""

import datetime as dt
import re
from typing import Any

from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.partner import HasScope, Partner, PartnerAuthentication
from apps.billing import errors
from apps.billing.api.serializers import HisItemSerializer, item_list, specs
from apps.billing.models import Bill, BillKind, BillSource
from apps.billing.services import his_feed
from apps.billing.services.invoices import keep_e_receipt
from apps.billing.services.issue import BillSpec, is_plausible
from apps.billing.services.items import check_items
from apps.billing.states import BILLS, BillStatus
from apps.identity.models import Department, Hospital, StaffMember
from apps.patients.models import Patient
from apps.patients.selectors import patient_of_mrn
from apps.payments.payers import PayerType
from kernel import clock
from kernel.errors import IN_THE_FUTURE, DuplicateValue, InvalidValue, NotFound, StateConflict
from kernel.expectations import UNKNOWN
from kernel.http.fields import EXTERNAL_ID, ExternalIdField
from kernel.http.schema import raises
from kernel.http.serializers import Serializer
from kernel.http.views import APIView
from kernel.money import MAX_FEN

#: How far HIS's clock may be ahead of ours.
CLOCKS_DIFFER = dt.timedelta(minutes=10)
#: What HIS charges. Deposits and top-ups are ours.
KINDS = (
    BillKind.REGISTRATION, BillKind.EXAMINATION, BillKind.TEST, BillKind.PRESCRIPTION, BillKind.TREATMENT,
)  # fmt: skip


class PushBillSerializer(Serializer):
    """账单 of HIS. Amounts are fen. `amount_fen`, if given, must be the sum of the items.

    `registration_external_id`: the registration's bill, which HIS pushes first. `is_mandatory`: paid with it.
    """

    external_id = ExternalIdField()
    mrn = serializers.CharField(max_length=32)
    kind = serializers.ChoiceField(choices=[kind.value for kind in KINDS])
    title = serializers.CharField(max_length=120, allow_blank=True, default="")
    department_code = serializers.CharField(max_length=32, allow_blank=True, default="")
    employee_no = serializers.CharField(max_length=32, allow_blank=True, default="")
    registration_external_id = ExternalIdField(allow_blank=True, default="")
    is_mandatory = serializers.BooleanField(default=False)
    payer_type = serializers.ChoiceField(choices=PayerType.choices, default=PayerType.SELF_PAY.value)
    currency = serializers.ChoiceField(choices=["CNY"], default="CNY")
    amount_fen = serializers.IntegerField(min_value=1, max_value=MAX_FEN, required=False, allow_null=True)
    due_at = serializers.DateTimeField(required=False, allow_null=True)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)
    items = item_list(HisItemSerializer)


class PushedBillSerializer(Serializer):
    """What became of a bill of HIS. `order_id` and `channel`: how it was paid here, if it was."""

    id = serializers.UUIDField()
    external_id = serializers.CharField()
    bill_no = serializers.CharField()
    status = serializers.ChoiceField(choices=BILLS.choices)
    amount_fen = serializers.IntegerField()
    refunded_fen = serializers.IntegerField()
    paid_at = serializers.DateTimeField(allow_null=True)
    order_id = serializers.UUIDField(allow_null=True)
    channel = serializers.CharField(allow_blank=True)


class WithdrawSerializer(Serializer):
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


class SettledSerializer(Serializer):
    """When the bill was paid at HIS's own window."""

    paid_at = serializers.DateTimeField()


class EReceiptSerializer(Serializer):
    """医疗收费电子票据 of a paid bill."""

    code = serializers.CharField(max_length=32)
    number = serializers.CharField(max_length=32)
    check_code = serializers.CharField(max_length=32)


class FeedView(APIView):
    """Bills of the application's own hospital."""

    authentication_classes = [PartnerAuthentication]
    permission_classes = [HasScope]
    required_scope = "bills:write"

    def hospital(self) -> Hospital:
        partner: Partner = self.request.user  # type: ignore[assignment]  # HasScope lets in nobody else
        hospital: Hospital = partner.application.hospital
        return hospital

    def find(self, external_id: str) -> Bill:
        """The standing bill of that key, else the latest cancelled one; NotFound."""
        if not re.match(EXTERNAL_ID, external_id):
            raise NotFound
        bill = his_feed.active_bill(self.hospital(), external_id)
        if bill is None:
            cancelled = Bill.objects.filter(hospital=self.hospital(), external_id=external_id)
            bill = cancelled.select_related("hospital", "patient").order_by("-pk").first()
        if bill is None:
            raise NotFound
        return bill

    def read(self, kind: type[Serializer]) -> dict[str, Any]:
        """The checked body."""
        body = kind(data=self.request.data)
        body.is_valid(raise_exception=True)
        data: dict[str, Any] = body.validated_data
        return data

    def answer(self, bill: Bill, status: int = 200) -> Response:
        return Response(PushedBillSerializer(bill).data, status=status)


class BillsView(FeedView):
    """账单 pushed by HIS."""

    @extend_schema(
        operation_id="bills_push",
        tags=["bills"],
        request=PushBillSerializer,
        responses={200: PushedBillSerializer, 201: PushedBillSerializer},
    )
    @raises(
        errors.InsuranceNotSupported, errors.BillAlreadyPaid, errors.BillAmountMismatch, InvalidValue, StateConflict
    )  # fmt: skip
    def post(self, request: Any) -> Response:
        """推送账单 A bill as it arises or changes: 201 a new one of ours, 200 nothing new; repeating is harmless."""
        data = self.read(PushBillSerializer)
        data.pop("currency")
        items = specs(data.pop("items"))
        asked, total = data.pop("amount_fen", None), check_items(items)
        if asked is not None and asked != total:
            raise errors.BillAmountMismatch(field="amount_fen", sum_fen=total)
        patient = self._patient(data.pop("mrn"))
        spec = BillSpec(items=items, source=BillSource.HIS, **self._named(data), **data)
        bill, is_new = his_feed.receive_bill(hospital=self.hospital(), patient=patient, spec=spec)
        return self.answer(bill, 201 if is_new else 200)

    def _patient(self, mrn: str) -> Patient:
        """The archive of that number, or the one that continues it."""
        found = patient_of_mrn(self.hospital().pk, mrn)
        if found is None:
            raise InvalidValue(field="mrn", expected=UNKNOWN)
        return found

    def _named(self, data: dict[str, Any]) -> dict[str, Any]:
        """What codes in `data` stand for, taken out of it; InvalidValue for an unknown one."""
        hospital = self.hospital()
        data["kind"] = BillKind(data["kind"])
        codes = {
            "department": ("department_code", Department.objects.filter(hospital=hospital), "code"),
            "practitioner": ("employee_no", StaffMember.objects.filter(hospital=hospital), "employee_no"),
        }
        found: dict[str, Any] = {
            "registration_bill": self._registration(data.pop("registration_external_id"))
        }
        for name, (field, rows, column) in codes.items():
            value = data.pop(field)
            found[name] = rows.filter(Q(**{column: value})).first() if value else None
            if value and found[name] is None:
                raise InvalidValue(field=field, expected=UNKNOWN)
        return found

    def _registration(self, external_id: str) -> Bill | None:
        if not external_id:
            return None
        registration = his_feed.active_bill(self.hospital(), external_id)
        if registration is None:
            raise InvalidValue(field="registration_external_id", expected=UNKNOWN)
        return registration


class BillView(FeedView):
    """One bill of HIS."""

    @extend_schema(operation_id="bills_pushed", tags=["bills"], responses=PushedBillSerializer)
    def get(self, request: Any, external_id: str) -> Response:
        """查询账单 What became of a bill."""
        return self.answer(self.find(external_id))


class WithdrawBillView(FeedView):
    """A bill that HIS withdraws."""

    @extend_schema(
        operation_id="bills_withdraw",
        tags=["bills"],
        request=WithdrawSerializer,
        responses=PushedBillSerializer,
    )
    @raises(errors.BillAlreadyPaid, StateConflict)
    def post(self, request: Any, external_id: str) -> Response:
        """撤销账单 Nobody is to pay it any more; again changes nothing. A paid bill has to be refunded instead."""
        bill, data = self.find(external_id), self.read(WithdrawSerializer)
        if bill.status != BillStatus.CANCELLED:
            bill = his_feed.cancel_by_his(bill, reason=data["reason"])
        return self.answer(bill)


class SettledBillView(FeedView):
    """A bill that was paid at HIS's own window."""

    @extend_schema(
        operation_id="bills_settled",
        tags=["bills"],
        request=SettledSerializer,
        responses=PushedBillSerializer,
    )
    @raises(StateConflict, InvalidValue)
    def post(self, request: Any, external_id: str) -> Response:
        """窗口已缴费 Paid at HIS's window: nobody pays it again. A payment of ours that is under way goes back."""
        bill, data = self.find(external_id), self.read(SettledSerializer)
        paid_at = data["paid_at"]
        if paid_at > clock.now() + CLOCKS_DIFFER or not is_plausible(paid_at):
            raise InvalidValue(field="paid_at", expected=IN_THE_FUTURE)
        return self.answer(his_feed.settled_at_his(bill, paid_at=paid_at))


class EReceiptView(FeedView):
    """The e-receipt of a paid bill."""

    @extend_schema(
        operation_id="bills_e_receipt",
        tags=["bills"],
        request=EReceiptSerializer,
        responses=PushedBillSerializer,
    )
    @raises(StateConflict, DuplicateValue)
    def post(self, request: Any, external_id: str) -> Response:
        """电子票据 Kept with the invoice of the bill; the same again changes nothing."""
        bill = self.find(external_id)
        keep_e_receipt(bill, **self.read(EReceiptSerializer))
        return self.answer(bill)
