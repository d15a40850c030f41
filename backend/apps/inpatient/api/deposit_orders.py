"""押金单, for both audiences."""

from typing import Any

import django_filters
from rest_framework import serializers

from apps.inpatient.models import DepositOrder
from apps.inpatient.states import DEPOSIT_ORDERS
from kernel.crypto import masking
from kernel.http.fields import MaskedField
from kernel.http.serializers import ModelSerializer


class DepositOrderSerializer(ModelSerializer):
    """押金单: to be paid by `due_on`."""

    admission_no = serializers.CharField(source="admission.admission_no", read_only=True)
    patient_name: Any = MaskedField(masking.name, source="admission.patient.name", read_only=True)

    class Meta:
        model = DepositOrder
        fields = [
            "id", "hospital_id", "hospital_name", "admission_id", "admission_no", "patient_name", "amount_fen",
            "due_on", "note", "state", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class StaffDepositOrderSerializer(DepositOrderSerializer):
    """押金单 for staff."""

    patient_name = serializers.CharField(source="admission.patient.name", read_only=True)

    class Meta(DepositOrderSerializer.Meta):
        fields = [*DepositOrderSerializer.Meta.fields, "made_by_id", "made_by_name", "version"]
        read_only_fields = fields


class DepositOrderFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    admission_id = django_filters.UUIDFilter()
    state = django_filters.ChoiceFilter(choices=DEPOSIT_ORDERS.choices)


def listed(queryset: Any) -> Any:
    """With what a row shows."""
    return queryset.select_related(
        "hospital", "admission__patient", "admission__hospital", "made_by", "deposit__order"
    )
