"""Request ids, answers that nobody keeps, and requests of clients that know fewer methods."""

import re
import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from kernel import ids
from kernel.http.paths import without_secrets

_ACCEPTABLE = re.compile(r"^[A-Za-z0-9._-]{8,64}$")
log = structlog.get_logger("yihui.request")


class RequestContextMiddleware:
    """Takes or makes `X-Request-ID`, binds it to the log, returns it, and logs one line per request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _ACCEPTABLE.match(given) else ids.uuid7().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.perf_counter()
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        elapsed = round((time.perf_counter() - started) * 1000, 1)
        log.info(
            "request",
            method=request.method,
            path=without_secrets(request.path),
            status=response.status_code,
            ms=elapsed,
        )
        return response


class MethodOverrideMiddleware:
    """A POST with `X-HTTP-Method-Override: PATCH` is a PATCH: WeChat's `wx.request` cannot send one itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "POST" and request.headers.get("X-HTTP-Method-Override", "").upper() == "PATCH":
            request.method = request.META["REQUEST_METHOD"] = "PATCH"
        return self.get_response(request)


class NoStoreMiddleware:
    """Answers of the API are about people: no cache keeps one that does not allow it itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response
