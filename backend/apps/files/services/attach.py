"""A file and its owner: the owner's app takes it and lets it go, in its own transaction."""

from uuid import UUID

from django.db import transaction

from apps.files.models import File
from apps.files.services.clean import purge_file
from apps.files.states import FILES, FileState
from kernel import clock
from kernel.errors import Expectation, InvalidValue
from kernel.files import FileOwner, require_defined
from kernel.locks import lock_one, lock_rows

OWN_UPLOAD = Expectation(
    "own_upload",
    "须为本人上传且尚未使用的文件",
    "It has to be a file of this kind that you uploaded and that hangs on nothing yet.",
)


def attach(
    owner: FileOwner, *, file_id: UUID, owner_id: UUID, hospital_id: UUID | None, uploader_id: UUID | None
) -> File:
    """Hang a staged file on its owner; inside the owner's transaction.

    InvalidValue (`file_id`) for what is no staged file of that kind by that uploader.
    """
    require_defined(owner)
    rows = File.objects.select_for_update().filter(
        pk=file_id, owner_type=owner.code, state=FileState.STAGED, uploader_id=uploader_id
    )
    file = rows.first()
    if file is None:
        raise InvalidValue(field="file_id", expected=OWN_UPLOAD)
    FILES.move(file, FileState.ATTACHED, owner_id=owner_id, hospital_id=hospital_id, attached_at=clock.now())
    return file


def detach(owner: FileOwner, *, owner_id: UUID, file_id: UUID | None = None) -> None:
    """Let the owner's files go, or that one; inside the owner's transaction, the bytes follow after it."""
    rows = File.objects.filter(owner_type=owner.code, owner_id=owner_id, state=FileState.ATTACHED)
    for file in lock_rows(rows if file_id is None else rows.filter(pk=file_id)):
        _let_go(file)


@transaction.atomic
def discard(file: File) -> None:
    """Let a staged file go that no owner took."""
    _let_go(lock_one(File.objects, pk=file.pk))


def _let_go(file: File) -> None:
    FILES.move(file, FileState.DELETED, deleted_at=clock.now())
    # robust: the cleaning does it again where the storage is away
    transaction.on_commit(lambda: purge_file(file), robust=True)
