from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.fields import ScopedRelatedField
from apps.identity.phones import PHONE_PATTERN
from apps.patients.api.admin.of_patient import OfPatientViewSet
from apps.patients.api.fields import DOCUMENTS
from apps.patients.documents import NUMBER_PATTERN
from apps.patients.errors import PatientMerged
from apps.patients.models import Patient, RelatedPerson
from apps.patients.services import related_persons as services
from kernel.crypto import masking
from kernel.errors import InvalidValue, StateConflict
from kernel.http.fields import MaskedField
from kernel.http.schema import raises
from kernel.http.serializers import ModelSerializer


class RelatedPersonSerializer(ModelSerializer):
    """联系人 or 监护人; phone and document are shown masked, write them whole."""

    name = serializers.CharField(max_length=80)
    phone = MaskedField(masking.phone, pattern=PHONE_PATTERN, max_length=32, required=False, allow_blank=True)
    id_kind = serializers.ChoiceField(choices=DOCUMENTS, required=False, help_text="default: resident_id")
    national_id = MaskedField(
        masking.document, pattern=NUMBER_PATTERN, max_length=32, required=False, allow_blank=True
    )
    linked_patient_id = ScopedRelatedField(
        source="linked_patient",
        queryset=Patient.objects.all(),
        required=False,
        allow_null=True,
        help_text="the person's own archive",
    )

    class Meta:
        model = RelatedPerson
        fields = [
            "id", "name", "relation", "phone", "id_kind", "national_id", "is_guardian", "linked_patient_id",
            "linked_patient_name", "verified_at", "verified_by_id", "verified_by_name", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = ["verified_at", "verified_by_id", "created_at", "updated_at"]


@extend_schema(tags=["patients"])
class RelatedPersonViewSet(OfPatientViewSet):
    """联系人与监护人 of a patient."""

    codes = {
        "list": "list", "create": "change", "partial_update": "change", "destroy": "change", "verify": "change",
    }  # fmt: skip
    serializer_class = RelatedPersonSerializer
    pagination_class = None

    def list(self, request: Any, patient_id: UUID) -> Response:
        """Everybody related to the patient, in the order of entry."""
        rows = (
            self.get_object().related_persons.select_related("linked_patient", "verified_by").order_by("id")
        )
        return Response(self.get_serializer(rows, many=True).data)

    @raises(InvalidValue, PatientMerged)
    def create(self, request: Any, patient_id: UUID) -> Response:
        """Add a contact or guardian (at most 20)."""
        person = services.add_person(patient=self.get_object(), **self.checked())
        return Response(self.get_serializer(person).data, status=201)

    @raises(InvalidValue, PatientMerged)
    def partial_update(self, request: Any, patient_id: UUID, pk: UUID) -> Response:
        """Change a contact; a guardian whose identity changes has to be verified again."""
        person = self.found(RelatedPerson.objects.select_related("patient", "linked_patient"))
        body = self.get_serializer(person, data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        return Response(self.get_serializer(services.change_person(person, **body.validated_data)).data)

    @raises(PatientMerged)
    def destroy(self, request: Any, patient_id: UUID, pk: UUID) -> Response:
        """Remove a contact."""
        services.remove_person(self.found(RelatedPerson.objects.select_related("patient")))
        return Response(status=204)

    @extend_schema(request=None)
    @raises(StateConflict, PatientMerged)
    def verify(self, request: Any, patient_id: UUID, pk: UUID) -> Response:
        """The guardian's document was seen."""
        person = self.found(RelatedPerson.objects.select_related("patient"))
        return Response(self.get_serializer(services.verify_guardian(person, by_id=self.actor.staff_id)).data)
