"""Pushes of delivery reports and replies: accepted by HTTP 200 and a JSON object whose `code` is a number."""

import json
from collections.abc import Mapping
from typing import Any

from sandbox.notifier import Push

_HEADERS = {"Content-Type": "application/json;charset=utf-8"}


def sms_push(kind: str, url: str, data: list[dict[str, Any]]) -> Push:
    """`kind` is report or uplink."""
    body = json.dumps(data, ensure_ascii=False).encode()

    def make() -> tuple[Mapping[str, str], bytes]:
        return _HEADERS, body

    return Push(kind, url, make, _accepted, data)


def _accepted(status: int, body: bytes) -> bool:
    try:
        answer = json.loads(body)
    except ValueError:
        return False
    return status == 200 and isinstance(answer, dict) and isinstance(answer.get("code"), int | float)
