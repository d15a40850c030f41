"""Files on a disk."""

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from django.core.files.storage import FileSystemStorage


class DiskStorage(FileSystemStorage):
    """Below MEDIA_ROOT. What `save` has returned outlives a power cut."""

    def _save(self, name: str, content: Any) -> str:
        stored: str = super()._save(name, content)  # type: ignore[misc]
        place = Path(self.path(stored))
        for each in (place, *place.parents[:3]):  # also folders that were made for it
            handle = os.open(each, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        return stored

    def open_at(self, name: str, start: int = 0, length: int | None = None) -> IO[bytes]:
        """The content from byte `start` on; FileNotFoundError."""
        file = Path(self.path(name)).open("rb")  # noqa: SIM115 - the caller's
        file.seek(start)
        return file

    def written_before(self, folder: str, moment: dt.datetime) -> Iterator[str]:
        """Names below the folder whose content is older than that."""
        root = Path(self.path(folder))
        for inner in sorted(filter(Path.is_dir, root.iterdir())) if root.is_dir() else ():
            for place in sorted(inner.iterdir()):
                if _is_older(place, moment.timestamp()):
                    yield f"{folder}/{place.relative_to(root).as_posix()}"


def _is_older(place: Path, moment: float) -> bool:
    """Not what somebody has deleted meanwhile."""
    try:
        return place.stat().st_mtime < moment
    except FileNotFoundError:
        return False
