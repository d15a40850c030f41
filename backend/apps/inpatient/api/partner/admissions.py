"""HIS tells of its stays; it may push as often and as late as it likes, a stay is known by HIS's own key."""

import re
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.partner import HasScope, Partner, PartnerAuthentication
from apps.identity.models import Department, Hospital, StaffMember
from apps.inpatient.api.serializers import STATUSES, DiagnosisCodeField
from apps.inpatient.errors import StaySettled
from apps.inpatient.models import Admission
from apps.inpatient.selectors.statement import statement_of
from apps.inpatient.services.his_feed import ToldAdmission, find_told, receive_admission
from apps.patients.models import Patient
from apps.patients.selectors import patient_of_mrn
from apps.payments.payers import PayerType
from kernel.errors import DuplicateValue, InvalidValue, NotFound
from kernel.expectations import FOREIGN_NUMBER, UNKNOWN
from kernel.http.fields import EXTERNAL_ID, ExternalIdField, PatternField
from kernel.http.schema import raises
from kernel.http.serializers import Serializer
from kernel.http.views import APIView
from kernel.money import MAX_FEN

NUMBER = r"^[0-9A-Za-z_.-]{1,32}\Z"


class PushAdmissionSerializer(Serializer):
    """A stay as HIS knew it at `as_of`: what it knew before its last word changes nothing here.

    With `discharged_at` the patient has left; without it again, the discharge was a mistake. `diagnosis_code`,
    `payer_type`, `charges_final` and `his_deposit_fen` stay as they were where they are left out.
    """

    external_id = ExternalIdField()
    admission_no = PatternField(NUMBER, FOREIGN_NUMBER, trim_whitespace=False)
    mrn = serializers.CharField(max_length=32)
    department_code = serializers.CharField(max_length=32)
    employee_no = serializers.CharField(
        max_length=32, allow_blank=True, default="", help_text="the attending doctor's"
    )
    ward = serializers.CharField(max_length=40, allow_blank=True, default="")
    bed = serializers.CharField(max_length=20, allow_blank=True, default="")
    diagnosis = serializers.CharField(max_length=500, allow_blank=True, default="")
    diagnosis_code = DiagnosisCodeField(max_length=20, allow_blank=True, required=False)
    payer_type = serializers.ChoiceField(choices=PayerType.choices, required=False)
    admitted_at = serializers.DateTimeField()
    discharged_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    charges_final = serializers.BooleanField(
        required=False, help_text="no more charges come: what was paid ahead may be settled"
    )
    his_deposit_fen = serializers.IntegerField(
        min_value=0, max_value=MAX_FEN, required=False,
        help_text="what HIS itself holds for the stay: told with charges_final, and taken off what is settled here",
    )  # fmt: skip
    as_of = serializers.DateTimeField()


class PushedAdmissionSerializer(Serializer):
    """What we know of a stay of HIS. `deposit_fen` is what patients have paid here and what is left of it."""

    id = serializers.UUIDField()
    external_id = serializers.CharField()
    admission_no = serializers.CharField()
    status = serializers.ChoiceField(choices=STATUSES)
    as_of = serializers.DateTimeField()
    charged_fen = serializers.IntegerField()
    deposit_fen = serializers.IntegerField()


class InpatientFeedView(APIView):
    """Stays of the application's own hospital."""

    authentication_classes = [PartnerAuthentication]
    permission_classes = [HasScope]
    required_scope = "inpatient:write"

    def hospital(self) -> Hospital:
        partner: Partner = self.request.user  # type: ignore[assignment]  # HasScope lets in nobody else
        hospital: Hospital = partner.application.hospital
        return hospital

    def read(self, kind: type[Serializer]) -> dict[str, Any]:
        """The checked body."""
        body = kind(data=self.request.data)
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)


def shown(stay: Admission) -> dict[str, Any]:
    """The shape of PushedAdmissionSerializer."""
    total = statement_of(stay)
    return {
        "id": stay.pk,
        "external_id": stay.external_id,
        "admission_no": stay.admission_no,
        "status": stay.status,
        "as_of": stay.as_of,
        "charged_fen": total.charged_fen,
        "deposit_fen": total.deposit_fen,
    }


class AdmissionsView(InpatientFeedView):
    """住院记录 pushed by HIS."""

    @extend_schema(
        operation_id="admissions_push",
        tags=["inpatient"],
        request=PushAdmissionSerializer,
        responses={200: PushedAdmissionSerializer, 201: PushedAdmissionSerializer},
    )
    @raises(InvalidValue, DuplicateValue, StaySettled)
    def post(self, request: Any) -> Response:
        """推送住院记录 A stay as it begins, changes or ends: 201 a new one of ours, 200 otherwise."""
        data = self.read(PushAdmissionSerializer)
        hospital = self.hospital()
        told = ToldAdmission(
            patient=_patient(hospital, data.pop("mrn")),
            department=_named(Department, hospital, "department_code", code=data.pop("department_code")),
            practitioner=_named(StaffMember, hospital, "employee_no", employee_no=data.pop("employee_no")),
            **data,
        )
        stay, is_new = receive_admission(hospital=hospital, told=told)
        return Response(shown(stay), status=201 if is_new else 200)


class AdmissionView(InpatientFeedView):
    """One stay of HIS."""

    @extend_schema(operation_id="admissions_pushed", tags=["inpatient"], responses=PushedAdmissionSerializer)
    def get(self, request: Any, external_id: str) -> Response:
        """查询住院记录 What we know of a stay: its charges and its deposit."""
        stay = find_told(self.hospital(), external_id) if re.match(EXTERNAL_ID, external_id) else None
        if stay is None:
            raise NotFound
        return Response(shown(stay))


def _patient(hospital: Hospital, mrn: str) -> Patient:
    """The archive of that number, or the one that continues it."""
    found = patient_of_mrn(hospital.pk, mrn)
    if found is None:
        raise InvalidValue(field="mrn", expected=UNKNOWN)
    return found


def _named(model: Any, hospital: Hospital, field: str, **lookup: str) -> Any:
    """The row that a code stands for, None for a blank one; InvalidValue for an unknown one."""
    if not any(lookup.values()):
        return None
    found = model.objects.filter(hospital=hospital, **lookup).first()
    if found is None:
        raise InvalidValue(field=field, expected=UNKNOWN)
    return found
