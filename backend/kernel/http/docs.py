"""The documents, Swagger UI and Redoc, served whole by us: browsers are told to fetch nothing from elsewhere."""

import functools
from typing import Any

from django.conf import settings
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerView
from rest_framework.response import Response

#: Both pages start by an inline script and style themselves; Redoc searches in a worker.
POLICY = (
    "default-src 'none'; connect-src 'self'; img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'; "
    "style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; worker-src blob:; base-uri 'none'"
)


class DocumentView(SpectacularAPIView):
    """The OpenAPI document of one audience as YAML: the same as the committed one, whatever the reader's language."""

    def _get_schema_response(self, request: Any) -> Response:
        return Response(_document(self.urlconf))


@functools.cache
def _document(urlconf: str) -> Any:
    with translation.override(settings.LANGUAGE_CODE):
        return SchemaGenerator(urlconf=urlconf).get_schema(request=None, public=True)


class SwaggerView(SpectacularSwaggerView):
    """Swagger UI of one document."""

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return _closed(super().get(request, *args, **kwargs))


class RedocView(SpectacularRedocView):
    """Redoc of one document, without the web fonts of the usual template."""

    template_name = "kernel/redoc.html"

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return _closed(super().get(request, *args, **kwargs))


def _closed(response: Response) -> Response:
    response["Content-Security-Policy"] = POLICY
    return response
