"""住院登记: admit, change, discharge; of a stay that HIS keeps only to look at."""

from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.fields import ScopedRelatedField
from apps.access.scoped.options import OptionsMixin
from apps.access.scoped.views import ScopedViewSet
from apps.identity.models import Department, StaffMember
from apps.inpatient import errors
from apps.inpatient.api.filters import AdmissionFilter
from apps.inpatient.api.serializers import DiagnosisCodeField, StaffAdmissionSerializer
from apps.inpatient.models import Admission, Bed
from apps.inpatient.selectors import admissions
from apps.inpatient.services import admissions as services
from apps.inpatient.services.beds import place
from apps.patients.models import Patient
from apps.payments.payers import PayerType
from kernel.errors import InvalidValue, StaleVersion, StateConflict
from kernel.http.commands import command
from kernel.http.serializers import Serializer

DEPARTMENTS = "identity.department.list"


class StaySerializer(Serializer):
    """Where the patient lies, under whom and why."""

    department_id = ScopedRelatedField(
        source="department", queryset=Department.objects.filter(is_active=True), code=DEPARTMENTS
    )
    practitioner_id = ScopedRelatedField(
        source="practitioner",
        queryset=StaffMember.objects.filter(status="active").exclude(licence_no=""),
        required=False,
        allow_null=True,
    )
    ward = serializers.CharField(max_length=40, allow_blank=True, required=False)
    bed = serializers.CharField(max_length=20, allow_blank=True, required=False)
    diagnosis = serializers.CharField(max_length=500, allow_blank=True, required=False)
    diagnosis_code = DiagnosisCodeField(max_length=20, allow_blank=True, required=False)
    payer_type = serializers.ChoiceField(choices=PayerType.choices, required=False)
    admitted_at = serializers.DateTimeField(required=False)


class AdmitSerializer(StaySerializer):
    """`practitioner_id`: without one the doctor who asks. `admitted_at`: now, unless it was before."""

    patient_id = ScopedRelatedField(source="patient", queryset=Patient.objects.filter(is_active=True))


class ChangeAdmissionSerializer(StaySerializer):
    """What is given changes; `version` is the one that was read."""

    department_id = ScopedRelatedField(
        source="department",
        queryset=Department.objects.filter(is_active=True),
        code=DEPARTMENTS,
        required=False,
    )
    version = serializers.IntegerField(min_value=1, max_value=2_147_483_647)


class DischargeSerializer(Serializer):
    """`discharged_at`: now, unless it was before."""

    discharged_at = serializers.DateTimeField(required=False)


class PutToBedSerializer(Serializer):
    """A free bed of the hospital."""

    bed_id = ScopedRelatedField(source="bed", queryset=Bed.objects.all(), code="inpatient.bed.list")


@extend_schema(tags=["inpatient"])
class AdmissionViewSet(OptionsMixin, ScopedViewSet):
    """住院记录: list, admit, change, discharge."""

    model = Admission
    resource = "inpatient.admission"
    codes = {"discharge": "discharge", "recall": "recall", "place": "place"}
    serializer_class = StaffAdmissionSerializer
    filterset_class = AdmissionFilter
    ordering_fields = ["admitted_at"]
    ordering = ["-id"]
    keys_first = True
    option_columns = ("admission_no", "patient__name", "department__name", "bed")
    in_force: ClassVar[dict[str, Any]] = {}

    def row_queryset(self) -> Any:
        return admissions.rows_of(Admission.objects.all())

    def list(self, request: Any) -> Response:
        """住院患者 within reach; those in the house with `status=admitted`."""
        rows = self.paginate_queryset(self.listed())
        return self.get_paginated_response([admissions.shown(row) for row in rows or ()])

    def retrieve(self, request: Any, pk: UUID) -> Response:
        """One stay."""
        return Response(self.as_now(self.get_object().pk))

    @command(
        body=AdmitSerializer, answer=StaffAdmissionSerializer, status=201, idempotent=True,
        raises=(errors.AlreadyAdmitted, InvalidValue),
    )  # fmt: skip
    def create(self, **values: Any) -> Admission:
        """住院登记: a new stay with its 住院号."""
        if values.get("practitioner") is None and self.me.licence_no:
            values["practitioner"] = self.me
        stay = services.admit(**values, staff=self.me)
        self.check_reach(stay)
        return stay

    @command(
        body=ChangeAdmissionSerializer, answer=StaffAdmissionSerializer,
        raises=(StaleVersion, errors.AdmissionOfHis, InvalidValue),
    )  # fmt: skip
    def partial_update(self, stay: Admission, **values: Any) -> Admission:
        """修改/转科: another department, doctor, bed or diagnosis."""
        with transaction.atomic():
            stay = services.change_admission(stay, **values)
            self.check_reach(stay)
        return stay

    @command(
        body=DischargeSerializer, answer=StaffAdmissionSerializer,
        raises=(StateConflict, errors.AdmissionOfHis, InvalidValue),
    )  # fmt: skip
    def discharge(self, stay: Admission, **values: Any) -> Admission:
        """出院: no deposit is taken any more; one that is under way goes back to its payer."""
        return services.discharge(stay, **values)

    @command(
        answer=StaffAdmissionSerializer,
        raises=(StateConflict, errors.AdmissionOfHis, errors.AlreadyAdmitted, errors.StaySettled),
    )
    def recall(self, stay: Admission) -> Admission:
        """召回: the discharge was a mistake."""
        return services.recall(stay)

    @command(
        body=PutToBedSerializer, answer=StaffAdmissionSerializer,
        raises=(
            StateConflict, errors.AdmissionOfHis, errors.AdmissionDischarged, errors.BedNotFree, errors.WardClosed,
            InvalidValue,
        ),
    )  # fmt: skip
    def place(self, stay: Admission, *, bed: Bed) -> Admission:
        """安排床位/转床: the bed is the patient's; the one before is to be cleaned."""
        return place(stay, bed=bed, staff=self.me)

    def as_now(self, pk: UUID) -> dict[str, Any]:
        return admissions.one(Admission.objects.all(), pk)
