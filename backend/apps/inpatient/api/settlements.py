"""出院结算, for both audiences."""

from typing import Any

import django_filters
from rest_framework import serializers

from apps.inpatient import errors
from apps.inpatient.models import DischargeSettlement
from apps.inpatient.selectors.settlements import money_of
from apps.inpatient.states import SETTLEMENTS
from apps.payments.errors import AmountNotAllowed, SubjectBeingPaid
from apps.payments.states import OrderState
from kernel.crypto import masking
from kernel.http.fields import MaskedField
from kernel.http.serializers import ModelSerializer, Serializer

#: What can stand in the way of paying what a deposit lacks.
COLLECT_REFUSALS = (errors.NothingToCollect, SubjectBeingPaid, AmountNotAllowed)


class SettlementSerializer(ModelSerializer):
    """出院结算: of `collect_fen` and `return_fen` one is 0. `settled_at`: the charges were taken out of the deposit."""

    admission_no = serializers.CharField(source="admission.admission_no", read_only=True)
    patient_name: Any = MaskedField(masking.name, source="patient.name", read_only=True)

    class Meta:
        model = DischargeSettlement
        fields = [
            "id", "hospital_id", "hospital_name", "department_id", "department_name", "patient_id", "patient_name",
            "admission_id", "admission_no", "settlement_no", "state", "charged_fen", "deposit_fen", "his_paid_fen",
            "collect_fen", "return_fen", "settled_at", "ended_at", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class SettlementMoneySerializer(Serializer):
    """The order for what is missing, and what has gone back already."""

    order_id = serializers.UUIDField(allow_null=True)
    order_state = serializers.ChoiceField(
        choices=[(state.value, state.value) for state in OrderState], allow_null=True
    )
    returned_fen = serializers.IntegerField()


class SettlementDetailSerializer(SettlementSerializer):
    """出院结算 with its money."""

    money = SettlementMoneySerializer(read_only=True)

    class Meta(SettlementSerializer.Meta):
        fields = [*SettlementSerializer.Meta.fields, "money"]
        read_only_fields = fields


class StaffSettlementSerializer(SettlementSerializer):
    """出院结算 for staff."""

    patient_name = serializers.CharField(source="patient.name", read_only=True)

    class Meta(SettlementSerializer.Meta):
        fields = [
            *SettlementSerializer.Meta.fields, "made_by_id", "made_by_name", "reopen_reason", "reopened_at",
            "reopened_by_id", "reopened_by_name", "version",
        ]  # fmt: skip
        read_only_fields = fields


class StaffSettlementDetailSerializer(StaffSettlementSerializer):
    """出院结算 for staff, with its money."""

    money = SettlementMoneySerializer(read_only=True)

    class Meta(StaffSettlementSerializer.Meta):
        fields = [*StaffSettlementSerializer.Meta.fields, "money"]
        read_only_fields = fields


def with_money(row: DischargeSettlement) -> DischargeSettlement:
    """For the serializers with `money`."""
    row.money = money_of(row)
    return row


class SettlementFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    department_id = django_filters.UUIDFilter()
    patient_id = django_filters.UUIDFilter()
    admission_id = django_filters.UUIDFilter()
    state = django_filters.ChoiceFilter(choices=SETTLEMENTS.choices)
