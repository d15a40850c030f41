"""/healthz: the process lives. /readyz: it can serve (PostgreSQL answers and is migrated; Redis is reported)."""

import redis
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

_migrated = False


def healthz(request: HttpRequest) -> JsonResponse:
    """Always 200 while the process answers."""
    return JsonResponse({"status": "ok"} | _run())


def readyz(request: HttpRequest) -> JsonResponse:
    """200 when requests can be served. Redis down is `degraded`, still 200: bookings go on without it."""
    database, queue = _database(), _redis()
    status = "unavailable" if database != "ok" else "ok" if queue == "ok" else "degraded"
    body = {"status": status, "database": database, "redis": queue} | _run()
    return JsonResponse(body, status=503 if status == "unavailable" else 200)


def _run() -> dict[str, str]:
    return {"run": settings.RUN_TOKEN} if settings.RUN_TOKEN else {}


def _database() -> str:
    global _migrated
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if not _migrated:
            executor = MigrationExecutor(connection)
            _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Exception:  # noqa: BLE001 - whatever is wrong, we are not ready
        connection.close()
        return "down"
    return "ok" if _migrated else "not_migrated"


def _redis() -> str:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5)
    try:
        client.ping()
    except redis.RedisError:
        return "down"
    finally:
        client.close()
    return "ok"
