"""The words of notices to staff; each app that tells staff something declares its kinds here."""

from dataclasses import dataclass

from django.utils.translation import get_language


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """`{names}` in the words are filled from the data of the notice."""

    code: str
    zh: str
    en: str


KINDS: dict[str, NoticeKind] = {}


def declare(code: str, zh: str, en: str) -> NoticeKind:
    """Register a kind; its code is stored and never changes."""
    return KINDS.setdefault(code, NoticeKind(code, zh, en))


def words(code: str, data: dict[str, str]) -> str:
    """The text of a notice in the language of the request."""
    kind = KINDS[code]
    return (kind.en if (get_language() or "").startswith("en") else kind.zh).format(**data)


STAFF_PLACED = declare(
    "staff_placed",
    "{by}调整了{name}的任职,涉及:{departments}",
    "{by} changed where {name} works: {departments}.",
)
SECOND_FACTOR_RESET = declare(
    "second_factor_reset",
    "{by}重置了您的动态验证码;如非您本人申请,请立即联系管理员",
    "{by} switched off your second factor; if you did not ask for it, tell an administrator at once.",
)
DEPARTMENT_MOVED = declare(
    "department_moved",
    "{by}调整了“{name}”的上级部门,涉及:{departments}",
    "{by} moved {name} within the organisation: {departments}.",
)
