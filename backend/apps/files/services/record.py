"""The access log: every download of a private file is one line of the operation log."""

from uuid import UUID

import structlog
from redis import RedisError

from apps.audit.services import record
from apps.files.models import File
from kernel import redis

#: Parts of one file that one user fetches within so many seconds are one download.
WINDOW = 600
log = structlog.get_logger(__name__)


def record_download(file: File, *, user_id: UUID, is_part: bool) -> None:
    """Write the line before the first byte leaves. Parts are told from a new download by a mark in Redis alone;
    without Redis each is a line."""
    mark = f"files:download:{user_id}:{file.pk}"
    if is_part and not _is_first(mark):
        return
    try:
        record(
            action="download", object_type="files.file", object_id=file.pk, hospital_id=file.hospital_id,
            user_id=user_id, detail={"owner_type": file.owner_type, "owner_id": file.owner_id},
        )  # fmt: skip
    except BaseException:
        if is_part:
            redis.client().delete(mark)
        raise


def _is_first(mark: str) -> bool:
    try:
        return bool(redis.client().set(mark, "1", nx=True, ex=WINDOW))
    except RedisError:
        log.warning("downloads_not_joined")
        return True
