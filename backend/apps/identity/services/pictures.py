"""Pictures that people upload: painted anew, stored under a name that nobody chose."""

import io
import secrets
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import models, transaction

from apps.identity.errors import PictureInvalid, PictureTooLarge
from kernel.locks import lock_one

PORTRAIT_BYTES = 2 * 1024 * 1024
MAP_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 25_000_000  # each takes four bytes of memory while it is painted
QUALITY = 90
KINDS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}


def set_picture(row: models.Model, field: str, upload: "File[Any]", *, limit: int) -> None:
    """Store `upload` as the row's picture and drop the one before; PictureInvalid, PictureTooLarge.

    The version of the row stays: a picture has no fields that two editors could lose to each other.
    """
    kind, picture = without_traces(upload, limit)
    stored = default_storage.save(f"{_folder(row, field)}{secrets.token_hex(16)}.{kind}", picture)
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


def without_traces(upload: "File[Any]", limit: int) -> tuple[str, "ContentFile[bytes]"]:
    """`png`, `jpg` or `webp`, and the picture painted anew: upright, in its colours, without what else came with it.

    Cameras write where and by whom it was taken. PictureInvalid for what cannot be painted, PictureTooLarge. The name
    given is not looked at.
    """
    from PIL import Image, ImageOps  # only processes that take pictures in shall pay for it

    if upload.size > limit:
        raise PictureTooLarge(field="file", limit=limit)
    try:
        upload.seek(0)
        with Image.open(upload, formats=tuple(KINDS)) as found:
            if found.width * found.height > MAX_PIXELS:
                raise PictureTooLarge(field="file", limit=limit, pixels=MAX_PIXELS)
            kind, colours = str(found.format), found.info.get("icc_profile")
            plain: Image.Image = ImageOps.exif_transpose(found)
            plain = plain.convert("RGBA") if plain.mode == "P" else plain
            plain.info = {}
            content = io.BytesIO()
            plain.save(content, kind, icc_profile=colours, quality=QUALITY)
    except Image.DecompressionBombError as error:
        raise PictureTooLarge(field="file", limit=limit, pixels=MAX_PIXELS) from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise PictureInvalid(field="file") from error
    return KINDS[kind], ContentFile(content.getvalue())


def _folder(row: models.Model, field: str) -> str:
    folder: str = row._meta.get_field(field).upload_to  # type: ignore[union-attr]
    return folder
