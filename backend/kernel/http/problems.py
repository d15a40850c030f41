"""RFC 9457: every refusal is `application/problem+json` with a stable code."""

from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db.utils import DataError
from django.http import HttpRequest, HttpResponse
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework import exceptions
from rest_framework.response import Response

from kernel.errors import (
    CATALOGUE,
    INVALID,
    ContentTooLarge,
    DomainError,
    InvalidValue,
    ServiceUnavailable,
    in_english,
)
from kernel.http.problem_facts import said
from kernel.http.rendering import dumps
from kernel.outages import STORE_ERRORS

MEDIA_TYPE = "application/problem+json"
TYPE_BASE = "https://yihui.dev/problems/"
TITLES = {
    400: ("请求有误", "Bad request"),
    401: ("需要登录", "Authentication required"),
    403: ("没有权限", "Forbidden"),
    404: ("未找到", "Not found"),
    405: ("不支持的方法", "Method not allowed"),
    406: ("无法提供所需格式", "Not acceptable"),
    409: ("状态冲突", "Conflict"),
    413: ("请求内容过大", "Content too large"),
    415: ("不支持的内容类型", "Unsupported media type"),
    416: ("字节范围无效", "Range not satisfiable"),
    422: ("无法处理", "Unprocessable content"),
    429: ("请求过于频繁", "Too many requests"),
    500: ("服务器错误", "Server error"),
    503: ("服务暂不可用", "Service unavailable"),
}
#: The framework's own errors beside kernel.errors.CATALOGUE: code → (status, Chinese, English).
FRAMEWORK_CODES: dict[str, tuple[int, str, str]] = {
    "parse_error": (400, "请求内容无法解析", "The request could not be parsed."),
    "not_authenticated": (401, "请先登录", "Sign in first."),
    "authentication_failed": (401, "登录已失效,请重新登录", "The sign-in is no longer valid; sign in again."),
    "method_not_allowed": (405, "不支持的方法", "The method is not allowed."),
    "not_acceptable": (406, "无法提供所需格式", "The wanted format cannot be produced."),
    "unsupported_media_type": (415, "不支持的内容类型", "The content type is not supported."),
    "server_error": (500, "服务器错误", "Server error."),
}


def problem(status: int, code: str, detail: str, **members: Any) -> dict[str, Any]:
    """The body of one refusal; `members` adds `errors` and what the error itself shows."""
    zh, en = TITLES.get(status, ("请求无法完成", "Error"))
    request_id = structlog.contextvars.get_contextvars().get("request_id", "")
    return {
        "type": TYPE_BASE + code,
        "title": en if in_english() else zh,
        "status": status,
        "code": code,
        "detail": detail,
        "errors": members.pop("errors", []),
        "request_id": request_id,
        **members,
    }


class Refusal(exceptions.APIException):
    """A DomainError on its way through the REST framework."""

    def __init__(self, error: DomainError) -> None:
        super().__init__(error.text, error.code)
        self.error, self.status_code, self.wait = error, error.status, error.retry_after


class ProblemFormatter(ExceptionFormatter):
    """Formats every exception as a problem."""

    def run(self) -> dict[str, Any]:
        exc = self.exc
        if isinstance(exc, Refusal):
            error = exc.error
            item = _item(error)
            return problem(
                error.status, error.code, said(error), errors=[item] if error.field else [], **_plain(error)
            )
        errors = self.get_errors()
        if isinstance(exc, exceptions.ValidationError):
            items = [
                {"field": _sayable(e.attr or ""), "code": e.code, "message": _sayable(e.detail)}
                for e in errors
            ]
            detail = InvalidValue(field="", expected=INVALID).text
            return problem(exc.status_code, InvalidValue.code, detail, errors=items)
        code = "server_error" if exc.status_code == 500 else str(errors[0].code)
        return problem(exc.status_code, code, errors[0].detail)


def _sayable(text: str) -> str:
    """What was sent may be no text at all: half a character is shown as a question mark."""
    return str(text).encode("utf-8", "replace").decode()


def _item(error: DomainError) -> dict[str, Any]:
    if isinstance(error, InvalidValue):
        return {"field": error.field, "code": error.expected.code, "message": error.message}
    return {"field": error.field, "code": error.code, "message": said(error)}


def _plain(error: DomainError) -> dict[str, Any]:
    reserved = {"type", "title", "status", "code", "detail", "errors", "request_id"}
    return {key: value for key, value in error.extra.items() if key not in reserved}


class ProblemHandler(ExceptionHandler):
    """Turns domain errors, outages of the data stores and values beyond their columns into refusals."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, DomainError):
            return Refusal(exc)
        if isinstance(exc, STORE_ERRORS):
            structlog.get_logger(__name__).exception("data_store_unavailable")
            return Refusal(ServiceUnavailable(retry_after=5))
        if isinstance(exc, (DataError, OverflowError)):
            structlog.get_logger(__name__).exception(
                "value_out_of_range"
            )  # a field should have refused it by name
            return exceptions.ValidationError(INVALID.text, code=INVALID.code)
        if isinstance(exc, TooManyFieldsSent):
            return Refusal(ContentTooLarge(limit=settings.DATA_UPLOAD_MAX_NUMBER_FIELDS))
        if isinstance(exc, (RequestDataTooBig, TooManyFilesSent)):
            return Refusal(ContentTooLarge(limit=settings.DATA_UPLOAD_MAX_MEMORY_SIZE))
        return super().convert_known_exceptions(exc)

    def get_response(self, exc: exceptions.APIException, data: dict[str, Any]) -> Response:
        response = super().get_response(exc, data)
        response.content_type = MEDIA_TYPE
        return response


def plain_response(status: int, code: str, detail: str, **members: Any) -> HttpResponse:
    """A problem outside the REST framework (unknown URL, crash in a middleware)."""
    return HttpResponse(
        dumps(problem(status, code, detail, **members)), status=status, content_type=MEDIA_TYPE
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler404."""
    return plain_response(404, "not_found", CATALOGUE["not_found"]().text)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler400."""
    return plain_response(400, "parse_error", TITLES[400][0])


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500: says nothing about the cause."""
    return plain_response(500, "server_error", TITLES[500][0])
