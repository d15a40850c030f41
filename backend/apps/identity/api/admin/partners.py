from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from apps.access.scoped.fields import ScopedRelatedField
from apps.access.scoped.options import OptionsMixin
from apps.access.scoped.views import CrudViewSet
from apps.identity.models import Hospital, PartnerApplication
from apps.identity.oauth import SCOPES
from apps.identity.services import partners as services
from kernel.errors import InUse, InvalidValue, StaleVersion
from kernel.http.commands import command
from kernel.http.schema import raises
from kernel.http.serializers import Serializer, VersionedModelSerializer


class PartnerApplicationSerializer(VersionedModelSerializer):
    """第三方应用: an OAuth2 client of one hospital. Its secret is never shown again."""

    hospital_id = ScopedRelatedField(source="hospital", queryset=Hospital.objects.all())
    name = serializers.CharField(max_length=120)
    allowed_scopes = serializers.ListField(
        child=serializers.CharField(max_length=64), max_length=50, help_text=", ".join(sorted(SCOPES))
    )
    allowed_addresses = serializers.ListField(
        child=serializers.CharField(max_length=49), max_length=50, required=False, default=list
    )
    requires_signature = serializers.BooleanField(default=False)
    rate_per_minute = serializers.IntegerField(min_value=1, max_value=100_000, default=600)
    money_per_minute = serializers.IntegerField(min_value=1, max_value=100_000, default=120)

    class Meta:
        model = PartnerApplication
        fields = [
            "id", "hospital_id", "hospital_name", "name", "client_id", "allowed_scopes",
            "allowed_addresses", "rate_per_minute", "money_per_minute", "previous_secret_until", "requires_signature",
            "signing_since", "previous_signing_until", "is_active", "version",
        ]  # fmt: skip
        read_only_fields = ["client_id", "previous_secret_until", "signing_since", "previous_signing_until"]


class PartnerApplicationCreateSerializer(PartnerApplicationSerializer):
    """A new client with its secrets; `signing_secret` is empty unless it `requires_signature`."""

    client_secret = serializers.CharField(read_only=True, source="plain_secret", help_text="shown only here")
    signing_secret = serializers.CharField(read_only=True, help_text="shown only here")

    class Meta(PartnerApplicationSerializer.Meta):
        fields = [*PartnerApplicationSerializer.Meta.fields, "client_secret", "signing_secret"]


class RotateSerializer(Serializer):
    """The version that was read. `overlap_hours`: how long the old secret goes on, 0: not at all."""

    version = serializers.IntegerField(min_value=1, max_value=2_147_483_647)
    overlap_hours = serializers.IntegerField(min_value=0, max_value=services.MAX_OVERLAP_HOURS, default=0)


class SecretSerializer(Serializer):
    """A new secret, shown only here."""

    client_id = serializers.CharField()
    client_secret = serializers.CharField()
    version = serializers.IntegerField()


class SigningSecretSerializer(Serializer):
    """A new secret to sign requests with, shown only here."""

    client_id = serializers.CharField()
    signing_secret = serializers.CharField()
    version = serializers.IntegerField()


class PartnerApplicationFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    is_active = django_filters.BooleanFilter()
    search = django_filters.CharFilter(field_name="name", lookup_expr="icontains", max_length=64)


@extend_schema(tags=["partners"])
class PartnerApplicationViewSet(OptionsMixin, CrudViewSet):
    """第三方应用: partners' OAuth2 clients."""

    model = PartnerApplication
    resource = "identity.partner_application"
    codes = {"rotate_secret": "change", "rotate_signing_secret": "change"}
    serializer_class = PartnerApplicationSerializer
    filterset_class = PartnerApplicationFilter
    ordering_fields = ["name"]
    ordering = ["name"]
    option_columns = ("name", "client_id")

    def get_serializer_class(self) -> Any:
        return PartnerApplicationCreateSerializer if self.action == "create" else PartnerApplicationSerializer

    @raises(InvalidValue)
    def perform_create(self, data: dict[str, Any]) -> PartnerApplication:
        application, secret = services.create_application(**data)
        application.plain_secret = secret
        return application

    @raises(InvalidValue)
    def perform_update(
        self, instance: PartnerApplication, data: dict[str, Any], version: int
    ) -> PartnerApplication:
        return services.update_application(instance, version=version, **data)

    @raises(InUse)
    def perform_destroy(self, instance: PartnerApplication) -> None:
        services.delete_application(instance)

    @extend_schema(request=RotateSerializer, responses=SecretSerializer)
    @raises(StaleVersion)
    @action(detail=True, methods=["post"], url_path="rotate-secret")
    def rotate_secret(self, request: Any, pk: Any = None) -> Response:
        """更换密钥 Give a new secret: the old one goes on for the hours that are named, else ends with every token."""
        application = self.get_object()
        serializer = RotateSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        secret = services.rotate_secret(application, **serializer.validated_data)
        body = {
            "client_id": application.client_id,
            "client_secret": secret,
            "version": application.version,
        }
        return Response(body)

    @command(body=RotateSerializer, answer=SigningSecretSerializer, raises=(StaleVersion,))
    def rotate_signing_secret(self, row: PartnerApplication, **values: int) -> PartnerApplication:
        """更换签名密钥 The first or a new one; the one before goes on for the hours that are named, else ends."""
        services.rotate_signing_secret(row, **values)
        return row
