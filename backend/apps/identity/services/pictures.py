"""Pictures that people upload: recognised by their content, stored under a name that nobody chose."""

import secrets
from typing import Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import models, transaction

from apps.identity.errors import PictureInvalid, PictureTooLarge
from kernel.locks import lock_one

PORTRAIT_BYTES = 2 * 1024 * 1024
MAP_BYTES = 5 * 1024 * 1024


def set_picture(row: models.Model, field: str, upload: "File[Any]", *, limit: int) -> None:
    """Store `upload` as the row's picture and drop the one before; PictureInvalid, PictureTooLarge.

    The version of the row stays: a picture has no fields that two editors could lose to each other.
    """
    name = f"{secrets.token_hex(16)}.{picture_kind(upload, limit)}"
    stored = default_storage.save(f"{_folder(row, field)}{name}", upload)
    try:
        with transaction.atomic():
            before = getattr(lock_one(type(row)._default_manager, pk=row.pk), field).name
            type(row)._default_manager.filter(pk=row.pk).update(**{field: stored})
            if before:
                transaction.on_commit(lambda: default_storage.delete(before))
    except BaseException:
        default_storage.delete(stored)
        raise
    setattr(row, field, stored)


def remove_picture(row: models.Model, field: str) -> None:
    """Drop the row's picture, if any."""
    with transaction.atomic():
        before = getattr(lock_one(type(row)._default_manager, pk=row.pk), field).name
        type(row)._default_manager.filter(pk=row.pk).update(**{field: ""})
        if before:
            transaction.on_commit(lambda: default_storage.delete(before))
    setattr(row, field, "")


def picture_kind(upload: "File[Any]", limit: int) -> str:
    """`png`, `jpg` or `webp` by the first bytes; PictureInvalid, PictureTooLarge. The name given is not looked at."""
    if upload.size > limit:
        raise PictureTooLarge(field="file", limit=limit)
    upload.seek(0)
    head = upload.read(16)
    upload.seek(0)
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    raise PictureInvalid(field="file")


def _folder(row: models.Model, field: str) -> str:
    folder: str = row._meta.get_field(field).upload_to  # type: ignore[union-attr]
    return folder
