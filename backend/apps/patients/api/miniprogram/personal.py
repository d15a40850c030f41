from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from apps.patients.api.fields import ContactSerializer, age
from apps.patients.api.miniprogram.bindings import BindingSerializer, BindingView
from apps.patients.errors import CardRequired
from apps.patients.models import Patient
from apps.patients.selectors import bindings_of, require_binding
from apps.patients.services.archive import update_patient
from kernel.crypto import masking
from kernel.errors import InvalidValue, StaleVersion
from kernel.http.fields import MaskedField
from kernel.http.schema import raises
from kernel.http.serializers import VersionedModelSerializer


class PersonalSerializer(VersionedModelSerializer):
    """个人信息: masked; address, occupation, industry and contacts can be changed, the rest at the window."""

    age = serializers.SerializerMethodField()
    national_id = MaskedField(masking.document, read_only=True)
    phone = MaskedField(masking.phone, read_only=True)
    address = MaskedField(masking.address, max_length=255, required=False, allow_blank=True)
    contacts = serializers.SerializerMethodField()
    consents = serializers.DictField(child=serializers.DateTimeField(allow_null=True), read_only=True)

    class Meta:
        model = Patient
        fields = [
            "mrn", "name", "gender", "birth_date", "age", "id_kind", "national_id", "phone", "address", "occupation",
            "industry", "allergies", "contacts", "consents", "registered_at", "version",
        ]  # fmt: skip
        read_only_fields = ["mrn", "name", "gender", "birth_date", "id_kind", "allergies", "registered_at"]

    def get_age(self, patient: Patient) -> int | None:
        return age(patient.birth_date)

    @extend_schema_field(ContactSerializer(many=True))
    def get_contacts(self, patient: Patient) -> Any:
        contacts = [person for person in patient.related_persons.all() if not person.is_guardian]
        return ContactSerializer(sorted(contacts, key=lambda person: person.pk), many=True).data


class PersonalEditSerializer(PersonalSerializer):
    """What the patient may write."""

    contacts = ContactSerializer(many=True, required=False)  # type: ignore[assignment]


class ProfileSerializer(BindingSerializer):
    """个人档案: a bound card with its owner's archive and consents."""

    profile = PersonalSerializer(source="patient", read_only=True)

    class Meta(BindingSerializer.Meta):
        fields = [*BindingSerializer.Meta.fields, "profile"]
        read_only_fields = fields


@extend_schema(tags=["cards"])
class ProfileListView(BindingView):
    """个人档案 of everybody whom the account acts for."""

    serializer_class = ProfileSerializer

    @extend_schema(operation_id="cards_profiles_list", responses=ProfileSerializer(many=True))
    def get(self, request: Any) -> Response:
        """The bound cards with profile and consents in one read, the default first."""
        found = bindings_of(request.user.wechat).prefetch_related("patient__related_persons")
        return Response(ProfileSerializer(found, many=True).data)


@extend_schema(tags=["cards"])
class PersonalView(BindingView):
    """个人信息 of the bound patient."""

    @extend_schema(operation_id="cards_bindings_patient", responses=PersonalSerializer)
    @raises(CardRequired)
    def get(self, request: Any, pk: UUID) -> Response:
        """The bound patient's own archive, masked."""
        patient = require_binding(request.user.wechat, pk).patient
        return Response(PersonalSerializer(patient).data)

    @extend_schema(
        operation_id="cards_bindings_patient_change",
        request=PersonalEditSerializer,
        responses=PersonalSerializer,
    )
    @raises(CardRequired, StaleVersion, InvalidValue)
    def patch(self, request: Any, pk: UUID) -> Response:
        """Change address, occupation, industry or contacts."""
        patient = require_binding(request.user.wechat, pk).patient
        body = PersonalEditSerializer(patient, data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        changes = dict(body.validated_data)
        version = changes.pop("version")
        return Response(
            PersonalSerializer(update_patient(patient, version=version, keep_guardians=True, **changes)).data
        )
