"""Serializers that refuse what they don't know."""

import contextlib
import functools
from typing import Any

from rest_framework import serializers

from kernel.http.moments import is_expressible, out_of_range, require_expressible


class StrictMixin:
    """Unknown input fields are errors: a misspelt optional field must not be lost silently."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            writable = {name for name, field in self.fields.items() if not field.read_only}  # type: ignore[attr-defined]
            unknown = sorted(set(data) - writable)
            if unknown:
                raise serializers.ValidationError({n: ["未知字段"] for n in unknown}, code="unknown_field")
        try:
            values = super().to_internal_value(data)  # type: ignore[misc]
        except OverflowError as error:  # a moment that no time zone can express
            raise out_of_range(self._overflowing(data) or ["non_field_errors"]) from error
        if not all(map(is_expressible, values.values())):
            sources = {field.source: name for name, field in self.fields.items()}  # type: ignore[attr-defined]
            require_expressible((sources.get(source, source), value) for source, value in values.items())
        return values

    def _overflowing(self, data: Any) -> list[str]:
        """Which of the fields it was."""
        found = []
        for name, field in self.fields.items():  # type: ignore[attr-defined]
            with contextlib.suppress(serializers.ValidationError, serializers.SkipField):
                try:
                    field.run_validation(field.get_value(data))
                except OverflowError:
                    found.append(name)
        return found


class Serializer(StrictMixin, serializers.Serializer[Any]):
    """Base of plain serializers."""


@functools.cache
def _validator(kind: type[Serializer]) -> Serializer:
    return kind()


def validated(kind: type[Serializer], data: Any) -> dict[str, Any]:
    """The checked input of a plain serializer without context; for hot paths, which spare the copy of its fields."""
    values: dict[str, Any] = _validator(kind).run_validation(data)
    return values


class ModelSerializer(StrictMixin, serializers.ModelSerializer[Any]):
    """Base of model serializers."""


class VersionedModelSerializer(ModelSerializer):
    """For rows that people edit: `version` is shown, and every PATCH must name the version it read."""

    version = serializers.IntegerField(min_value=1, max_value=2_147_483_647, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if self.instance is not None and "version" not in attrs:
            raise serializers.ValidationError({"version": ["缺少 version"]}, code="required")
        if self.instance is None:
            attrs.pop("version", None)
        validated: dict[str, Any] = super().validate(attrs)
        return validated
