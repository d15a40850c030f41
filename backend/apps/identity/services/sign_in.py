"""Staff sign in with user name and password, and a second factor where they have one."""

import datetime as dt

from django.contrib.auth.hashers import make_password

from apps.audit.services import record
from apps.identity.errors import InvalidCredentials, SecondFactorRequired
from apps.identity.models import TotpDevice, User, UserKind
from apps.identity.services import totp
from apps.identity.services.attempts import attempt, hospital_of
from apps.identity.services.sessions import OpenSession, open_session
from apps.identity.settings import SESSION_HOURS
from kernel import clock


def sign_in(
    *,
    username: str,
    password: str,
    totp_code: str = "",
    recovery_code: str = "",
    device: str = "",
    ip: str | None = None,
) -> OpenSession:
    """A new session of the device; InvalidCredentials, SecondFactorRequired, AccountLocked."""
    user_id = User.objects.filter(username=username, kind=UserKind.STAFF).values_list("pk", flat=True).first()
    if user_id is None:
        make_password(password)  # takes as long as checking one
        record(
            action="sign_in_refused",
            object_type="identity.user",
            object_id="",
            detail={"reason": "unknown_user"},
        )
        raise InvalidCredentials

    def check(user: User) -> OpenSession:
        _check_secrets(user, password, totp_code, recovery_code)
        hospital = hospital_of(user)
        hours = SESSION_HOURS.of(hospital) if hospital else SESSION_HOURS.default
        user.last_login = clock.now()
        user.save(update_fields=["last_login"])
        return open_session(user, device=device, ip=ip, lifetime=dt.timedelta(hours=hours))

    return attempt(user_id, check, action="sign_in")


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
