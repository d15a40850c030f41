"""The manifest as it is served: made once per process, then asked about by its ETag."""

import functools
from typing import Any

from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.permissions import AllowAny

from config.contract import manifest
from kernel.http.docs import kept
from kernel.http.rendering import dumps
from kernel.http.views import APIView

FREE = {
    "type": "object",
    "additionalProperties": {},
    "description": "menus, routes, pages, operations, codes and settings: see frontend-contract/README.md",
}


class ManifestView(APIView):
    """前端清单: the same as `frontend-contract/admin/manifest.json`."""

    authentication_classes: Any = ()
    permission_classes: Any = (AllowAny,)

    @extend_schema(
        operation_id="manifest",
        tags=["access"],
        parameters=[OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER)],
        responses={
            200: FREE,
            304: OpenApiResponse(description="as it was under that ETag"),
        },
    )
    def get(self, request: Any) -> HttpResponseBase:
        """What can be known before anybody signs in, for named addresses."""
        return kept(request, "application/json", _body)


@functools.cache
def _body() -> bytes:
    return dumps(manifest())
