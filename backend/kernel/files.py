"""What stored files may hang on: each kind of owner is declared by the app whose rows own the files."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

_CODE = re.compile(r"[a-z_]+\.[a-z_]+")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+")
OWNERS: dict[str, "FileOwner"] = {}


def nobody(principal: Any, owner_id: UUID | None = None) -> bool:
    """Neither read nor uploaded by anybody: the owner's own use cases do it."""
    return False


def everybody(principal: Any, owner_id: UUID | None = None) -> bool:
    """Also who is not signed in."""
    return True


@dataclass(frozen=True, slots=True)
class FileOwner:
    """`code` is `<app>.<what>` and is stored; `media_types` as the content shows them; `max_bytes` of one file.

    `may_read(principal, owner_id)` is asked for every download; `may_add(principal)` for an upload that an owner takes
    later. The principal is the signed-in user, None for nobody. `is_public`: shown by address, without sign-in and
    without a line in the operation log. `is_sealed`: encrypted in the storage.
    """

    code: str
    zh: str
    en: str
    media_types: tuple[str, ...]
    max_bytes: int
    may_read: Callable[[Any, UUID], bool]
    may_add: Callable[[Any], bool] = nobody
    is_public: bool = False
    is_sealed: bool = False

    def __post_init__(self) -> None:
        if not _CODE.fullmatch(self.code) or not self.zh or not self.en:
            raise TypeError(f"owner of files {self.code!r}: code `<app>.<what>` and words in both languages")
        if not self.media_types or not all(map(_MEDIA_TYPE.fullmatch, self.media_types)):
            raise TypeError(f"owner of files {self.code!r}: media types")
        if self.max_bytes < 1:
            raise TypeError(f"owner of files {self.code!r}: a size in bytes")


def define_owner(owner: FileOwner) -> FileOwner:
    """Register a kind; TypeError for a code that is taken."""
    if owner.code in OWNERS:
        raise TypeError(f"two owners of files are named {owner.code!r}")
    OWNERS[owner.code] = owner
    return owner


def require_defined(owner: FileOwner) -> None:
    """TypeError for a kind that nobody has registered."""
    if OWNERS.get(owner.code) is not owner:
        raise TypeError(f"owner of files {owner.code!r} is not registered")
