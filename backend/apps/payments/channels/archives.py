"""Packed bills of channels: what they unpack to and how long a line may be has limits."""

import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import IO

from apps.payments.channels.base import UnreadableBill

#: A day of four million payments.
MAX_UNPACKED = 1024 * 1024 * 1024
MAX_LINE = 65_536


@contextmanager
def readable() -> Iterator[None]:
    """UnreadableBill `damaged` for an archive that is damaged, locked, or packed in unknown ways."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError) as error:
        raise UnreadableBill("damaged") from error


def inflate(packed: bytes, limit: int = MAX_UNPACKED) -> bytes:
    """What zlib packed; UnreadableBill beyond so many bytes, zlib.error for what is none."""
    stream = zlib.decompressobj()
    found = stream.decompress(packed, limit)
    if stream.unconsumed_tail:
        raise _too_large(limit)
    if not stream.eof:
        raise zlib.error("cut off")
    return found


def check_sizes(archive: zipfile.ZipFile, names: Collection[str]) -> None:
    """UnreadableBill where these files unpack to more than a bill can have."""
    if sum(archive.getinfo(name).file_size for name in names) > MAX_UNPACKED:
        raise _too_large()


def lines(file: IO[bytes]) -> Iterator[bytes]:
    """Lines as they are; UnreadableBill at one that never ends."""
    number = 0
    while line := file.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            raise UnreadableBill("long_line", line=number, limit=MAX_LINE)
        yield line


def _too_large(limit: int = MAX_UNPACKED) -> UnreadableBill:
    return UnreadableBill("unpacks_too_large", limit=limit // 1024**2)
