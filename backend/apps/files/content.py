"""The content of a stored file, from any byte on and never whole in memory."""

from collections.abc import Iterator
from typing import IO

from apps.files.models import File
from apps.files.states import FileState
from apps.files.storage import store
from kernel.crypto.files import open_sealed

PIECE = 64 * 1024


class Pieces:
    """At most `length` bytes of a source, piece by piece; closed with the answer."""

    def __init__(self, source: IO[bytes], length: int) -> None:
        self.source, self.left = source, length

    def __iter__(self) -> Iterator[bytes]:
        while self.left and (piece := self.source.read(min(PIECE, self.left))):
            self.left -= len(piece)
            yield piece

    def close(self) -> None:
        """Let go of the source."""
        self.source.close()


def context_of(file: File) -> str:
    """What a sealed content is bound to: it opens as no other file."""
    return f"files.file:{file.pk}"


def open_file(file: File, start: int = 0, length: int | None = None) -> IO[bytes]:
    """The content from byte `start` on, at least `length` bytes of it (None: all).

    FileNotFoundError for a deleted file and for bytes that are lost.
    """
    if file.state == FileState.DELETED:
        raise FileNotFoundError(file.stored_as)
    if not file.is_sealed:
        return store().open_at(file.stored_as, start, length)
    with store().open_at(file.stored_as) as sealed:
        opened = open_sealed(sealed, context_of(file))
    opened.seek(start)
    return opened
