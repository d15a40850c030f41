"""住院计费: write charges, many at once, and reverse them."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.views import ScopedViewSet
from apps.billing.services.items import ItemSpec
from apps.billing.types import BillSource
from apps.inpatient import errors
from apps.inpatient.api.filters import ChargeFilter
from apps.inpatient.api.serializers import ChargedItemSerializer, NewChargeSerializer
from apps.inpatient.models import Admission, InpatientCharge
from apps.inpatient.selectors.statement import ITEM, charges_of
from apps.inpatient.services.charges import MAX_ROWS, ChargeSpec, charge
from apps.inpatient.services.reversals import reverse_charge
from kernel.errors import InvalidValue, NotFound
from kernel.http.commands import command
from kernel.http.fields import ExternalIdField, QuantityField
from kernel.http.filters import FilterBackend
from kernel.http.serializers import Serializer, Shape

ROW = (*ITEM, "day", "source", "external_id", "created_at", "charged_by__name")


class ChargeSerializer(Shape, ChargedItemSerializer):
    """费用明细 for staff. `external_id`: the caller's key of the row."""

    day = serializers.DateField()
    source = serializers.ChoiceField(choices=BillSource.choices)  # type: ignore[assignment]
    external_id = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    charged_by_name = serializers.CharField(allow_blank=True)


class KeyedChargeSerializer(NewChargeSerializer):
    """With an `external_id` a repetition is known, with another content refused."""

    external_id = ExternalIdField(allow_blank=True, default="")


class NewChargesSerializer(Serializer):
    """All of them are written, or none."""

    charges = serializers.ListField(child=KeyedChargeSerializer(), min_length=1, max_length=MAX_ROWS)


class WrittenChargeSerializer(Serializer):
    """A row as it is stored."""

    id = serializers.UUIDField()
    external_id = serializers.CharField(allow_blank=True)
    amount_fen = serializers.IntegerField()


class WrittenChargesSerializer(Serializer):
    """`created` rows are new, `known` ones were there already; all in the order of the request."""

    created = serializers.IntegerField()
    known = serializers.IntegerField()
    charges = WrittenChargeSerializer(many=True)


class ReverseSerializer(Serializer):
    """How much of it goes back; without `quantity` all that is left."""

    quantity = QuantityField(required=False)
    reason = serializers.CharField(max_length=200)


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """A row of ROW in the shape of ChargeSerializer."""
    name = row.pop("charged_by__name") or ""
    return {**row, "quantity": str(row["quantity"]), "charged_by_name": name}


@extend_schema(tags=["inpatient"])
class AdmissionChargeViewSet(ScopedViewSet):
    """住院费用 of a stay."""

    model = Admission
    resource = "inpatient.charge"
    serializer_class = ChargeSerializer
    filterset_class = ChargeFilter
    filter_backends = [FilterBackend]

    @extend_schema(operation_id="admissions_charges_list")
    def list(self, request: Any, pk: UUID) -> Response:
        """住院费用: the rows of a stay, reversals among them, the newest first."""
        rows = self.filter_queryset(charges_of(self.get_object().pk)).order_by("-day", "-id")
        page = self.paginate_queryset(rows.values(*ROW))
        return self.get_paginated_response([shown(row) for row in page or ()])

    @command(
        body=NewChargesSerializer, answer=WrittenChargesSerializer, status=201, idempotent=True,
        raises=(InvalidValue, errors.AdmissionOfHis, errors.ChargeDiffers, errors.StaySettled),
        operation_id="admissions_charges_create",
    )  # fmt: skip
    def create(self, stay: Admission, *, charges: Iterable[dict[str, Any]]) -> dict[str, Any]:
        """计费: up to 500 items at once, of days that the patient was there."""
        specs = [_spec(stay, row) for row in charges]
        rows, written = charge(source=BillSource.OWN, specs=specs, staff=self.me)
        return {"created": written.created, "known": written.known, "charges": rows}

    def get_object(self) -> Admission:
        """The stay within reach: the filters are of its rows."""
        stay: Admission | None = self.get_queryset().filter(pk=self.kwargs["pk"]).first()
        if stay is None:
            raise NotFound
        self.check_reach(stay)
        return stay


def _spec(stay: Admission, row: dict[str, Any]) -> ChargeSpec:
    facts = dict(row)
    day, key = facts.pop("day"), facts.pop("external_id")
    return ChargeSpec(admission=stay, day=day, external_id=key, item=ItemSpec(**facts))


@extend_schema(tags=["inpatient"])
class InpatientChargeViewSet(ScopedViewSet):
    """住院费用: one row."""

    model = InpatientCharge
    resource = "inpatient.charge"
    codes = {"reverse": "reverse"}
    serializer_class = ChargeSerializer
    filter_backends: Any = []

    @command(
        body=ReverseSerializer, answer=ChargeSerializer, status=201, idempotent=True,
        raises=(
            InvalidValue, errors.AdmissionOfHis, errors.ReversalOfReversal, errors.ReversalExceedsCharge,
            errors.StaySettled,
        ),
        operation_id="inpatient_charges_reverse",
    )  # fmt: skip
    def reverse(
        self, row: InpatientCharge, *, reason: str, quantity: Decimal | None = None
    ) -> InpatientCharge:
        """冲销: a negative row of today, for all that is left of the charge or for a part."""
        return reverse_charge(row, quantity=quantity, note=reason, staff=self.me)

    def as_now(self, pk: UUID) -> dict[str, Any]:
        return shown(InpatientCharge.objects.filter(pk=pk).values(*ROW).get())
