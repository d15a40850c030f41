"""Fields of several apps' edges."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from kernel.crypto import masking

MASKED = ("请填写完整内容,不能提交脱敏后的值", "Give the whole value, not the masked one that was shown.")
_QUANTITY = re.compile(r"^[0-9]{1,6}(\.[0-9]{1,3})?\Z")


class SecretField(serializers.CharField):
    """A value that is shown masked elsewhere: what carries the mark of a mask is refused."""

    def to_internal_value(self, data: Any) -> str:
        value: str = super().to_internal_value(data)
        if masking.is_mask(value):
            english = (get_language() or "").startswith("en")
            raise serializers.ValidationError(MASKED[english], code="masked_value")
        return value


class MaskedField(SecretField):
    """Write the value, read its mask."""

    def __init__(self, mask: Callable[[str], str], **kwargs: Any) -> None:
        self.mask = mask
        super().__init__(**kwargs)

    def to_representation(self, value: Any) -> str:
        return self.mask(str(value or ""))


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
