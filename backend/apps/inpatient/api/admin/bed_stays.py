"""床位记录 of a stay."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.views import ScopedViewSet
from apps.inpatient.models import Admission, BedStay
from kernel.http.serializers import ModelSerializer


class BedStaySerializer(ModelSerializer):
    """In which bed the patient lay from when to when; `from_ward_id` null: admitted, `to_ward_id` null: left."""

    bed_code = serializers.CharField(source="bed.code", read_only=True)

    class Meta:
        model = BedStay
        fields = [
            "id", "admission_id", "bed_id", "bed_code", "ward_id", "ward_name", "started_at", "ended_at",
            "from_ward_id", "from_ward_name", "to_ward_id", "to_ward_name", "placed_by_id", "placed_by_name",
        ]  # fmt: skip
        read_only_fields = fields


@extend_schema(tags=["inpatient"])
class AdmissionBedStayViewSet(ScopedViewSet):
    """床位记录: where the patient of a stay has lain."""

    model = Admission
    resource = "inpatient.admission"
    serializer_class = BedStaySerializer
    filter_backends: Any = []

    @extend_schema(operation_id="admissions_bed_stays_list")
    def list(self, request: Any, pk: UUID) -> Response:
        """床位记录: the newest first."""
        rows = BedStay.objects.filter(admission=self.get_object()).order_by("-id")
        page = self.paginate_queryset(rows.select_related("bed", "ward", "from_ward", "to_ward", "placed_by"))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)
