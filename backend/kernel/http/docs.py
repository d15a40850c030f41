"""The documents, Swagger UI and Redoc, served whole by us: browsers are told to fetch nothing from elsewhere."""

import copy
import functools
import hashlib
import re
from collections.abc import Callable
from typing import Any

import yaml
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import get_conditional_response
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerView
from rest_framework.response import Response

from kernel.http.rendering import dumps
from kernel.http.schema_parts import operations

#: Both pages start by an inline script and style themselves; Redoc searches in a worker.
POLICY = (
    "default-src 'none'; connect-src 'self'; img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'; "
    "style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; worker-src blob:; base-uri 'none'"
)

# Readers of YAML 1.2 take 008 and 1e3 for numbers, which 1.1 does not: as texts they are written in quotes.
getattr(yaml, "CSafeDumper", yaml.SafeDumper).add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?\d+(\.\d*)?([eE][-+]?\d+)?$"), list("+-0123456789")
)


@functools.cache
def document(urlconf: str) -> Any:
    """The document of one audience in the product's own language, made once per process; not to be changed."""
    with translation.override(settings.LANGUAGE_CODE):
        return SchemaGenerator(urlconf=urlconf).get_schema(request=None, public=True)


@functools.cache
def titled(urlconf: str) -> Any:
    """The same with the words of its tags in place of their names, which pages would show and search by."""
    shown = copy.deepcopy(document(urlconf))
    words = {tag["name"]: tag.get("x-displayName", tag["name"]) for tag in shown["tags"]}
    for tag in shown["tags"]:
        tag["description"] = tag.get("x-title-en", "")
        tag["name"] = words[tag["name"]]
    for operation in operations(shown):
        operation["tags"] = [words[name] for name in operation.get("tags", ())]
    return shown


def kept(request: HttpRequest, kind: str, make: Callable[[], bytes]) -> HttpResponseBase:
    """An answer that clients keep and ask about by its ETag: 304 while it is the same."""
    body = make()
    answer = HttpResponse(body, content_type=kind)
    answer["ETag"] = etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    answer["Cache-Control"] = "no-cache"
    return get_conditional_response(request, etag=etag, response=answer) or answer


class DocumentView(SpectacularAPIView):
    """The OpenAPI document of one audience: the same as the committed one, whatever the reader's language.

    YAML unless JSON is accepted; `?tags=words` names the tags by their words, as the pages show them.
    """

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        maker = titled if request.query_params.get("tags") == "words" else document
        as_json = "json" in request.headers.get("Accept", "")
        kind = (OpenApiJsonRenderer if as_json else OpenApiYamlRenderer).media_type
        return kept(request, kind, lambda: _rendered(maker, self.urlconf, as_json))


@functools.cache
def _rendered(maker: Callable[[str], Any], urlconf: str, as_json: bool) -> bytes:
    made: bytes = dumps(maker(urlconf)) if as_json else OpenApiYamlRenderer().render(maker(urlconf))
    return made


class SwaggerView(SpectacularSwaggerView):
    """Swagger UI of one document."""

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return _closed(super().get(request, *args, **kwargs))

    def _get_schema_url(self, request: Any) -> str:
        return f"{super()._get_schema_url(request)}?tags=words"


class RedocView(SpectacularRedocView):
    """Redoc of one document, without the web fonts of the usual template."""

    template_name = "kernel/redoc.html"

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return _closed(super().get(request, *args, **kwargs))


def _closed(response: Response) -> Response:
    response["Content-Security-Policy"] = POLICY
    return response
