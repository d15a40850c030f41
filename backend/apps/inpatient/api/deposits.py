"""住院押金, for both audiences."""

from typing import Any

import django_filters
from rest_framework import serializers

from apps.billing.states import TOP_UPS, TopUpState
from apps.inpatient import errors
from apps.inpatient.models import DepositTransaction
from apps.patients.own_filters import BoundFilterSet
from apps.payments.errors import AmountNotAllowed
from apps.payments.states import OrderState
from kernel.crypto import masking
from kernel.http.fields import MaskedField
from kernel.http.serializers import ModelSerializer, Serializer
from kernel.money import MAX_FEN

#: What can stand in the way of a deposit.
REFUSALS = (
    errors.DepositDisabled, errors.DepositAmountNotAllowed, errors.AdmissionDischarged, errors.DepositAboveCeiling,
    errors.DepositNotTaken,
    AmountNotAllowed,
)  # fmt: skip


class DepositSerializer(ModelSerializer):
    """住院押金. Pay `order_id`; the deposit has the money once `state` is credited."""

    admission_no = serializers.CharField(source="admission.admission_no", read_only=True)
    patient_name: Any = MaskedField(masking.name, source="patient.name", read_only=True)
    order_no = serializers.CharField(source="order.order_no", read_only=True)
    order_state = serializers.ChoiceField(
        source="order.state", choices=[(state.value, state.value) for state in OrderState], read_only=True
    )
    channel = serializers.CharField(source="order.channel", read_only=True)
    refunded_fen = serializers.IntegerField(source="order.refunded_fen", read_only=True)
    expires_at = serializers.DateTimeField(source="order.expires_at", read_only=True)

    class Meta:
        model = DepositTransaction
        fields = [
            "id", "hospital_id", "hospital_name", "admission_id", "admission_no", "patient_name", "order_id",
            "order_no", "order_state", "channel", "application", "amount_fen", "refunded_fen", "state", "expires_at",
            "created_at", "credited_at",
        ]  # fmt: skip
        read_only_fields = fields


class StaffDepositSerializer(DepositSerializer):
    """住院押金 for staff. `consumed_fen`: of a settled stay, what has not gone back paid the charges."""

    patient_name = serializers.CharField(source="patient.name", read_only=True)
    opened_by_name = serializers.CharField(source="opened_by.name", read_only=True, default="")
    consumed_fen = serializers.SerializerMethodField()

    class Meta(DepositSerializer.Meta):
        fields = [*DepositSerializer.Meta.fields, "patient_id", "opened_by_name", "consumed_fen"]
        read_only_fields = fields

    def get_consumed_fen(self, deposit: Any) -> int:
        is_used = deposit.is_settled and deposit.state == TopUpState.CREDITED
        return deposit.amount_fen - deposit.order.refunded_fen if is_used else 0


class PayDepositSerializer(Serializer):
    """How much the deposit is to be raised by."""

    amount_fen = serializers.IntegerField(min_value=1, max_value=MAX_FEN)


class PrepaymentFilter(django_filters.FilterSet):
    admission_id = django_filters.UUIDFilter()
    state = django_filters.ChoiceFilter(choices=TOP_UPS.choices)


class OwnDepositFilter(BoundFilterSet, PrepaymentFilter):
    """What a mini-program user may filter by."""


class DepositFilter(PrepaymentFilter):
    hospital_id = django_filters.UUIDFilter()
    patient_id = django_filters.UUIDFilter()
    application = django_filters.CharFilter(max_length=100)
