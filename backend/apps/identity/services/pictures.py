"""Pictures that people upload: painted anew and hung on their row as files."""

import io
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile, File
from django.db import models, transaction

from apps.files.errors import FileTooLarge
from apps.files.services.attach import attach, detach
from apps.files.services.store import store_file
from apps.identity.errors import PictureInvalid, PictureTooLarge
from apps.identity.pictures import MAP, MAP_BYTES, PORTRAIT, PORTRAIT_BYTES
from kernel.files import FileOwner
from kernel.locks import lock_one

MAX_PIXELS = 25_000_000  # each takes four bytes of memory while it is painted
QUALITY = 90
KINDS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}
#: Column of the picture → its kind of file, and the bytes that may be sent.
PICTURES: dict[str, tuple[FileOwner, int]] = {
    "portrait": (PORTRAIT, PORTRAIT_BYTES),
    "map_picture": (MAP, MAP_BYTES),
}


def set_picture(row: models.Model, field: str, upload: "File[Any]", *, user_id: UUID | None = None) -> None:
    """Store `upload` as the row's picture and let the one before go; PictureInvalid, PictureTooLarge.

    The version of the row stays: a picture has no fields that two editors could lose to each other.
    """
    owner, limit = PICTURES[field]
    kind, picture = without_traces(upload, limit)
    try:
        file = store_file(owner, upload=picture, name=f"{field}.{kind}", uploader_id=user_id)
    except FileTooLarge as error:
        raise PictureTooLarge(field="file", limit=limit) from error
    with transaction.atomic():
        _let_go(row, field)
        hospital_id = row.hospital_id  # type: ignore[attr-defined]
        attach(owner, file_id=file.pk, owner_id=row.pk, hospital_id=hospital_id, uploader_id=user_id)
        _point(row, field, file.pk)


@transaction.atomic
def remove_picture(row: models.Model, field: str) -> None:
    """Let the row's picture go, if any."""
    _let_go(row, field)
    _point(row, field, None)


def _let_go(row: models.Model, field: str) -> None:
    """With the row locked, so that of two pictures at once one is the last."""
    lock_one(type(row)._default_manager, pk=row.pk)
    detach(PICTURES[field][0], owner_id=row.pk)


def _point(row: models.Model, field: str, file_id: UUID | None) -> None:
    type(row)._default_manager.filter(pk=row.pk).update(**{f"{field}_id": file_id})
    setattr(row, f"{field}_id", file_id)


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
