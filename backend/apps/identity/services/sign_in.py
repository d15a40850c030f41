"""Staff sign in with user name and password, and a second factor where they have one."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID

from django.contrib.auth.hashers import make_password

from apps.audit.services import record
from apps.identity.errors import AccountLocked, InvalidCredentials, SecondFactorRequired
from apps.identity.models import AuthSession, TotpDevice, User, UserKind
from apps.identity.models.user import fold_user_name
from apps.identity.services import totp
from apps.identity.services.attempts import attempt, attempt_unknown, hospital_of
from apps.identity.services.devices import find_device, remember
from apps.identity.services.sessions import OpenSession, open_session
from apps.identity.services.sign_in_limits import count_stranger, forgive, refuse_strangers, take_hashing
from apps.identity.settings import SESSION_HOURS
from kernel import clock


class SignedIn(NamedTuple):
    """A new session and its token; `device_token` tells at the next sign-in that the device is known."""

    session: AuthSession
    token: str
    device_token: str


def sign_in(
    *,
    username: str,
    password: str,
    totp_code: str = "",
    recovery_code: str = "",
    device: str = "",
    device_token: str = "",
    ip: str | None = None,
) -> SignedIn:
    """A new session of the device; InvalidCredentials, SecondFactorRequired, AccountLocked, TooManyRequests.

    Nothing tells whether the name is anybody's: answers, locks and work are the same.
    """
    username = fold_user_name(username)
    found = User.objects.filter(username=username, kind=UserKind.STAFF).values_list("pk", "password").first()
    user_id, secret = found or (None, "")
    known = find_device(user_id, device_token) if user_id else None
    if known is None:
        _refuse_stranger(username, secret, ip, user_id)
    take_hashing("known" if known else "any")

    def check(user: User) -> SignedIn:
        _check_secrets(user, password, totp_code, recovery_code)
        opened = _open(user, device=device, ip=ip)
        return SignedIn(opened.session, opened.token, remember(user, known, device_token))

    try:
        if user_id is None:
            attempt_unknown(username, lambda: make_password(password))  # takes as long as checking one
            raise InvalidCredentials
        signed_in = attempt(user_id, check, action="sign_in", known=known)
    except InvalidCredentials:
        if known is None:
            count_stranger(username, secret, ip)
        raise
    forgive(username, secret, ip)
    return signed_in


def _open(user: User, *, device: str, ip: str | None) -> OpenSession:
    hospital = hospital_of(user)
    hours = SESSION_HOURS.of(hospital) if hospital else SESSION_HOURS.default
    user.last_login = clock.now()
    user.save(update_fields=["last_login"])
    return open_session(user, device=device, ip=ip, lifetime=dt.timedelta(hours=hours))


def _refuse_stranger(username: str, secret: str, ip: str | None, user_id: UUID | None) -> None:
    try:
        refuse_strangers(username, secret, ip)
    except AccountLocked:
        record(
            action="sign_in_refused",
            object_type="identity.user",
            object_id=user_id or "",
            user_id=user_id,
            detail={"reason": "address_locked"},
        )
        raise


def _check_secrets(user: User, password: str, totp_code: str, recovery_code: str) -> None:
    staff = getattr(user, "staff", None)
    if not user.check_password(password) or not user.is_active or staff is None or staff.status != "active":
        raise InvalidCredentials
    device = TotpDevice.objects.filter(user=user).exclude(confirmed_at=None).first()
    if device is None:
        return
    if not totp_code and not recovery_code:
        raise SecondFactorRequired
    if not totp.accept(device, totp_code=totp_code, recovery_code=recovery_code):
        raise InvalidCredentials
