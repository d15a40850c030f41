"""A kind of file of the tests' own, and small contents of each type."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from apps.audit.models import AuditEvent
from apps.files.media_types import DOCX, PDF, PLAIN, PNG, XLSX
from apps.files.models import File
from apps.files.services.attach import attach
from apps.files.services.store import store_file
from kernel.files import OWNERS, FileOwner, define_owner
from kernel.ids import uuid7
from tests.support.world import World

CAP = 1000
CODE, SEALED_CODE = "tests.report", "tests.sealed_report"
PDF_BYTES = b"%PDF-1.7\n" + bytes(range(256)) + b"\n%%EOF\n"
TEXT = "检验报告".encode() * 10


@dataclass
class Readers:
    """Who may read what: (user, what the file hangs on)."""

    allowed: set[tuple[UUID, UUID]] = field(default_factory=set)

    def may_read(self, principal: Any, owner_id: UUID) -> bool:
        return principal is not None and (principal.pk, owner_id) in self.allowed


def is_somebody(principal: Any) -> bool:
    return principal is not None


@contextmanager
def kinds(cap: int = CAP) -> Iterator[Readers]:
    """The two kinds, one of them sealed, for the time of a test."""
    readers, types = Readers(), (PDF, PNG, PLAIN, XLSX, DOCX)
    for code, is_sealed in ((CODE, False), (SEALED_CODE, True)):
        define_owner(
            FileOwner(
                code, "检验报告", "Report", types, cap, readers.may_read, is_somebody, is_sealed=is_sealed
            )
        )
    try:
        yield readers
    finally:
        for code in (CODE, SEALED_CODE):
            OWNERS.pop(code, None)


def stored(content: bytes = PDF_BYTES, *, code: str = CODE, name: str = "a.pdf", by: Any = None) -> File:
    """A staged file."""
    return store_file(
        OWNERS[code], upload=ContentFile(content), name=name, uploader_id=by.user.pk if by else None
    )


def attached(world: World, readers: Readers, content: bytes = PDF_BYTES, **more: Any) -> File:
    """A file of hospital 1 that doctor_a alone may read."""
    doctor, owner_id = world.staff["doctor_a"], uuid7()
    file = stored(content, by=doctor, **more)
    with transaction.atomic():
        attach(
            OWNERS[file.owner_type], file_id=file.pk, owner_id=owner_id, hospital_id=world.h1.pk,
            uploader_id=doctor.user.pk,
        )  # fmt: skip
    readers.allowed.add((doctor.user.pk, owner_id))
    file.refresh_from_db()
    return file


def send(world: World, content: bytes, who: str = "doctor_a", **more: Any) -> Any:
    """An upload; `key`, `name`, `code`, `base` as given."""
    file = SimpleUploadedFile(more.get("name", "报告.pdf"), content, more.get("claimed", "image/png"))
    return world.client(who).post(
        f"/api/{more.get('base', 'admin/v1')}/files", {"owner_type": more.get("code", CODE), "file": file},
        format="multipart", HTTP_IDEMPOTENCY_KEY=more.get("key", str(uuid7())),
    )  # fmt: skip


def body(answer: Any) -> bytes:
    """All bytes of an answer."""
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def downloads(file: File) -> list[AuditEvent]:
    """The lines of the operation log that tell of a download."""
    lines = AuditEvent.objects.filter(action="download", object_type="files.file", object_id=str(file.pk))
    return list(lines.order_by("id"))


def on_disk(root: Path) -> list[Path]:
    """All that is stored."""
    return [path for path in root.rglob("*") if path.is_file()]


def archive(*names: str, content: bytes = b"x") -> bytes:
    """A zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as parts:
        for name in names:
            parts.writestr(name, content)
    return buffer.getvalue()
