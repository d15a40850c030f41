"""The address under which everybody can see a stored picture; portraits and maps are public, their names random."""

BASE = "/api/miniprogram/v1/pictures/"


def url_of(picture: object) -> str:
    """Path of a picture's file on this host, given the file or its stored name; "" without one."""
    name = str(picture or "")
    return f"{BASE}{name}" if name else ""
