from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse, StreamingHttpResponse
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.response import Response

from apps.access.policies import policy_of
from apps.access.scoped.options import OptionsMixin
from apps.access.scoped.views import CrudViewSet
from apps.audit.services import record
from apps.patients.api.admin.asking import (
    ExportQuerySerializer,
    PatientExportSerializer,
    PatientPageSerializer,
    PatientSearchSerializer,
    ask_by_body,
)
from apps.patients.api.admin.browsing import BrowsingMixin
from apps.patients.api.admin.filing import CONTACTS, FilingMixin
from apps.patients.api.admin.filters import PatientFilter
from apps.patients.api.admin.serializers import (
    ROW_FIELDS,
    PatientRowSerializer,
    PatientSerializer,
    SensitivePatientSerializer,
    VersionSerializer,
)
from apps.patients.exports import export_rows
from apps.patients.models import Patient
from apps.patients.selectors import unmerged
from apps.patients.services.archive import delete_patient, promote
from apps.patients.services.searching import note_search
from kernel import clock
from kernel.errors import (
    InUse,
    InvalidValue,
    PermissionDenied,
    StaleVersion,
    StateConflict,
    TooManyRequests,
)
from kernel.http.downloads import title_of
from kernel.http.schema import raises
from kernel.http.sheets import SHEETS, as_sheet

LISTS, EXPORTS = ("list", "search"), ("export", "export_by_body")
ASKED = ("file_format", "unmasked")


@extend_schema(tags=["patients"])
@extend_schema_view(list=extend_schema(responses=PatientRowSerializer(many=True)))
class PatientViewSet(FilingMixin, BrowsingMixin, OptionsMixin, CrudViewSet):
    """患者档案: the patient archive, secrets masked.

    A merged archive is not listed; by its old id it still reads, `merged_into_id` names the one that continues it, and
    every change of it answers 409 `patient_merged`.
    """

    model = Patient
    resource = "patients.patient"
    codes = {
        "promote": "change", "sensitive": "sensitive", "search": "list", "export_by_body": "export",
        "categories": "list",
    }  # fmt: skip
    serializer_class = PatientSerializer
    filterset_class = PatientFilter
    keys_first = True
    count_cap = 1000
    ordering_fields = ["id"]
    ordering = ["-id"]
    option_columns = ("name", "mrn", "birth_date")
    in_force = {}

    def get_serializer_class(self) -> Any:
        return PatientRowSerializer if self.action in LISTS else super().get_serializer_class()

    def base_queryset(self) -> QuerySet[Any]:
        if self.action in (*EXPORTS, "offer"):
            return unmerged(Patient.objects.all())
        if self.action in LISTS:
            rows: QuerySet[Any] = unmerged(Patient.objects.all()).values(*ROW_FIELDS)
            return rows
        return Patient.objects.prefetch_related(CONTACTS)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Searches for whole secret values are counted, limited and written down (rules.md 28)."""
        note_search(by=self.me, asked=self.request.query_params.dict())
        filtered: QuerySet[Any] = super().filter_queryset(queryset)
        return filtered

    @raises(TooManyRequests)
    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(
        operation_id="patients_search", request=PatientSearchSerializer, responses=PatientPageSerializer
    )
    @raises(TooManyRequests)
    @action(detail=False, methods=["post"])
    def search(self, request: Any) -> Response:
        """The list, asked for by a body: what is searched for stands in no address and in no proxy's log."""
        ask_by_body(request)
        return self.list(request)

    def row_queryset(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = Patient.objects.only("id", *self.option_columns)
        return rows if self.action == "offer" else rows.values(*ROW_FIELDS)

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

    @extend_schema(
        operation_id="patients_export", parameters=[ExportQuerySerializer], responses=SHEETS, filters=True
    )
    @raises(TooManyRequests)
    @action(detail=False, methods=["get"], pagination_class=None)
    def export(self, request: Any) -> FileResponse | StreamingHttpResponse:
        """Export the patients that the filters leave, as CSV or Excel; unmasked needs that permission too."""
        return self._export(request)

    def _export(self, request: Any) -> FileResponse | StreamingHttpResponse:
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
        file_format, title = query.validated_data["file_format"], title_of("patients_export")
        return as_sheet(export_rows(rows, unmasked=unmasked), file_format, title, clock.today())

    @extend_schema(operation_id="patients_export_by_body", request=PatientExportSerializer, responses=SHEETS)
    @raises(TooManyRequests)
    @export.mapping.post
    def export_by_body(self, request: Any) -> FileResponse | StreamingHttpResponse:
        """The export, asked for by a body."""
        ask_by_body(request, PatientExportSerializer)
        return self._export(request)

    def visible_code(self) -> str:
        """An export reaches as far as its own code."""
        return f"{self.resource}.export" if self.action in EXPORTS else super().visible_code()

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
