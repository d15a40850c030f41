"""How much a request may carry: what declares more is refused unread, what declares nothing is counted as it comes.

| door                               | bytes |
|------------------------------------|-------|
| without `Authorization`            | ANONYMOUS; parsers hold whoever turns out to be nobody to it as well |
| providers' callbacks               | CALLBACK |
| signed in                          | SIGNED_IN |
| signed in, `multipart/form-data`   | UPLOAD, each use case below it |
"""

import tempfile
from collections.abc import Callable
from typing import IO, Any

from django.http import HttpRequest, HttpResponse

from kernel.errors import ContentTooLarge

ANONYMOUS = 16 * 1024
CALLBACK = 256 * 1024
SIGNED_IN = 1024 * 1024
UPLOAD = 32 * 1024 * 1024
_PIECE = 64 * 1024


class BodyLimitMiddleware:
    """Refuses before anything below has read a byte. A body without a length (chunked) is read here, to its limit."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        limit = _limit_of(request)
        if _length(request) > limit:
            return _refusal(request, limit)
        if request.headers.get("Transfer-Encoding") and not request.headers.get("Content-Length"):
            body = _counted(request.environ["wsgi.input"], limit)  # type: ignore[attr-defined]
            if body is None:
                return _refusal(request, limit)
            _replace(request, body)
        return self.get_response(request)


def require_small_from_nobody(request: Any) -> None:
    """ContentTooLarge for more than ANONYMOUS bytes from somebody who is not signed in."""
    if request is None or getattr(request.user, "is_authenticated", False) or request.auth is not None:
        return
    if _length(request) > ANONYMOUS:
        raise ContentTooLarge(limit=ANONYMOUS)


def _limit_of(request: HttpRequest) -> int:
    if request.path.startswith("/callbacks/"):
        return CALLBACK
    if "Authorization" not in request.headers:
        return ANONYMOUS
    return UPLOAD if request.content_type == "multipart/form-data" else SIGNED_IN


def _length(request: Any) -> int:
    text = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(text) if text.isascii() and text.isdigit() else 0


def _counted(stream: IO[bytes], limit: int) -> IO[bytes] | None:
    """All of a stream that ends by itself, out of memory if it is long; None once it is longer than `limit`."""
    body = tempfile.SpooledTemporaryFile(max_size=SIGNED_IN)  # noqa: SIM115 - closed with the request
    while piece := stream.read(min(_PIECE, limit + 1 - body.tell())):
        body.write(piece)
        if body.tell() > limit:
            body.close()
            return None
    return body


def _replace(request: HttpRequest, body: IO[bytes]) -> None:
    """Django takes a body without a length for none: give it the one that was read."""
    request.META["CONTENT_LENGTH"] = str(body.tell())
    body.seek(0)
    request._stream = body  # type: ignore[assignment]


def _refusal(request: HttpRequest, limit: int) -> HttpResponse:
    from kernel.http.problems import plain_response  # it loads the REST framework, whose parsers ask us

    error = ContentTooLarge(limit=limit)
    return plain_response(error.status, error.code, error.text, limit=limit)
