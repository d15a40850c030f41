from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.permissions import IsPatientAccount
from apps.identity.models import Hospital
from kernel.http.views import GenericAPIView


class HospitalSerializer(serializers.ModelSerializer[Hospital]):
    """医院, to choose from."""

    class Meta:
        model = Hospital
        fields = ["id", "code", "name", "address", "phone", "introduction", "opening_hours"]


class HospitalListView(GenericAPIView[Hospital]):
    """The hospitals that patients choose from."""

    permission_classes = [IsPatientAccount]
    serializer_class = HospitalSerializer
    filter_backends: Any = []

    def get_queryset(self) -> QuerySet[Hospital]:
        return Hospital.objects.filter(is_active=True).order_by("code")

    @extend_schema(operation_id="hospitals_list", tags=["directory"], responses=HospitalSerializer(many=True))
    def get(self, request: Any) -> Response:
        """医院列表 The open hospitals, by code."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)
