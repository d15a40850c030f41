from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.policies import policy_of
from apps.access.scoped.options import OptionsMixin
from apps.access.scoped.rows import KeptRowViewSet
from apps.patients.models import Patient, PatientTag
from apps.patients.services import tags
from kernel.errors import InvalidValue, NotFound, StateConflict
from kernel.expectations import COLOUR
from kernel.http.fields import PatternField
from kernel.http.schema import raises
from kernel.http.serializers import Serializer


class TaggedSerializer(Serializer):
    patient_ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=500)


class TagChangeSerializer(Serializer):
    changed = serializers.IntegerField(help_text="patients that were not so before")


@extend_schema(tags=["patients"])
class PatientTagViewSet(OptionsMixin, KeptRowViewSet):
    """患者标签: a hospital's words for patients, put on and taken off many at once."""

    model = PatientTag
    resource = "patients.tag"
    codes = {"put_on": "assign", "take_off": "assign"}
    columns = ("hospital", "name", "colour", "sort", "is_active")
    declared = {"colour": PatternField(r"^#[0-9a-fA-F]{6}$", COLOUR, required=False)}
    fixed = ("hospital", "name")
    filters = ("hospital", "is_active")
    ordering_fields = ["sort", "name"]
    ordering = ["sort", "id"]
    option_columns = ("name", "hospital__name")

    def perform_create(self, data: dict[str, Any]) -> PatientTag:
        return tags.create_tag(**data)

    @extend_schema(request=TaggedSerializer, responses=TagChangeSerializer)
    @raises(InvalidValue, NotFound, StateConflict)
    def put_on(self, request: Any, pk: UUID) -> Response:
        """Put the tag on patients within reach: on all of them or on none."""
        return Response({"changed": tags.put_on(self.get_object(), self._patients(request))})

    @extend_schema(request=TaggedSerializer, responses=TagChangeSerializer)
    @raises(InvalidValue, NotFound)
    def take_off(self, request: Any, pk: UUID) -> Response:
        """Take the tag off patients within reach."""
        return Response({"changed": tags.remove_tag(self.get_object(), self._patients(request))})

    def _patients(self, request: Any) -> set[UUID]:
        body = TaggedSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        wanted = set(body.validated_data["patient_ids"])
        reach = policy_of(Patient).scope(self.actor, "patients.tag.assign", Patient.objects.all(), "change")
        if reach.filter(pk__in=wanted).count() != len(wanted):
            raise NotFound
        return wanted
