"""Tells PostgreSQL who is acting, so that the triggers can write it down."""

import threading
from collections.abc import Callable
from typing import Any

import orjson
import structlog
from django.db import connection
from django.http import HttpRequest, HttpResponse

WRITES = ("INSERT", "UPDATE", "DELETE", "WITH", "MERGE")


class _Context(threading.local):
    values: dict[str, Any] | None = None


_context = _Context()


def describe(**values: Any) -> None:
    """Add to what the log says of the running request or task (user_id, actor, hospital_id …)."""
    if _context.values is None:
        _context.values = {}
    _context.values |= {key: str(value) for key, value in values.items() if value is not None}


def forget() -> None:
    """End of a request or task."""
    _context.values = None


def tell_database(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
    """Execute wrapper: sends the context in the same round trip as each writing statement."""
    values = _context.values
    if values and not many and isinstance(sql, str) and sql.lstrip()[:6].upper().startswith(WRITES):
        text = orjson.dumps(values).decode()
        sql = "SELECT set_config('yihui.audit', %s, true); " + sql
        params = [text, *(params or ())]
    return execute(sql, params, many, context)


class AuditContextMiddleware:
    """Installs the execute wrapper for the request; authentication fills in the user."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        forget()
        request_id = structlog.contextvars.get_contextvars().get("request_id", "")
        address = request.META.get("REMOTE_ADDR") or None
        describe(request_id=request_id, method=request.method, path=request.path, ip=address)
        try:
            with connection.execute_wrapper(tell_database):
                return self.get_response(request)
        finally:
            forget()
