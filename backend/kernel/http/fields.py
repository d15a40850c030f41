"""Fields of several apps' edges."""

import re
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

_QUANTITY = re.compile(r"^[0-9]{1,6}(\.[0-9]{1,3})?\Z")


@extend_schema_field({"type": "string", "pattern": r"^[0-9]{1,6}(\.[0-9]{1,3})?$", "example": "1.5"})
class QuantityField(serializers.Field[Decimal, Any, str, Any]):
    """A decimal as text, so that no client rounds it: up to six digits and three places, above zero."""

    default_error_messages = {"invalid": "须为大于零、最多三位小数的数字文本"}

    def to_internal_value(self, data: Any) -> Decimal:
        if not isinstance(data, str) or not _QUANTITY.match(data) or not Decimal(data):
            self.fail("invalid")
        return Decimal(data)

    def to_representation(self, value: Any) -> str:
        return str(value)


@extend_schema_field({"type": "string", "pattern": r"^-?[0-9]{1,9}(\.[0-9]{1,3})?$", "example": "1.5"})
class SignedQuantityField(QuantityField):
    """To be read only: below zero where something is taken back."""
