"""Whose turn it is to ask HIS for a patient's bills: in Redis, so that all processes keep to it together."""

from enum import StrEnum
from uuid import UUID

from kernel.redis import client

#: A patient's bills are asked for once in this time, however it ended.
EVERY_SECONDS = 60
#: After a failure a hospital's HIS is left alone for all its patients, and our workers do not wait for it.
REST_SECONDS = 30


class Pulled(StrEnum):
    """How the pull of the last minute stands. RUNNING: somebody else is at it."""

    RUNNING = "running"
    CURRENT = "current"
    STALE = "stale"


def take(patient_id: UUID, hospital_id: UUID) -> Pulled | None:
    """None: it is the caller's turn, who calls `done`. Raises redis.RedisError."""
    store = client()
    if store.exists(resting_key(hospital_id)):
        return Pulled.STALE
    if store.set(_key(patient_id), Pulled.RUNNING.value, nx=True, ex=EVERY_SECONDS):
        return None
    value = store.get(_key(patient_id))
    return Pulled(value.decode()) if isinstance(value, bytes) else Pulled.RUNNING


def done(patient_id: UUID, *, is_current: bool) -> None:
    """How the caller's pull ended. Raises redis.RedisError."""
    client().set(
        _key(patient_id), (Pulled.CURRENT if is_current else Pulled.STALE).value, xx=True, keepttl=True
    )


def rest(hospital_id: UUID) -> None:
    """The hospital's HIS did not answer. Raises redis.RedisError."""
    client().set(resting_key(hospital_id), "1", ex=REST_SECONDS)


def resting_key(hospital_id: UUID) -> str:
    return f"yihui:his:resting:{hospital_id}"


def _key(patient_id: UUID) -> str:
    return f"yihui:his:pulled:{patient_id}"
