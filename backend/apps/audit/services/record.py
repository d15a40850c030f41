"""The operation log: who did what to which object, written in the transaction that does it."""

from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from apps.audit.context import current
from kernel.crypto import masking

_INSERT = """
INSERT INTO audit_auditevent
  (hospital_id, user_id, actor, ip, request_id, method, path, action, object_type, object_id, after)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def record(
    *,
    action: str,
    object_type: str,
    object_id: str | UUID,
    hospital_id: UUID | None = None,
    detail: dict[str, Any] | None = None,
    user_id: UUID | None = None,
    actor: str | None = None,
) -> None:
    """Write one line for what triggers can't see: unmasked reads, exports, sign-ins, refused attempts.

    Who, where and which request come from the running context unless given. `detail` must hold no secret; what people
    typed into it is masked here. The line commits with the caller's transaction: record a refusal outside the
    transaction that it rolls back.
    """
    told = current()
    values = [
        hospital_id or told.get("hospital_id"),
        user_id or told.get("user_id"),
        (actor or told.get("actor", ""))[:120],
        told.get("ip"),
        told.get("request_id", "")[:64],
        told.get("method", "")[:8],
        told.get("path", "")[:255],
        action[:32],
        object_type[:64],
        str(object_id)[:64],
        orjson.dumps(masking.scrubbed(detail), default=str).decode() if detail is not None else None,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [str(v) if isinstance(v, UUID) else v for v in values])
