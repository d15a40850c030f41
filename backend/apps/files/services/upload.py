"""A file that somebody sends in before it is known what takes it."""

from typing import Any
from uuid import UUID

from django.core.files.base import File as Content

from apps.files.errors import TooManyUploads
from apps.files.models import File
from apps.files.services.store import store_file
from apps.files.states import FileState
from kernel.files import FileOwner

#: Of one user; what nothing takes is gone after a day.
MAX_STAGED = 100
RETRY_SECONDS = 3600


def upload_file(owner: FileOwner, *, upload: "Content[Any]", name: str, uploader_id: UUID) -> File:
    """A staged file; TooManyUploads, and what `store_file` refuses."""
    if (
        File.objects.filter(uploader_id=uploader_id, state=FileState.STAGED)[:MAX_STAGED].count()
        == MAX_STAGED
    ):
        raise TooManyUploads(retry_after=RETRY_SECONDS)
    return store_file(owner, upload=upload, name=name, uploader_id=uploader_id)
