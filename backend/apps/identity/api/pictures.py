"""Pictures over HTTP: how they are sent in, and the address under which everybody can see them."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from kernel.http.serializers import Serializer

BASE = "/api/miniprogram/v1/pictures/"


class PictureSerializer(Serializer):
    """A PNG, JPEG or WebP picture."""

    file = serializers.FileField(help_text="recognised by its content, not by its name")


class PictureUrlSerializer(Serializer):
    """Where the picture is."""

    url = serializers.CharField()


@extend_schema_field(OpenApiTypes.STR)
class PictureUrlField(serializers.Field[Any, Any, Any, Any]):
    """Path of a stored picture on this host, "" without one. The name is random; portraits and maps are public."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: Any) -> str:
        return url_of(value)


def url_of(picture: Any) -> str:
    """Path of a picture's file; "" without one."""
    name = str(picture or "")
    return f"{BASE}{name}" if name else ""
