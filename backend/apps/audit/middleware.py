"""Describes the request or the task that is running to the operation log."""

from collections.abc import Callable
from typing import Any

import dramatiq
from django.http import HttpRequest, HttpResponse

from apps.audit.context import describe, forget
from kernel.http.addresses import client_ip
from kernel.http.paths import without_secrets

__all__ = ["AuditContextMiddleware", "AuditTaskMiddleware", "client_ip", "describe", "forget"]


class AuditContextMiddleware:
    """Starts every request with a clean context; authentication fills in the user."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        forget()
        describe(method=request.method, path=without_secrets(request.path), ip=client_ip(request))
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
