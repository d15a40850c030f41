"""Who is acting in this thread, and how PostgreSQL is told, so that the triggers can write it down."""

import sys
import threading
from pathlib import Path
from typing import Any

import orjson
import structlog
from django.db.backends.base.base import BaseDatabaseWrapper

from kernel import prepared

WRITES = ("INSERT", "UPDATE", "DELETE", "WITH", "MERGE", prepared.WRITES[:6].upper())
_SET = "SELECT set_config('yihui.audit', {}, true); "


class _Context(threading.local):
    values: dict[str, str] | None = None


_context = _Context()


def describe(**values: Any) -> None:
    """Add to what the log says of the running request or task (user_id, actor, hospital_id …)."""
    if _context.values is None:
        _context.values = {}
    _context.values |= {key: str(value) for key, value in values.items() if value is not None}


def forget() -> None:
    """Start and end of a request or task."""
    _context.values = None


def current() -> dict[str, str]:
    """What is known of the running request, task or command; the request id is the one the logs carry."""
    values = dict(_context.values or _command())
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    if request_id:
        values.setdefault("request_id", request_id)
    return values


def _command() -> dict[str, str]:
    if len(sys.argv) > 1 and Path(sys.argv[0]).name == "manage.py":
        return {"actor": f"command:{sys.argv[1]}"}
    return {}


def tell_database(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
    """Execute wrapper: sends the context in the same round trip as each writing statement."""
    if not isinstance(sql, str) or not sql.lstrip()[:6].upper().startswith(WRITES):
        return execute(sql, params, many, context)
    text = orjson.dumps(current()).decode()
    if many:
        context["cursor"].cursor.execute(_SET.format("%s"), [text])
    elif isinstance(params, dict):
        sql, params = _SET.format("%(yihui_audit)s") + sql, {**params, "yihui_audit": text}
    elif params is None:  # the driver leaves percent signs alone only without parameters
        sql, params = _SET.format("%s") + sql.replace("%", "%%"), [text]
    else:
        sql, params = _SET.format("%s") + sql, [text, *params]
    return execute(sql, params, many, context)


def install(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Receiver of `connection_created`: every connection of every thread tells who is acting."""
    if tell_database not in connection.execute_wrappers:
        connection.execute_wrappers.append(tell_database)
