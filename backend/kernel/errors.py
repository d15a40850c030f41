"""Domain errors: each has a stable code, an HTTP status and a text in Chinese and English.

Apps subclass DomainError in their `errors.py`; the HTTP edge turns them into problem+json and the contract lists them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import get_language

CATALOGUE: dict[str, type["DomainError"]] = {}


#: Every kind of field error with words of its own; the contract lists them beside the catalogue.
EXPECTATIONS: dict[str, "Expectation"] = {}


def in_english() -> bool:
    """Whether the request asks for English words."""
    return (get_language() or "").startswith("en")


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a field expects, for who filled it in wrongly: a stable code and words in both languages."""

    code: str
    zh: str
    en: str

    def __post_init__(self) -> None:
        known = EXPECTATIONS.setdefault(self.code, self)
        if known != self:
            raise TypeError(f"field error {self.code!r} has other words elsewhere")

    @property
    def text(self) -> str:
        """The words in the language of the request."""
        return self.en if in_english() else self.zh


#: So many choices are shown where one was expected.
MAX_CHOICES = 12


def choices_text(choices: Iterable[Any]) -> str:
    """What may be chosen, to follow what was wrong; of a long list the beginning."""
    values = [str(choice) for choice in choices]
    shown = ", ".join(values[:MAX_CHOICES])
    more = len(values) > MAX_CHOICES
    if in_english():
        return f" Choices: {shown}{f', … ({len(values)} in all)' if more else ''}"
    return f",可选: {shown}{f' … (共 {len(values)} 项)' if more else ''}"


INVALID = Expectation("invalid", "取值无效", "The value is not valid.")
REQUIRED = Expectation("required", "必填项", "This field is required.")
FIXED = Expectation("fixed", "建立后不可修改", "It cannot be changed once it is made.")
MASKED = Expectation(
    "masked_value",
    "不能提交带星号的脱敏内容,请填写完整内容",
    "A masked value is no value; write the whole one.",
)
IN_THE_PAST = Expectation("in_the_past", "须晚于当前时间", "It must lie in the future.")
DAY_IN_THE_PAST = Expectation("day_in_the_past", "不能早于今天", "It must not lie before today.")
IN_THE_FUTURE = Expectation("in_the_future", "不能晚于当前时间", "It must not lie in the future.")
UNKNOWN_FIELD = Expectation("unknown_field", "未知字段", "Unknown field.")
NAME = Expectation(
    "name_format",
    "姓名只能包含文字、数字、间隔号、连字符、括号和空格,不能以符号开头",
    "A name has letters, digits, dots, hyphens, brackets and blanks, and begins with none of these signs.",
)


class DomainError(Exception):
    """A refusal that the caller can understand. `extra` is shown to the caller: never put a secret in it.

    `members` names what `extra` may hold; their types follow from the names (kernel.http.problem_members).
    """

    code: ClassVar[str] = ""
    status: ClassVar[int] = 400
    members: ClassVar[tuple[str, ...]] = ()
    zh: ClassVar[str] = "请求无法完成"
    en: ClassVar[str] = "The request cannot be completed."

    def __init__(self, *, field: str | None = None, retry_after: int | None = None, **extra: Any) -> None:
        super().__init__(self.code)
        self.field, self.retry_after, self.extra = field, retry_after, extra

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not cls.code:
            return
        known = CATALOGUE.setdefault(cls.code, cls)
        if known.__qualname__ != cls.__qualname__:
            raise TypeError(f"error code {cls.code!r} is already used by {known.__qualname__}")

    @property
    def text(self) -> str:
        """The text in the language of the request; `{names}` are filled from `extra`."""
        template = self.en if in_english() else self.zh
        return template.format(**self.extra) if self.extra else template


class NotFound(DomainError):
    code, status = "not_found", 404
    zh, en = "未找到", "Not found."


class PermissionDenied(DomainError):
    code, status = "permission_denied", 403
    zh, en = "没有权限执行此操作", "You do not have permission to do this."


class StateConflict(DomainError):
    """Somebody else changed the state first, or the transition does not exist."""

    code, status = "state_conflict", 409
    members = ("current", "target", "bill_id")
    zh, en = (
        "当前状态不允许此操作,请刷新后重试",
        "The current state does not allow this; reload and try again.",
    )


class StaleVersion(DomainError):
    code, status = "stale_version", 409
    zh, en = "数据已被他人修改,请刷新后重试", "The record was changed by someone else; reload and try again."


class InUse(DomainError):
    """Something still refers to the object; `used_by` names the kind, `used_by_name` in words."""

    code, status = "in_use", 409
    members = ("used_by", "used_by_name")
    zh, en = "正在使用中({used_by_name}),不能删除", "It is in use ({used_by_name}) and cannot be deleted."


class DuplicateValue(DomainError):
    code, status = "duplicate", 409
    zh, en = "已存在相同的记录", "A record with this value already exists."


class InvalidValue(DomainError):
    """A value that only the domain can refuse: `field` says where, `expected` what would do, or one of `choices`."""

    code, status = "validation_error", 400
    zh, en = "提交的内容有误", "The submitted content is not valid."

    def __init__(
        self,
        *,
        field: str,
        expected: Expectation | None = None,
        choices: Iterable[Any] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(field=field, **extra)
        if expected is None and choices is None:
            raise TypeError(f"say what is expected of {field}")
        self.choices = tuple(choices or ())
        self.expected = expected or INVALID

    @property
    def message(self) -> str:
        """What is said of the field, in the language of the request."""
        return self.expected.text + (choices_text(self.choices) if self.choices else "")


class TooManyRequests(DomainError):
    code, status = "throttled", 429
    zh, en = "请求过于频繁,请稍后再试", "Too many requests; try again later."


class ContentTooLarge(DomainError):
    """`limit`: bytes."""

    code, status = "content_too_large", 413
    members = ("limit",)
    zh, en = "请求内容过大,最多 {limit} 字节", "The request is too large; at most {limit} bytes."


class IdempotencyKeyRequired(DomainError):
    code, status = "idempotency_key_required", 400
    zh, en = "缺少 Idempotency-Key 请求头", "The Idempotency-Key header is required."


class IdempotencyKeyReused(DomainError):
    code, status = "idempotency_key_reused", 422
    zh, en = "该 Idempotency-Key 已用于其他请求", "This Idempotency-Key was used with another request."


class RequestInProgress(DomainError):
    code, status = "request_in_progress", 409
    zh, en = "相同请求正在处理中,请稍后重试", "The same request is still being processed; try again shortly."


class ServiceUnavailable(DomainError):
    code, status = "service_unavailable", 503
    zh, en = "服务暂时不可用,请稍后再试", "The service is temporarily unavailable; try again later."
