"""Requests and responses as the stand-ins see them: nothing but the standard library."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

JSON_UTF8 = "application/json; charset=utf-8"


class BadRequest(Exception):
    """The caller of the control API, not of a provider, sent something wrong: answered with `status`."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@dataclass(slots=True)
class Request:
    """One HTTP request. `headers` has lower-case names; `raw_path` and `body` are exactly what was sent."""

    method: str
    path: str
    raw_path: str
    headers: dict[str, str]
    body: bytes = b""
    query: dict[str, str] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        """The JSON object of the body; an empty body is an empty object."""
        try:
            data = json.loads(self.body or b"{}")
        except ValueError as error:
            raise BadRequest(f"not JSON: {error}") from error
        if not isinstance(data, dict):
            raise BadRequest("a JSON object is expected")
        return data

    def form(self) -> dict[str, str]:
        """Form fields of the body; empty unless the content type says form."""
        if not self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return {}
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    def text(self, name: str, default: str | None = None) -> str:
        """A string of the JSON body; BadRequest if it is required (no default) and absent."""
        value = self.json().get(name, default)
        if not isinstance(value, str) or (default is None and not value):
            raise BadRequest(f"{name}: a string is expected")
        return value


@dataclass(slots=True)
class Response:
    status: int = 200
    body: bytes = b""
    content_type: str = JSON_UTF8
    headers: dict[str, str] = field(default_factory=dict)


def reply(data: Any, status: int = 200, content_type: str = JSON_UTF8) -> Response:
    return Response(status, json.dumps(data, ensure_ascii=False).encode(), content_type)
