from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.permissions import IsPatientAccount
from apps.audit.middleware import client_ip
from apps.identity.models import Hospital
from apps.identity.phones import PHONE_PATTERN
from apps.patients.api.fields import DOCUMENTS
from apps.patients.documents import NUMBER_PATTERN
from apps.patients.errors import (
    AlreadyBound,
    BindingLimit,
    BindingLocked,
    BindingMismatch,
    BindingSlowed,
    OnlineFilingOff,
)
from apps.patients.models import CardBinding, IdKind, Relationship
from apps.patients.selectors import bindings_of
from apps.patients.services import bindings
from apps.patients.services.filing import file_online
from kernel.crypto import masking
from kernel.errors import InvalidValue
from kernel.expectations import UNKNOWN
from kernel.http.fields import MaskedField, NameField, SecretField
from kernel.http.schema import raises
from kernel.http.serializers import ModelSerializer, Serializer
from kernel.http.views import GenericAPIView


class BindingSerializer(ModelSerializer):
    """A bound card and its owner, secrets masked. `id` is what chooses the person elsewhere: `binding_id`."""

    patient_id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(source="patient.name")
    card_number = MaskedField(masking.document, source="card.card_number")
    national_id = MaskedField(masking.document, source="patient.national_id")
    phone = MaskedField(masking.phone, source="patient.phone")
    address = MaskedField(masking.address)

    class Meta:
        model = CardBinding
        fields = [
            "id", "hospital_id", "hospital_name", "patient_id", "patient_name", "name", "relationship", "is_default",
            "card_number", "national_id", "phone", "address", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class FileSerializer(Serializer):
    """Who the person is."""

    hospital_id = serializers.UUIDField()
    name = NameField(max_length=80)
    id_kind = serializers.ChoiceField(choices=DOCUMENTS, default=IdKind.RESIDENT_ID)
    national_id = SecretField(pattern=NUMBER_PATTERN, max_length=32, help_text="number of the document")
    phone = SecretField(pattern=PHONE_PATTERN, max_length=32)
    address = SecretField(max_length=255)
    relationship = serializers.ChoiceField(choices=Relationship.choices)

    def validate_hospital_id(self, value: UUID) -> UUID:
        hospital = Hospital.objects.filter(pk=value, is_active=True).first()
        if hospital is None:
            raise InvalidValue(field="hospital_id", expected=UNKNOWN)
        self.hospital = hospital
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs.pop("hospital_id")
        return {**attrs, "hospital": self.hospital}


class BindSerializer(FileSerializer):
    """Everything must match the hospital's archive (the phone only if one is on file)."""

    card_number = SecretField(max_length=32)


class BindingView(GenericAPIView[Any]):
    """Base: the caller is a mini-program account."""

    permission_classes = [IsPatientAccount]
    serializer_class = BindingSerializer
    pagination_class = None
    filter_backends: Any = []

    def shown(self, binding: CardBinding, status: int = 200) -> Response:
        """One binding of the account, read again with patient and card."""
        fresh = CardBinding.objects.select_related("hospital", "patient", "card").get(pk=binding.pk)
        return Response(BindingSerializer(fresh).data, status=status)


@extend_schema(tags=["cards"])
class BindingListView(BindingView):
    """Cards bound to the account."""

    @extend_schema(operation_id="cards_bindings_list", responses=BindingSerializer(many=True))
    def get(self, request: Any) -> Response:
        """The bound cards, the default first."""
        return Response(BindingSerializer(bindings_of(request.user.wechat), many=True).data)

    @extend_schema(
        operation_id="cards_bindings_create", request=BindSerializer, responses={201: BindingSerializer}
    )
    @raises(BindingMismatch, BindingLocked, BindingSlowed, BindingLimit, AlreadyBound, InvalidValue)
    def post(self, request: Any) -> Response:
        """Bind a card (绑卡); repeating it answers the same binding."""
        body = BindSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return self.shown(
            bindings.bind(account=request.user.wechat, ip=client_ip(request), **body.validated_data), 201
        )


@extend_schema(tags=["cards"])
class FilingView(BindingView):
    """线上建档, where the hospital allows it."""

    @extend_schema(
        operation_id="cards_filings_create", request=FileSerializer, responses={201: BindingSerializer}
    )
    @raises(
        OnlineFilingOff,
        BindingMismatch,
        BindingLocked,
        BindingSlowed,
        BindingLimit,
        AlreadyBound,
        InvalidValue,
    )
    def post(self, request: Any) -> Response:
        """File a person who is not on file yet and bind the electronic card."""
        body = FileSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return self.shown(
            file_online(account=request.user.wechat, ip=client_ip(request), **body.validated_data), 201
        )


@extend_schema(tags=["cards"])
class BindingDefaultView(BindingView):
    """The default binding."""

    @extend_schema(operation_id="cards_bindings_default", request=None, responses=BindingSerializer)
    def post(self, request: Any, pk: UUID) -> Response:
        """Use this card when none is named."""
        return self.shown(bindings.set_default(account=request.user.wechat, binding_id=pk))


@extend_schema(tags=["cards"])
class BindingUnbindView(BindingView):
    """The end of a binding."""

    @extend_schema(operation_id="cards_bindings_unbind", request=None, responses={204: None})
    def post(self, request: Any, pk: UUID) -> Response:
        """Unbind (解绑); its history is kept."""
        bindings.unbind(account=request.user.wechat, binding_id=pk)
        return Response(status=204)
