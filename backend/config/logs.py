"""Structured logs: one JSON object a line, with the request id; secrets are dropped by key."""

import logging.config
from typing import Any

import structlog

from kernel.http.paths import without_secrets

SECRET_KEYS = frozenset({"authorization", "code"})
#: …and every key that ends so, e.g. new_password, access_token.
SECRET_ENDINGS = ("password", "token", "secret", "session_key", "national_id", "phone", "card_number")


def drop_secrets(logger: Any, name: str, event: dict[str, Any]) -> dict[str, Any]:
    """Replace the value of every key that names a secret, however deep it lies."""
    clean: dict[str, Any] = _clean(event)
    return clean


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: "[dropped]" if _is_secret(str(key)) else _clean(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(item) for item in value]
    return without_secrets(value) if isinstance(value, str) else value


def _is_secret(key: str) -> bool:
    return key.lower() in SECRET_KEYS or key.lower().endswith(SECRET_ENDINGS)


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    drop_secrets,
]


def logging_config(level: str) -> dict[str, Any]:
    """The dictConfig of the process; everything goes to standard error."""
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": _SHARED,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django.request": {"level": "ERROR"},  # refusals are in our own line of the request
            "django.security.DisallowedHost": {"level": "CRITICAL"},  # a stranger's, who would fill the log
            "httpx": {"level": "WARNING"},
            "apscheduler": {"level": "WARNING"},
        },
    }


def configure(config: dict[str, Any]) -> None:
    """Django's LOGGING_CONFIG: the standard library's logging and structlog's together."""
    logging.config.dictConfig(config)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
