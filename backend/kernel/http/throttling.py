"""How many requests a minute come from one address, one session, one partner. Generous: against floods, not users.

`RateLimit-Limit`, `-Remaining` and `-Reset` (seconds) tell of the limit that is nearest. Providers' callbacks and
health checks are not counted, and without Redis nobody is.
"""

import hashlib
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from kernel import rates
from kernel.errors import TooManyRequests
from kernel.http.addresses import client_home
from kernel.http.problems import plain_response
from kernel.rates import Limit, Rate

SECONDS = 60
COUNTED = "/api/"


class ThrottleMiddleware:
    """Counts by address and bearer token before anything is asked of the database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(COUNTED):
            return self.get_response(request)
        limits = _limits_of(request)
        for limit, rate in zip(limits, rates.hit_all(limits), strict=True):
            _note(request, limit.limit, rate)
        nearest = _nearest(request)
        refused = nearest is not None and not nearest[1].allowed
        response = _refusal(nearest[1]) if nearest and refused else self.get_response(request)
        return _with_headers(response, _nearest(request))


def count_partner(request: Any, application_id: Any, own: int, *, kind: str = "partner") -> None:
    """Count a request of a partner application, however many tokens it has; TooManyRequests beyond its limit.

    `own`: what the application was granted a minute, within what this installation allows any of them (0: all).
    """
    most = min(own, settings.REQUESTS_PER_MINUTE["partner"] or own)
    rate = rates.hit(f"requests:{kind}:{application_id}", most, SECONDS)
    _note(getattr(request, "_request", request), most, rate)
    if not rate.allowed:
        raise TooManyRequests(retry_after=rate.reset)


def _limits_of(request: HttpRequest) -> list[Limit]:
    most = settings.REQUESTS_PER_MINUTE
    callers = {"address": client_home(request)}
    if token := request.headers.get("Authorization"):
        callers["session"] = hashlib.sha256(token.encode()).hexdigest()[:32]
    return [
        Limit(f"requests:{kind}:{who}", most[kind], SECONDS)
        for kind, who in callers.items()
        if who and most[kind] and not (kind == "session" and request.path.startswith("/api/partner/"))
    ]


def _note(request: Any, limit: int, rate: Rate) -> None:
    request.rates = [*getattr(request, "rates", ()), (limit, rate)]


def _nearest(request: Any) -> tuple[int, Rate] | None:
    """The limit and rate with the fewest requests left; one that is used up comes first."""
    found: list[tuple[int, Rate]] = getattr(request, "rates", [])
    return min(found, key=lambda one: (one[1].allowed, one[1].remaining), default=None)


def _refusal(rate: Rate) -> HttpResponse:
    error = TooManyRequests()
    response = plain_response(error.status, error.code, error.text)
    response["Retry-After"] = str(rate.reset)
    return response


def _with_headers(response: HttpResponse, nearest: tuple[int, Rate] | None) -> HttpResponse:
    if nearest:
        limit, rate = nearest
        response["RateLimit-Limit"] = str(limit)
        response["RateLimit-Remaining"] = str(rate.remaining)
        response["RateLimit-Reset"] = str(rate.reset)
    return response
