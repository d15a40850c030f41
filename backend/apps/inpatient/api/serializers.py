"""What several audiences give and get. Rows come as plain dicts; these declare their shape."""

import dataclasses
import datetime as dt
from typing import Any
from uuid import UUID

from rest_framework import serializers

from apps.billing.types import BillSource, ItemCategory
from apps.identity.models import Hospital
from apps.inpatient import settings
from apps.inpatient.models import Admission
from apps.inpatient.selectors.statement import InpatientStatement, day_of, days_of, statement_of
from apps.inpatient.states import AdmissionStatus
from apps.payments.payers import PayerType
from kernel.http.fields import QuantityField, SignedQuantityField
from kernel.http.serializers import Serializer, Shape
from kernel.money import MAX_FEN

STATUSES = [(status.value, status.value) for status in AdmissionStatus]


class DiagnosisCodeField(serializers.CharField):
    """A code of a diagnosis, or its beginning: in capitals, as the lists have it."""

    def to_internal_value(self, data: Any) -> str:
        return str(super().to_internal_value(data)).upper()


class AdmissionSerializer(Serializer):
    """住院记录."""

    id = serializers.UUIDField()
    admission_no = serializers.CharField()
    status = serializers.ChoiceField(choices=STATUSES)
    hospital_id = serializers.UUIDField()
    hospital_name = serializers.CharField()
    department_id = serializers.UUIDField()
    department_name = serializers.CharField()
    practitioner_id = serializers.UUIDField(allow_null=True)
    practitioner_name = serializers.CharField(allow_blank=True)
    ward = serializers.CharField(allow_blank=True)
    bed = serializers.CharField(allow_blank=True)
    diagnosis = serializers.CharField(allow_blank=True)
    diagnosis_code = serializers.CharField(allow_blank=True)
    payer_type = serializers.ChoiceField(choices=PayerType.choices)
    admitted_at = serializers.DateTimeField()
    discharged_at = serializers.DateTimeField(allow_null=True)
    patient_id = serializers.UUIDField()
    patient_name = serializers.CharField()


class StaffAdmissionSerializer(Shape, AdmissionSerializer):
    """住院记录 for staff. `external_id` is HIS's key; of source `his` only HIS changes it."""

    mrn = serializers.CharField()
    source = serializers.ChoiceField(choices=BillSource.choices)  # type: ignore[assignment]
    external_id = serializers.CharField(allow_blank=True)
    may_be_settled = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    version = serializers.IntegerField()


class CategoryTotalSerializer(Serializer):
    """What a 费用类别 comes to, reversals taken off."""

    category = serializers.ChoiceField(choices=ItemCategory.choices)
    amount_fen = serializers.IntegerField()


class InpatientStatementSerializer(Serializer):
    """住院费清单 in total: charges against the deposit, as of `as_of`. One of balance and arrears is 0."""

    as_of = serializers.DateTimeField()
    charged_fen = serializers.IntegerField()
    deposit_fen = serializers.IntegerField()
    settled_fen = serializers.IntegerField(help_text="of the charges, paid by a settlement")
    balance_fen = serializers.IntegerField()
    arrears_fen = serializers.IntegerField()
    last_charged_on = serializers.DateField(allow_null=True)
    categories = CategoryTotalSerializer(many=True)


class DepositRulesSerializer(Serializer):
    """Whether a deposit can be paid for the stay now, and how much at once."""

    is_payable = serializers.BooleanField()
    minimum_fen = serializers.IntegerField()
    maximum_fen = serializers.IntegerField()


class ChargedItemSerializer(Serializer):
    """费用明细. One that `reverses_id` names another is its reversal: quantity and amount are negative."""

    id = serializers.UUIDField()
    category = serializers.ChoiceField(choices=ItemCategory.choices)
    code = serializers.CharField(allow_blank=True)
    name = serializers.CharField()
    spec = serializers.CharField(allow_blank=True)
    unit = serializers.CharField(allow_blank=True)
    quantity = SignedQuantityField()
    unit_price_fen = serializers.IntegerField()
    amount_fen = serializers.IntegerField()
    reverses_id = serializers.UUIDField(allow_null=True)
    note = serializers.CharField(allow_blank=True)


class NewChargeSerializer(Serializer):
    """An item of a day; its amount is quantity × price, half a fen rounded up."""

    day = serializers.DateField()
    category = serializers.ChoiceField(choices=ItemCategory.choices, default=ItemCategory.OTHER.value)
    code = serializers.CharField(max_length=64, allow_blank=True, default="")
    name = serializers.CharField(max_length=120)
    spec = serializers.CharField(max_length=120, allow_blank=True, default="")
    unit = serializers.CharField(max_length=16, allow_blank=True, default="")
    quantity = QuantityField()
    unit_price_fen = serializers.IntegerField(min_value=0, max_value=MAX_FEN)


class ChargedCategorySerializer(CategoryTotalSerializer):
    """A 费用类别 of one day with its items."""

    items = ChargedItemSerializer(many=True)


class ChargedDaySerializer(Serializer):
    """A day with charges."""

    day = serializers.DateField()
    amount_fen = serializers.IntegerField()
    item_count = serializers.IntegerField()


class DailyListSerializer(ChargedDaySerializer):
    """日清单: all items of one day by category."""

    categories = ChargedCategorySerializer(many=True)


class DailyChargesSerializer(Serializer):
    """Every day with charges, the newest first; `detail` is the day that was asked for."""

    admission_id = serializers.UUIDField()
    days = ChargedDaySerializer(many=True)
    detail = DailyListSerializer(allow_null=True)


class DayQuerySerializer(Serializer):
    day = serializers.DateField(required=False, help_text="the day to be shown item by item")


def shown_statement(stay: Admission) -> dict[str, Any]:
    """The shape of InpatientStatementSerializer."""
    found = statement_of(stay)
    plain = {field.name: getattr(found, field.name) for field in dataclasses.fields(InpatientStatement)}
    return plain | {"balance_fen": found.balance_fen, "arrears_fen": found.arrears_fen}


def shown_days(admission_id: UUID, day: dt.date | None) -> dict[str, Any]:
    """The shape of DailyChargesSerializer."""
    detail = day_of(admission_id, day) if day else None
    return {"admission_id": admission_id, "days": days_of(admission_id), "detail": detail}


def deposit_rules(hospital: Hospital, status: str) -> dict[str, Any]:
    """The shape of DepositRulesSerializer."""
    return {
        "is_payable": settings.DEPOSIT_ENABLED.of(hospital) and status == AdmissionStatus.ADMITTED,
        "minimum_fen": settings.DEPOSIT_MIN_FEN.of(hospital),
        "maximum_fen": settings.DEPOSIT_MAX_FEN.of(hospital),
    }
