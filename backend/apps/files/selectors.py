"""Who may read a file: its owner says."""

from typing import Any
from uuid import UUID

from apps.files.models import File
from apps.files.states import FileState
from kernel.errors import NotFound
from kernel.files import OWNERS, FileOwner


def readable_file(file_id: UUID, principal: Any) -> tuple[File, FileOwner]:
    """The file and its kind of owner, if that user (None: nobody) may read it; NotFound.

    What no owner has taken yet is read by who uploaded it.
    """
    file = File.objects.filter(pk=file_id).exclude(state=FileState.DELETED).first()
    owner = OWNERS.get(file.owner_type) if file else None
    if file is None or owner is None or not _may_read(file, owner, principal):
        raise NotFound
    return file, owner


def _may_read(file: File, owner: FileOwner, principal: Any) -> bool:
    if file.state == FileState.STAGED or file.owner_id is None:
        return principal is not None and file.uploader_id == principal.pk
    return owner.may_read(principal, file.owner_id)
