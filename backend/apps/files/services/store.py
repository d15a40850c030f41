"""Taking a content in: looked at, counted and hashed on its way into the storage, and only then known by a row."""

import hashlib
from collections.abc import Iterator
from typing import IO, Any
from uuid import UUID

from django.core.files.base import File as Content
from django.db import transaction

from apps.files.content import PIECE, context_of
from apps.files.errors import FileEmpty, FileTooLarge, FileTypeRefused
from apps.files.media_types import ENDINGS, media_type_of
from apps.files.models import File
from apps.files.names import cleaned_name
from apps.files.storage import place_of, store
from kernel.crypto.files import seal_file
from kernel.faults import fault_point
from kernel.files import FileOwner, require_defined
from kernel.idempotency.store import finish_with


class _Metered:
    """A source that is read once: counts and hashes what passes; FileTooLarge at the first byte beyond the limit."""

    def __init__(self, source: IO[bytes], limit: int) -> None:
        self.source, self.limit = source, limit
        self.size, self.digest = 0, hashlib.sha256()
        source.seek(0)

    def read(self, size: int = PIECE) -> bytes:
        block = self.source.read(size if size > 0 else PIECE)
        self.size += len(block)
        if self.size > self.limit:
            raise FileTooLarge(field="file", limit=self.limit)
        self.digest.update(block)
        return block


class _Stream(Content):
    """A source without an end that is known before: storages take it block by block."""

    def __init__(self, source: IO[bytes] | _Metered) -> None:
        super().__init__(None, "upload")
        self.source = source

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        while block := self.source.read(chunk_size or PIECE):
            yield block

    def read(self, size: int = PIECE) -> bytes:
        return self.source.read(size)

    def seekable(self) -> bool:
        return False


def store_file(owner: FileOwner, *, upload: "Content[Any]", name: str, uploader_id: UUID | None) -> File:
    """A staged file of that kind; call it outside a transaction. FileEmpty, FileTooLarge, FileTypeRefused.

    A crash before the row is written leaves bytes that the cleaning finds; before an owner takes the file, a staged
    row that the cleaning lets go. Finishes the running idempotency record, if there is one.
    """
    require_defined(owner)
    media_type = _looked_at(owner, upload)
    file = File(
        owner_type=owner.code, name=cleaned_name(name), media_type=media_type, is_sealed=owner.is_sealed,
        uploader_id=uploader_id,
    )  # fmt: skip
    ending = "sealed" if owner.is_sealed else ENDINGS.get(media_type, ("bin",))[0]
    file.stored_as = place_of(file.pk.hex, ending)
    source = _Metered(upload, owner.max_bytes)
    write_content(file, source)
    file.size, file.checksum = source.size, source.digest.hexdigest()
    fault_point("files.between_bytes_and_row")
    with transaction.atomic():  # a commit whose answer is lost may have come about: its bytes stay
        file.save(force_insert=True)
        finish_with(file.pk)
    return file


def _looked_at(owner: FileOwner, upload: "Content[Any]") -> str:
    if not upload.size:
        raise FileEmpty(field="file")
    if upload.size > owner.max_bytes:
        raise FileTooLarge(field="file", limit=owner.max_bytes)
    found = media_type_of(upload)
    if found not in owner.media_types:
        raise FileTypeRefused(field="file", found=found, accepted=", ".join(owner.media_types))
    return found


def write_content(file: File, source: IO[bytes] | _Metered) -> None:
    """The bytes to where the row says they lie: whole, or not at all."""
    try:
        if not file.is_sealed:
            store().save(file.stored_as, _Stream(source))
            return
        with seal_file(source, context_of(file)) as sealed:  # type: ignore[arg-type]
            store().save(file.stored_as, _Stream(sealed))
    except BaseException:
        store().delete(file.stored_as)
        raise
