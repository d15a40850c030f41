from typing import Any, ClassVar

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.fields import ScopedRelatedField
from apps.access.scoped.options import OptionsMixin
from apps.access.scoped.rows import search_in
from apps.access.scoped.views import CodedView, CreateMixin, ListMixin, RetrieveMixin, UpdateMixin
from apps.identity.models import Hospital
from apps.payments import errors
from apps.payments.channels.registry import CHANNELS
from apps.payments.models import MerchantAccount
from apps.payments.services.merchants import change_merchant, open_merchant, shown_config
from apps.payments.services.pay import notify_url
from kernel.errors import DuplicateValue, InvalidValue
from kernel.http.schema import raises
from kernel.http.serializers import VersionedModelSerializer
from kernel.http.views import APIView


class MerchantAccountSerializer(VersionedModelSerializer):
    """商户号: `config` is write-only; `shown_config` is what of it is no secret. `notify_url` is set at the channel."""

    hospital_id = ScopedRelatedField(source="hospital", queryset=Hospital.objects.all())
    config = serializers.DictField(
        child=serializers.CharField(max_length=16_000, allow_blank=True), write_only=True
    )
    shown_config = serializers.SerializerMethodField()
    notify_url = serializers.SerializerMethodField()

    class Meta:
        model = MerchantAccount
        fields = [
            "id", "hospital_id", "hospital_name", "channel", "name", "is_active", "config", "shown_config",
            "notify_url", "version", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = ["id", "created_at", "updated_at"]
        #: A new one takes the place of the active one instead of meeting it.
        validators: ClassVar[list[Any]] = []

    def get_shown_config(self, merchant: MerchantAccount) -> dict[str, str]:
        return shown_config(merchant)

    def get_notify_url(self, merchant: MerchantAccount) -> str:
        return notify_url(merchant.pk)


class MerchantAccountChangeSerializer(MerchantAccountSerializer):
    """商户号: hospital and channel stay."""

    hospital_id: Any = serializers.PrimaryKeyRelatedField(source="hospital", read_only=True)

    class Meta(MerchantAccountSerializer.Meta):
        read_only_fields = [*MerchantAccountSerializer.Meta.read_only_fields, "channel"]


class MerchantAccountFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    is_active = django_filters.BooleanFilter()
    search = search_in("name")


@extend_schema(tags=["payments"])
class MerchantAccountViewSet(OptionsMixin, ListMixin, RetrieveMixin, CreateMixin, UpdateMixin):
    """商户号: the hospital's accounts at payment channels. A new one replaces the active one of its channel."""

    model = MerchantAccount
    resource = "payments.merchant"
    serializer_class = MerchantAccountSerializer
    filterset_class = MerchantAccountFilter
    ordering = ["-id"]
    ordering_fields = ["created_at"]
    option_columns = ("name", "hospital__name")

    def get_serializer_class(self) -> Any:
        changing = self.action == "partial_update"
        return MerchantAccountChangeSerializer if changing else MerchantAccountSerializer

    @raises(InvalidValue, DuplicateValue, errors.ChannelNotOffered, errors.PublicAddressMissing)
    def perform_create(self, data: dict[str, Any]) -> MerchantAccount:
        data.pop("is_active", None)
        return open_merchant(**data)

    @raises(InvalidValue, DuplicateValue)
    def perform_update(
        self, instance: MerchantAccount, data: dict[str, Any], version: int
    ) -> MerchantAccount:
        return change_merchant(instance, data, version=version)


class PaymentChannelSerializer(serializers.Serializer[Any]):
    """A channel that the product knows, and what a merchant account of it has to name."""

    code = serializers.CharField()
    zh = serializers.CharField()
    en = serializers.CharField()
    config_fields = serializers.ListField(
        child=serializers.CharField(), help_text="names that `config` must have"
    )
    optional = serializers.ListField(child=serializers.CharField())
    secrets = serializers.ListField(child=serializers.CharField())
    methods = serializers.ListField(child=serializers.CharField())
    online = serializers.BooleanField()
    available = serializers.BooleanField()


class ChannelsView(CodedView, APIView):
    """支付渠道: every channel the product knows, those that are switched off too."""

    resource = "payments.merchant"
    codes = {"get": "list"}

    @extend_schema(
        tags=["payments"], operation_id="payment_channels_list", responses=PaymentChannelSerializer(many=True)
    )
    def get(self, request: Any) -> Response:
        """支付渠道 and what an account of each needs."""
        rows = [
            {
                "code": spec.code, "zh": spec.zh, "en": spec.en, "config_fields": list(spec.fields),
                "optional": list(spec.optional), "secrets": list(spec.secrets),
                "methods": [method.value for method in spec.methods], "online": spec.online,
                "available": spec.available,
            }
            for spec in CHANNELS.values()
        ]  # fmt: skip
        return Response(rows)
