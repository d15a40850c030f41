from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.permissions import AllowAny

from apps.files.errors import RangeNotSatisfiable
from apps.files.selectors import readable_file
from apps.files.sending import send_file
from kernel.errors import NotFound
from kernel.http.schema import raises
from kernel.http.views import APIView

TYPES = ("image/png", "image/jpeg", "image/webp")


class PictureView(APIView):
    """Portraits and maps. Public, because image elements of the mini-program send no token."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="pictures_retrieve",
        tags=["pictures"],
        responses={(status, mime): OpenApiTypes.BINARY for status in (200, 206) for mime in TYPES}
        | {304: OpenApiResponse(description="Nothing has changed.")},
    )
    @raises(RangeNotSatisfiable)
    def get(self, request: Any, file_id: UUID) -> HttpResponseBase:
        """图片 A portrait of a doctor or the map of a place."""
        file, owner = readable_file(file_id, None)
        if not owner.is_public:
            raise NotFound
        return send_file(request, file, owner)
