from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.access.scoped.options import OptionsMixin
from apps.access.scoped.views import CodedView, CreateMixin, ListMixin, RetrieveMixin, UpdateMixin
from apps.receipts import errors
from apps.receipts.api.admin import serializers as io
from apps.receipts.models import ReceiptAccount
from apps.receipts.platforms import PLATFORMS
from apps.receipts.services.accounts import change_account, open_account
from kernel.errors import DuplicateValue, InvalidValue
from kernel.http.schema import raises
from kernel.http.views import APIView


class ReceiptAccountFilter(django_filters.FilterSet):
    """Of a hospital, in force or not."""

    hospital_id = django_filters.UUIDFilter()
    is_active = django_filters.BooleanFilter()


@extend_schema(tags=["receipts"])
class ReceiptAccountViewSet(OptionsMixin, ListMixin, RetrieveMixin, CreateMixin, UpdateMixin):
    """开票账户: a hospital's access to the platform that issues its receipts. A new one replaces the active one."""

    model = ReceiptAccount
    resource = "receipts.account"
    serializer_class = io.ReceiptAccountSerializer
    filterset_class = ReceiptAccountFilter
    ordering = ["-id"]
    ordering_fields = ["created_at"]
    option_columns = ("name", "hospital__name")

    @raises(InvalidValue, DuplicateValue, errors.PlatformNotOffered)
    def perform_create(self, data: dict[str, Any]) -> ReceiptAccount:
        data.pop("is_active", None)
        return open_account(**data)

    @raises(InvalidValue, DuplicateValue)
    def perform_update(self, instance: ReceiptAccount, data: dict[str, Any], version: int) -> ReceiptAccount:
        return change_account(instance, data, version=version)


class ReceiptPlatformsView(CodedView, APIView):
    """票据平台: every platform the product knows, those that are switched off too."""

    resource = "receipts.account"
    codes = {"get": "list"}

    @extend_schema(
        tags=["receipts"], operation_id="receipt_platforms_list",
        responses=io.ReceiptPlatformSerializer(many=True),
    )  # fmt: skip
    def get(self, request: Any) -> Response:
        """票据平台 and what an account of each needs."""
        rows = [
            {
                "code": spec.code, "zh": spec.zh, "en": spec.en, "connection_fields": list(spec.fields),
                "optional": list(spec.optional), "secrets": list(spec.secrets), "available": spec.available,
            }
            for _, spec in sorted(PLATFORMS.items())
        ]  # fmt: skip
        return Response(rows)
