import re
from typing import Any

from django.core.files.storage import default_storage
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.views import APIView

from kernel.errors import NotFound

FOLDERS = ("locations", "portraits")
NAME = re.compile(r"[0-9a-f]{32}\.(png|jpg|webp)")
TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}


class PictureView(APIView):
    """Portraits and maps. Public, because image elements of the mini-program send no token."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="pictures_retrieve",
        tags=["pictures"],
        responses={(200, mime): OpenApiTypes.BINARY for mime in TYPES.values()},
    )
    def get(self, request: Any, folder: str, name: str) -> FileResponse:
        """图片 A portrait of a doctor or the map of a place."""
        if folder not in FOLDERS or not NAME.fullmatch(name):
            raise NotFound
        try:
            content = default_storage.open(f"{folder}/{name}")
        except FileNotFoundError:
            raise NotFound from None
        answer = FileResponse(content, content_type=TYPES[name.rsplit(".", 1)[1]])
        answer["Cache-Control"] = "public, max-age=31536000, immutable"
        answer["X-Content-Type-Options"] = "nosniff"
        return answer
