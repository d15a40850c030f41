"""Portraits of staff and maps of places: public, each under an address that nobody can guess."""

from uuid import UUID

from kernel.files import FileOwner, define_owner, everybody

BASE = "/api/miniprogram/v1/pictures/"
#: What may be sent, and what is kept: painted anew, a picture may take more.
PORTRAIT_BYTES, MAP_BYTES = 2 * 1024 * 1024, 5 * 1024 * 1024
_KEPT_BYTES = 32 * 1024 * 1024
_TYPES = ("image/png", "image/jpeg", "image/webp")

PORTRAIT = define_owner(
    FileOwner("identity.portrait", "员工照片", "Portrait", _TYPES, _KEPT_BYTES, everybody, is_public=True)
)
MAP = define_owner(FileOwner("identity.map", "位置图", "Map", _TYPES, _KEPT_BYTES, everybody, is_public=True))


def url_of(picture_id: UUID | None) -> str:
    """Path of a picture on this host, given the id of its file; "" without one."""
    return f"{BASE}{picture_id}" if picture_id else ""
