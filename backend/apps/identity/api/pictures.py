"""Pictures over HTTP: how they are sent in, and how their address is shown."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.identity.pictures import url_of
from kernel.http.serializers import Serializer


class PictureSerializer(Serializer):
    """A PNG, JPEG or WebP picture."""

    file = serializers.FileField(help_text="recognised by its content, not by its name")


class PictureUrlSerializer(Serializer):
    """Where the picture is."""

    url = serializers.CharField()


@extend_schema_field(OpenApiTypes.STR)
class PictureUrlField(serializers.Field[Any, Any, Any, Any]):
    """Path of a picture on this host, "" without one; the source is the id of its file."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def get_attribute(self, instance: Any) -> Any:
        return super().get_attribute(instance) or ""  # None would be shown as null

    def to_representation(self, value: Any) -> str:
        return url_of(value or None)
