"""Stage-by-stage information: the fields a hospital asks for, and a patient's document of all stages."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.rows import KeptRowViewSet
from apps.patients.api.admin.of_patient import OfPatientViewSet
from apps.patients.capturing import Definition, definitions
from apps.patients.errors import PatientMerged
from apps.patients.models import CapturedValue, CaptureField, FieldKind, Patient, Stage
from apps.patients.services import capture
from kernel.errors import Expectation, InvalidValue, StateConflict
from kernel.http.schema import raises
from kernel.http.serializers import ModelSerializer, Serializer

HISTORY = 200
VALUES = Expectation("captured_values", "一次填写 1 至 100 项", "1 to 100 values at once.")


@extend_schema(tags=["patients"])
class CaptureFieldViewSet(KeptRowViewSet):
    """采集项: a hospital's own fields. One with stage and key of a shipped field takes its place there."""

    model = CaptureField
    resource = "patients.capture_field"
    columns = ("hospital", "stage", "key", "label", "kind", "dictionary", "required", "sort", "is_active")
    fixed = ("hospital", "stage", "key", "kind")
    filters = ("hospital", "stage", "is_active")
    ordering_fields = ["sort"]
    ordering = ["stage", "sort", "id"]

    def perform_create(self, data: dict[str, Any]) -> CaptureField:
        return capture.create_field(**data)

    def perform_update(self, instance: CaptureField, data: dict[str, Any], version: int) -> CaptureField:
        return capture.update_field(instance, version=version, **data)


class CapturedFieldSerializer(Serializer):
    """A field with what is known now; null = nothing. Out of force it is shown while it has a value."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    kind = serializers.ChoiceField(choices=FieldKind.choices)
    dictionary = serializers.CharField(allow_blank=True)
    required = serializers.BooleanField()  # type: ignore[assignment]
    is_active = serializers.BooleanField()
    value = serializers.JSONField(allow_null=True)
    by_id = serializers.UUIDField(allow_null=True)
    by_name = serializers.CharField(allow_null=True)
    at = serializers.DateTimeField(allow_null=True)


class CapturedStageSerializer(Serializer):
    stage = serializers.ChoiceField(choices=Stage.choices)
    label = serializers.CharField()  # type: ignore[assignment]
    may_capture = serializers.BooleanField(help_text="whether the reader may write this stage")
    items = CapturedFieldSerializer(many=True)


class CaptureSerializer(Serializer):
    values = serializers.DictField(help_text="key → value; null takes a value back")

    def validate_values(self, values: dict[str, Any]) -> dict[str, Any]:
        if not 1 <= len(values) <= 100:
            raise InvalidValue(field="values", expected=VALUES)
        return values


class CapturedValueSerializer(ModelSerializer):
    """One value of the history."""

    class Meta:
        model = CapturedValue
        fields = ["id", "stage", "key", "label", "value", "by_id", "by_name", "created_at", "ended_at"]
        read_only_fields = fields


@extend_schema(tags=["patients"])
@extend_schema_view(
    list=extend_schema(operation_id="patients_captures", responses=CapturedStageSerializer(many=True))
)
class CaptureViewSet(OfPatientViewSet):
    """阶段信息: what was learnt of a patient at each stage."""

    codes = {"list": "patients.capture.list", "history": "patients.capture.list"}
    serializer_class = CaptureSerializer
    pagination_class = None
    #: Which stage the route writes.
    stage: str = ""

    def code_of_action(self) -> str | None:
        """Writing asks for the code of the stage."""
        if getattr(self, "action", None) == "write":
            return f"patients.capture.{self.stage}"
        return super().code_of_action()

    def list(self, request: Any, patient_id: UUID) -> Response:
        """All stages with their fields and what is known, as one document."""
        return Response(CapturedStageSerializer(self._document(self.get_object()), many=True).data)

    @extend_schema(request=CaptureSerializer, responses=CapturedStageSerializer(many=True))
    @raises(InvalidValue, PatientMerged, StateConflict)
    def write(self, request: Any, patient_id: UUID) -> Response:
        """Write down what was learnt at a stage; earlier values stay as history."""
        patient, values = self.get_object(), self.checked()["values"]
        capture.capture(patient=patient, stage=Stage(self.stage), values=values, by_id=self.actor.staff_id)
        return Response(CapturedStageSerializer(self._document(patient), many=True).data)

    @extend_schema(operation_id="patients_captures_history", responses=CapturedValueSerializer(many=True))
    def history(self, request: Any, patient_id: UUID) -> Response:
        """Every value, the newest first (at most 200)."""
        rows = (
            CapturedValue.objects.select_related("by")
            .filter(patient=self.get_object())
            .order_by("-id")[:HISTORY]
        )
        return Response(CapturedValueSerializer(rows, many=True).data)

    def _document(self, patient: Patient) -> Any:
        live = {
            (row.stage, row.key): row
            for row in CapturedValue.objects.select_related("by").filter(patient=patient, ended_at=None)
        }
        shown = {stage: self._items(stage, patient, live) for stage in Stage.values}
        return [
            {
                "stage": stage, "label": Stage(stage).label, "items": items,
                "may_capture": self.actor.has(f"patients.capture.{stage}"),
            }
            for stage, items in shown.items()
        ]  # fmt: skip

    def _items(self, stage: str, patient: Patient, live: dict[tuple[str, str], CapturedValue]) -> Any:
        if not hasattr(self, "_definitions"):
            self._definitions: list[Definition] = definitions(patient.hospital_id)
        return [
            _shown(definition, live.get((stage, definition.key)))
            for definition in self._definitions
            if definition.stage == stage and (definition.is_active or (stage, definition.key) in live)
        ]


def _shown(definition: Definition, captured: CapturedValue | None) -> dict[str, Any]:
    return {
        "key": definition.key, "label": definition.label, "kind": definition.kind,
        "dictionary": definition.dictionary, "required": definition.required, "is_active": definition.is_active,
        "value": captured and captured.value, "by_id": captured and captured.by_id,
        "by_name": captured and captured.by and captured.by.name, "at": captured and captured.created_at,
    }  # fmt: skip
