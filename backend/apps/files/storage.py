"""Where bytes are kept: what a storage can do for us, and the one that the settings choose."""

import datetime as dt
from collections.abc import Iterator
from typing import IO, Any, Protocol, cast

from django.core.files.storage import storages

ROOT = "files"


class Store(Protocol):
    """What `disk` and `bucket` have in common."""

    def save(self, name: str, content: Any) -> str: ...

    def delete(self, name: str) -> None: ...

    def open_at(self, name: str, start: int = 0, length: int | None = None) -> IO[bytes]: ...

    def written_before(self, folder: str, moment: dt.datetime) -> Iterator[str]: ...


def store() -> Store:
    """The storage of this installation."""
    return cast(Store, storages["default"])


def folder_of(number: int) -> str:
    """One of the 256 folders, each of which has 256 of its own."""
    return f"{ROOT}/{number % 256:02x}"


def place_of(key_hex: str, ending: str) -> str:
    """Where the file of that key lies: its last digits are random, the first ones tell the time."""
    return f"{ROOT}/{key_hex[-2:]}/{key_hex[-4:-2]}/{key_hex}.{ending}"
