"""HIS tells of its charges, many at once; every row is known by HIS's own key."""

from typing import Any
from uuid import UUID

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.billing.services.items import ItemSpec
from apps.billing.types import BillSource
from apps.identity.models import Hospital
from apps.inpatient import errors
from apps.inpatient.api.partner.admissions import InpatientFeedView
from apps.inpatient.api.serializers import NewChargeSerializer
from apps.inpatient.models import Admission
from apps.inpatient.services.charges import MAX_ROWS, ChargeSpec, Written, charge, known_rows
from apps.inpatient.services.reversals import ReversalSpec, reverse
from apps.inpatient.services.settled import lock_stays
from kernel.errors import InvalidValue
from kernel.expectations import UNKNOWN
from kernel.http.fields import ExternalIdField, QuantityField
from kernel.http.schema import raises
from kernel.http.serializers import Serializer
from kernel.money import MAX_FEN


class PushChargeSerializer(NewChargeSerializer):
    """费用明细 of HIS. `amount_fen` is HIS's own sum, without it quantity × price, rounded."""

    external_id = ExternalIdField()
    admission_external_id = ExternalIdField()
    amount_fen = serializers.IntegerField(
        min_value=0, max_value=MAX_FEN, required=False, allow_null=True, default=None
    )


class PushReversalSerializer(Serializer):
    """冲销, in positive figures: without `quantity` all that is left, without `amount_fen` in proportion."""

    external_id = ExternalIdField()
    reverses_external_id = ExternalIdField()
    day = serializers.DateField()
    quantity = QuantityField(required=False)
    amount_fen = serializers.IntegerField(min_value=0, max_value=MAX_FEN, required=False, allow_null=True)
    note = serializers.CharField(max_length=200, allow_blank=True, default="")


class PushChargesSerializer(Serializer):
    """All of them are taken, or none. Reversals may be of charges in the same request."""

    charges = serializers.ListField(child=PushChargeSerializer(), max_length=MAX_ROWS, default=list)
    reversals = serializers.ListField(child=PushReversalSerializer(), max_length=MAX_ROWS, default=list)


class PushedChargesSerializer(Serializer):
    """`created` rows are new, `known` ones were there with the same content."""

    created = serializers.IntegerField()
    known = serializers.IntegerField()


class InpatientChargesView(InpatientFeedView):
    """住院费用 pushed by HIS."""

    @extend_schema(
        operation_id="inpatient_charges_push",
        tags=["inpatient"],
        request=PushChargesSerializer,
        responses=PushedChargesSerializer,
    )
    @raises(
        InvalidValue,
        errors.ChargeDiffers,
        errors.ReversalOfReversal,
        errors.ReversalExceedsCharge,
        errors.StaySettled,
    )
    def post(self, request: Any) -> Response:
        """推送住院费用 Up to 500 charges and 500 reversals; repeating is harmless, another content of a key refused."""
        data, hospital = self.read(PushChargesSerializer), self.hospital()
        written = Written(0, 0)
        with transaction.atomic():
            lock_stays(_stays(hospital, data))
            if data["charges"]:
                _, more = charge(source=BillSource.HIS, specs=_charges(hospital, data["charges"]))
                written = _sum(written, more)
            if data["reversals"]:
                _, more = reverse(source=BillSource.HIS, specs=_reversals(hospital, data["reversals"]))
                written = _sum(written, more)
        return Response({"created": written.created, "known": written.known})


def _stays(hospital: Hospital, data: dict[str, Any]) -> set[UUID]:
    """Every stay that the push is about."""
    keys = {row["admission_external_id"] for row in data["charges"]}
    told = Admission.objects.filter(hospital=hospital, source=BillSource.HIS, external_id__in=keys)
    originals = known_rows(
        hospital.pk, BillSource.HIS, {row["reverses_external_id"] for row in data["reversals"]}
    )
    return {*told.values_list("pk", flat=True), *(row.admission_id for row in originals.values())}


def _sum(one: Written, other: Written) -> Written:
    return Written(one.created + other.created, one.known + other.known)


def _charges(hospital: Hospital, rows: list[dict[str, Any]]) -> list[ChargeSpec]:
    keys = {row["admission_external_id"] for row in rows}
    found = Admission.objects.filter(hospital=hospital, source=BillSource.HIS, external_id__in=keys)
    stays = {stay.external_id: stay for stay in found}
    specs = []
    for number, row in enumerate(rows):
        facts = dict(row)
        stay = stays.get(facts.pop("admission_external_id"))
        if stay is None:
            raise InvalidValue(field=f"charges.{number}.admission_external_id", expected=UNKNOWN)
        day, key = facts.pop("day"), facts.pop("external_id")
        specs.append(ChargeSpec(admission=stay, day=day, external_id=key, item=ItemSpec(**facts)))
    return specs


def _reversals(hospital: Hospital, rows: list[dict[str, Any]]) -> list[ReversalSpec]:
    found = known_rows(hospital.pk, BillSource.HIS, {row["reverses_external_id"] for row in rows})
    originals: dict[str, UUID] = {key: row.pk for key, row in found.items()}
    specs = []
    for number, row in enumerate(rows):
        facts = dict(row)
        original = originals.get(facts.pop("reverses_external_id"))
        if original is None:
            raise InvalidValue(field=f"reversals.{number}.reverses_external_id", expected=UNKNOWN)
        specs.append(ReversalSpec(charge_id=original, **facts))
    return specs
