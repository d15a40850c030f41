from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.http import FileResponse, StreamingHttpResponse
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.response import Response

from apps.access.policies import policy_of
from apps.access.scoped.views import CrudViewSet
from apps.audit.services import record
from apps.patients.api.admin.filters import PatientFilter
from apps.patients.api.admin.serializers import (
    ROW_FIELDS,
    PatientRowSerializer,
    PatientSerializer,
    SensitivePatientSerializer,
    VersionSerializer,
)
from apps.patients.api.admin.sheets import SHEETS, ExportQuerySerializer, as_sheet
from apps.patients.errors import PatientMerged, ReasonRequired
from apps.patients.exports import export_rows
from apps.patients.models import Patient, RelatedPerson
from apps.patients.selectors import unmerged
from apps.patients.services.archive import create_patient, delete_patient, promote, update_patient
from apps.patients.services.identifying import CLOSE, IDENTIFY, closes_or_reopens, identity_changes
from kernel.errors import DuplicateValue, InUse, InvalidValue, PermissionDenied, StaleVersion, StateConflict
from kernel.http.schema import raises

ASKED = ("file_format", "unmasked")
CONTACTS = Prefetch("related_persons", queryset=RelatedPerson.objects.order_by("id"))


@extend_schema(tags=["patients"])
@extend_schema_view(list=extend_schema(responses=PatientRowSerializer(many=True)))
class PatientViewSet(CrudViewSet):
    """患者档案: the patient archive, secrets masked.

    A merged archive is not listed; by its old id it still reads, `merged_into` names the one that continues it, and
    every change of it answers 409 `patient_merged`.
    """

    model = Patient
    resource = "patients.patient"
    codes = {"promote": "change", "sensitive": "sensitive"}
    serializer_class = PatientSerializer
    filterset_class = PatientFilter
    keys_first = True
    count_cap = 1000
    ordering_fields = ["id"]
    ordering = ["-id"]

    def get_serializer_class(self) -> Any:
        return PatientRowSerializer if self.action == "list" else PatientSerializer

    def base_queryset(self) -> QuerySet[Any]:
        if self.action == "export":
            return unmerged(Patient.objects.all())
        if self.action == "list":
            rows: QuerySet[Any] = unmerged(Patient.objects.all()).values(*ROW_FIELDS)
            return rows
        return Patient.objects.prefetch_related(CONTACTS)

    def row_queryset(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = Patient.objects.values(*ROW_FIELDS)
        return rows

    @raises(DuplicateValue, InvalidValue)
    def perform_create(self, data: dict[str, Any]) -> Patient:
        data.pop("reason", None)
        return self._read(create_patient(contacts=data.pop("related_persons", ()), **data).pk)

    @raises(InvalidValue, PatientMerged, ReasonRequired)
    def perform_update(self, instance: Patient, data: dict[str, Any], version: int) -> Patient:
        contacts, reason = data.pop("related_persons", None), data.pop("reason", "")
        if identity_changes(instance, data):
            self.require(IDENTIFY, instance)
        if closes_or_reopens(instance, data):
            self.require(CLOSE, instance)
        update_patient(instance, version=version, contacts=contacts, reason=reason, **data)
        return self._read(instance.pk)

    @raises(InUse)
    def perform_destroy(self, instance: Patient) -> None:
        delete_patient(instance)

    @extend_schema(request=VersionSerializer, responses=PatientSerializer)
    @raises(StateConflict, StaleVersion, InvalidValue)
    @action(detail=True, methods=["post"])
    def promote(self, request: Any, pk: UUID | None = None) -> Response:
        """Turn a provisional archive (临时档案) into one on file."""
        body = VersionSerializer(data=request.data)
        patient = self.get_object()
        body.is_valid(raise_exception=True)
        promote(patient, version=body.validated_data["version"])
        return Response(self.get_serializer(self._read(patient.pk)).data)

    @extend_schema(operation_id="patients_export", parameters=[ExportQuerySerializer], responses=SHEETS)
    @action(detail=False, methods=["get"], pagination_class=None)
    def export(self, request: Any) -> FileResponse | StreamingHttpResponse:
        """Export the patients that the filters leave, as CSV or Excel; unmasked needs that permission too."""
        query = ExportQuerySerializer(
            data={n: request.query_params[n] for n in ASKED if n in request.query_params}
        )
        query.is_valid(raise_exception=True)
        unmasked = query.validated_data["unmasked"]
        if unmasked and not self.actor.has("patients.patient.sensitive"):
            raise PermissionDenied
        rows = self.filter_queryset(self.get_queryset())
        if unmasked:
            policy = policy_of(Patient)
            rows = policy.scope(self.actor, "patients.patient.sensitive", rows)
        record(
            action="export", object_type="patients.patient", object_id="",
            detail={"filters": request.query_params.dict(), "unmasked": unmasked},
        )  # fmt: skip
        return as_sheet(export_rows(rows, unmasked=unmasked), query.validated_data["file_format"], "patients")

    @property
    def query_parameters(self) -> tuple[str, ...]:
        """What an export may be asked with beside the filters."""
        return ASKED if self.action == "export" else ()

    def visible_code(self) -> str:
        """An export reaches as far as its own code."""
        return f"{self.resource}.export" if self.action == "export" else super().visible_code()

    @extend_schema(responses=SensitivePatientSerializer)
    @action(detail=True, methods=["get"])
    def sensitive(self, request: Any, pk: UUID | None = None) -> Response:
        """Read the unmasked values; who reads what is written to the operation log."""
        patient = self.get_object()
        patient.card_numbers = [card.card_number for card in patient.cards.order_by("id")]
        data = SensitivePatientSerializer(patient).data
        with transaction.atomic():
            record(
                action="unmask",
                object_type="patients.patient",
                object_id=patient.pk,
                hospital_id=patient.hospital_id,
                detail={"fields": sorted(set(data) - {"id", "id_kind"})},
            )
        return Response(data)

    def _read(self, pk: UUID) -> Patient:
        return Patient.objects.prefetch_related(CONTACTS).get(pk=pk)
