"""住院: one's own stays with charges and deposit, and finding a relative's to pay the deposit."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.own import OwnViewSet
from apps.audit.middleware import client_ip
from apps.identity.models import Hospital
from apps.inpatient import errors
from apps.inpatient.api.filters import OwnAdmissionFilter
from apps.inpatient.api.serializers import (
    STATUSES,
    AdmissionSerializer,
    DailyChargesSerializer,
    DayQuerySerializer,
    DepositRulesSerializer,
    InpatientStatementSerializer,
    deposit_rules,
    shown_days,
    shown_statement,
)
from apps.inpatient.api.settlements import SettlementSerializer
from apps.inpatient.models import Admission
from apps.inpatient.selectors import admissions
from apps.inpatient.selectors.settlements import newest_of
from apps.inpatient.services.lookup import find_admission
from apps.patients.errors import CardRequired
from apps.patients.selectors import require_binding
from kernel.crypto import masking
from kernel.errors import InvalidValue, NotFound
from kernel.expectations import UNKNOWN
from kernel.http.fields import MaskedText, NameField
from kernel.http.schema import raises
from kernel.http.serializers import Serializer, validated


class AdmissionDetailSerializer(AdmissionSerializer):
    """住院记录 with the running total."""

    statement = InpatientStatementSerializer()
    settlement = SettlementSerializer(allow_null=True)
    deposit = DepositRulesSerializer()


class FindAdmissionSerializer(Serializer):
    """住院号 and the patient's name, both as the hospital has them."""

    hospital_id = serializers.UUIDField()
    admission_no = serializers.CharField(max_length=32)
    name = NameField(max_length=80)

    def validate_hospital_id(self, value: UUID) -> Hospital:
        hospital = Hospital.objects.filter(pk=value, is_active=True).first()
        if hospital is None:
            raise InvalidValue(field="hospital_id", expected=UNKNOWN)
        return hospital


class FoundAdmissionSerializer(Serializer):
    """A stay whose deposit the account may pay for a while; nothing of the illness or the costs."""

    id = serializers.UUIDField()
    admission_no = serializers.CharField()
    patient_name = MaskedText()
    hospital_id = serializers.UUIDField()
    hospital_name = serializers.CharField()
    status = serializers.ChoiceField(choices=STATUSES)
    deposit = DepositRulesSerializer()


@extend_schema(tags=["inpatient"])
class AdmissionViewSet(OwnViewSet):
    """住院记录 of the bound patients."""

    serializer_class = AdmissionSerializer
    filterset_class = OwnAdmissionFilter
    ordering_fields = ["admitted_at"]
    ordering = ["-id"]

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Admission.objects.none()
        return admissions.admissions_of(self.account)

    @raises(CardRequired, NotFound)
    def list(self, request: Any) -> Response:
        """住院记录 of the bound patients, the newest first."""
        require_binding(self.account)
        page = self.paginate_queryset(admissions.rows_of(self.filter_queryset(self.get_queryset())))
        rows = [admissions.shown(row) for row in page or ()]
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)

    @extend_schema(responses=AdmissionDetailSerializer)
    def retrieve(self, request: Any, pk: UUID) -> Response:
        """One stay with its running total: charges, deposit, balance or arrears."""
        stay = self._stay(pk)
        whole = admissions.one(Admission.objects.all(), pk) | {
            "statement": shown_statement(stay),
            "settlement": newest_of(stay.pk),
            "deposit": deposit_rules(stay.hospital, stay.status),
        }
        return Response(AdmissionDetailSerializer(whole).data)

    @extend_schema(parameters=[DayQuerySerializer], responses=DailyChargesSerializer)
    def daily_charges(self, request: Any, pk: UUID) -> Response:
        """日清单: the days with their totals, and all items of `day` by category."""
        asked = validated(DayQuerySerializer, request.query_params.dict())
        return Response(shown_days(self._stay(pk).pk, asked.get("day")))

    @extend_schema(
        operation_id="admissions_find", request=FindAdmissionSerializer, responses=FoundAdmissionSerializer
    )
    @raises(errors.AdmissionMismatch, errors.LookupLocked, errors.LookupSlowed, errors.DepositDisabled)
    def find(self, request: Any) -> Response:
        """查找住院号: by number and name, for whoever pays the deposit; locked for a while after failures."""
        body = FindAdmissionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        asked = dict(body.validated_data)
        hospital = asked.pop("hospital_id")
        stay = find_admission(account=self.account, hospital=hospital, ip=client_ip(request), **asked)
        return Response(
            {
                "id": stay.pk,
                "admission_no": stay.admission_no,
                "patient_name": masking.name(stay.patient.name),
                "hospital_id": hospital.pk,
                "hospital_name": hospital.name,
                "status": stay.status,
                "deposit": deposit_rules(hospital, stay.status),
            }
        )

    def _stay(self, pk: UUID) -> Admission:
        found: Admission | None = self.get_queryset().select_related("hospital").filter(pk=pk).first()
        if found is None:
            raise NotFound
        return found
