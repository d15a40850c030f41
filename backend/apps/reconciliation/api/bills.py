"""A bill that was handed in, for both audiences."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.imports.reasons import reason
from apps.reconciliation.models import SuppliedBill
from apps.reconciliation.reasons import WORDS
from kernel.http.serializers import ModelSerializer, Serializer

_PLACES = ("row", "line", "cell", "column")


class BillFindingSerializer(Serializer):
    """What is wrong with the bill, and where: `row` as a spreadsheet counts, from 1."""

    code = serializers.CharField()
    reason = serializers.CharField()
    row = serializers.IntegerField(allow_null=True)
    line = serializers.IntegerField(allow_null=True)
    cell = serializers.CharField(allow_null=True)
    column = serializers.CharField(allow_null=True)


class BillFindingsMixin(ModelSerializer):
    """`findings` in words."""

    findings = serializers.SerializerMethodField(help_text="all that is wrong with it, the first 100")

    @extend_schema_field(BillFindingSerializer(many=True))
    def get_findings(self, bill: SuppliedBill) -> list[dict[str, Any]]:
        return [
            {"code": found["code"], "reason": reason(found, WORDS)}
            | {name: found.get(name) for name in _PLACES}
            for found in bill.findings
        ]
