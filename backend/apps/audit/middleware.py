"""Describes the request or the task that is running to the operation log."""

import ipaddress
from collections.abc import Callable
from typing import Any

import dramatiq
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from apps.audit.context import describe, forget

__all__ = ["AuditContextMiddleware", "AuditTaskMiddleware", "client_ip", "describe", "forget"]


def client_ip(request: HttpRequest) -> str | None:
    """The address of the client. `X-Forwarded-For` counts only as far as settings.TRUSTED_PROXIES added to it."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    address = _address(request.META.get("REMOTE_ADDR", ""))
    while address is not None and hops and _trusted(address):
        earlier = _address(hops.pop())
        if earlier is None:
            break
        address = earlier
    return str(address) if address else None


def _address(text: str) -> Any:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _trusted(address: Any) -> bool:
    return any(address in ipaddress.ip_network(network) for network in settings.TRUSTED_PROXIES)


class AuditContextMiddleware:
    """Starts every request with a clean context; authentication fills in the user."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        forget()
        describe(method=request.method, path=request.path, ip=client_ip(request))
        try:
            return self.get_response(request)
        finally:
            forget()


class AuditTaskMiddleware(dramatiq.Middleware):
    """Names the running task (of an event: its handler) as the actor of what it changes."""

    def before_process_message(self, broker: dramatiq.Broker, message: Any) -> None:
        forget()
        name = message.args[1] if message.actor_name == "handle_event" else message.actor_name
        describe(actor=f"task:{name}")

    def after_process_message(
        self, broker: dramatiq.Broker, message: Any, *, result: Any = None, exception: Any = None
    ) -> None:
        forget()

    def after_skip_message(self, broker: dramatiq.Broker, message: Any) -> None:
        forget()
