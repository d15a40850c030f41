"""JSON by orjson: same wire format as DRF's renderer, several times faster."""

import datetime as dt
from typing import Any

import orjson
from django.utils.functional import Promise
from rest_framework.renderers import BaseRenderer

from kernel.clock import LOCAL


def _fallback(value: Any) -> Any:
    if isinstance(value, dt.datetime):  # plain dicts show moments as serializers do
        return value.astimezone(LOCAL).isoformat()
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, dict):
        return dict(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return list(value)
    return str(value)


def dumps(data: Any) -> bytes:
    """UTF-8 JSON; UUIDs, dates and moments as DRF writes them."""
    return orjson.dumps(
        data, default=_fallback, option=orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_NON_STR_KEYS
    )


class ORJSONRenderer(BaseRenderer):
    """The only renderer of the API."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        return b"" if data is None else dumps(data)
