"""Signed-in devices: a row of AuthSession each; deleting the row signs the device out at once."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction
from knox.models import get_digest_token
from knox.settings import CONSTANTS

from apps.identity.models import AuthSession, User
from kernel import clock
from kernel.errors import NotFound
from kernel.prepared import UNHURRIED, Prepared

SEEN_EVERY = dt.timedelta(minutes=5)
_SEEN = Prepared(
    "session_seen",
    "UPDATE identity_authsession SET last_seen_at = %(now)s WHERE digest = %(digest)s",
    {"now": "timestamptz", "digest": "text"},
    by_key=True,
)
MINI_PROGRAM_LIFETIME = dt.timedelta(days=30)


class OpenSession(NamedTuple):
    """A new session with its token, which is shown once and stored only as a digest."""

    session: AuthSession
    token: str


def open_session(user: User, *, device: str, ip: str | None, lifetime: dt.timedelta) -> OpenSession:
    """Sign a device in; forgets the user's sessions that have run out."""
    AuthSession.objects.filter(user=user, expiry__lte=clock.now()).delete()
    digest, token = get_digest_token()
    session = AuthSession(
        digest=digest,
        token_key=token[: CONSTANTS.TOKEN_KEY_LENGTH],
        user=user,
        expiry=clock.now() + lifetime,
        device=device[:160],
        ip=ip,
    )
    session.save(force_insert=True)
    return OpenSession(session, token)


def end_session(*, user_id: UUID, session_id: UUID) -> None:
    """Sign one device of the user out; NotFound for anybody else's."""
    deleted, _ = AuthSession.objects.filter(user_id=user_id, id=session_id).delete()
    if not deleted:
        raise NotFound


@transaction.atomic
def end_sessions(*, user_id: UUID, keep: AuthSession | None = None) -> int:
    """Sign all devices of the user out (but `keep`); returns how many."""
    sessions = AuthSession.objects.filter(user_id=user_id)
    if keep is not None:
        sessions = sessions.exclude(digest=keep.digest)
    return int(sessions.delete()[0])


def touch(session: AuthSession) -> None:
    """Note that the device was seen, at most every SEEN_EVERY."""
    now = clock.now()
    if now - session.last_seen_at > SEEN_EVERY:
        with connection.cursor() as cursor:
            values = {"digest": session.digest, "now": now}
            _SEEN.execute(cursor, values, before="" if connection.in_atomic_block else UNHURRIED)


def forget_expired_sessions() -> int:
    """Delete sessions that have run out; returns how many."""
    return int(AuthSession.objects.filter(expiry__lte=clock.now()).delete()[0])
