"""The manifest as it is served: made once per process, then asked about by its ETag."""

import functools

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from config.contract import manifest
from kernel.http.docs import kept
from kernel.http.rendering import dumps


@require_safe
def manifest_view(request: HttpRequest) -> HttpResponseBase:
    """The same as `frontend-contract/admin/manifest.json`."""
    return kept(request, "application/json", _body)


@functools.cache
def _body() -> bytes:
    return dumps(manifest())
