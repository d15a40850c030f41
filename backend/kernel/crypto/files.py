"""Files with secrets at rest: sealed block by block, so that memory stays flat."""

import struct
import tempfile
from typing import IO

from kernel.crypto.cipher import DecryptionFailed, cipher

BLOCK = 1 << 20
_LENGTH = struct.Struct(">I")


def seal_file(source: IO[bytes], context: str) -> IO[bytes]:
    """A temporary file with all of `source` sealed; place and end of every block are authenticated."""
    target, number = tempfile.TemporaryFile(), 0  # noqa: SIM115 - the caller's
    block = source.read(BLOCK)
    while block or not number:
        following = source.read(BLOCK)
        token = cipher().seal(block, _place(context, number, last=not following))
        target.write(_LENGTH.pack(len(token)) + token)
        block, number = following, number + 1
    target.seek(0)
    return target


def open_sealed(source: IO[bytes], context: str) -> IO[bytes]:
    """A temporary file, already without a name, with what was sealed; DecryptionFailed if any of it was changed."""
    target, number = tempfile.TemporaryFile(), 0  # noqa: SIM115 - the caller's
    head = source.read(_LENGTH.size)
    while head or not number:
        if len(head) < _LENGTH.size:
            raise DecryptionFailed(context)
        token = source.read(_LENGTH.unpack(head)[0])
        head = source.read(_LENGTH.size)
        target.write(cipher().open(token, _place(context, number, last=not head)))
        number += 1
    target.seek(0)
    return target


def sealed_under_current_key(source: IO[bytes]) -> bool:
    """Whether the file that begins here was sealed with the key in front of the ring."""
    return source.read(_LENGTH.size + 1)[_LENGTH.size :] == bytes([cipher().current])


def _place(context: str, number: int, *, last: bool) -> str:
    return f"{context}:{number}:{'end' if last else 'more'}"
