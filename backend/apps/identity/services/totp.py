"""The optional second factor: time-based codes (RFC 6238) and one-use recovery codes."""

import hmac
import secrets
from typing import NamedTuple

import pyotp
from django.db import transaction

from apps.audit.services import record
from apps.identity.errors import (
    CurrentPasswordWrong,
    OwnSecondFactor,
    StaffHasNoAccount,
    TotpAlreadyEnabled,
    TotpCodeInvalid,
)
from apps.identity.models import StaffMember, TotpDevice, User
from apps.identity.notices import SECOND_FACTOR_RESET
from apps.identity.services.attempts import attempt, log
from apps.identity.services.notices import tell
from apps.identity.services.sessions import end_sessions
from kernel import clock
from kernel.crypto import blind_index
from kernel.errors import NotFound, StateConflict
from kernel.locks import lock_one

ISSUER = "Yihui"
STEP_SECONDS = 30
TOLERANCE = 1  # steps that a phone's clock may be off, either way
RECOVERY_CODES = 10
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class Enrolment(NamedTuple):
    """What the authenticator app scans; nothing is asked at sign-in until it is confirmed."""

    secret: str
    uri: str


def enrol(user: User, *, password: str) -> Enrolment:
    """A new secret; replaces one that was never confirmed. Needs the password, so that nobody locks the owner out
    from a screen left open. CurrentPasswordWrong, AccountLocked, TotpAlreadyEnabled."""

    def check(locked: User) -> Enrolment:
        if not locked.check_password(password):
            raise CurrentPasswordWrong(field="password")
        if TotpDevice.objects.filter(user=locked).exclude(confirmed_at=None).exists():
            raise TotpAlreadyEnabled
        secret = pyotp.random_base32()
        TotpDevice.objects.update_or_create(user=locked, defaults={"secret": secret})
        uri = pyotp.TOTP(secret).provisioning_uri(name=locked.username, issuer_name=ISSUER)
        return Enrolment(secret, uri)

    return attempt(user.pk, check, action="totp_enrol")


@transaction.atomic
def confirm(user: User, *, code: str) -> list[str]:
    """Switch the second factor on; returns the recovery codes, which are never shown again."""
    device = lock_one(TotpDevice.objects.filter(confirmed_at=None), user_id=user.pk)
    if not _accept_code(device, code):
        raise TotpCodeInvalid(field="code")
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    device.confirmed_at, device.recovery_codes = clock.now(), [_digest(c) for c in codes]
    device.save(update_fields=["confirmed_at", "recovery_codes"])
    log(user, "totp_enable")
    return codes


def disable(user: User, *, password: str) -> None:
    """Switch it off; needs the password. CurrentPasswordWrong, AccountLocked, NotFound."""

    def check(locked: User) -> None:
        if not locked.check_password(password):
            raise CurrentPasswordWrong(field="password")
        deleted, _ = TotpDevice.objects.filter(user=locked).delete()
        if not deleted:
            raise NotFound

    attempt(user.pk, check, action="totp_disable")


@transaction.atomic
def reset(staff: StaffMember, *, by: StaffMember) -> None:
    """Switch off the second factor of somebody who lost it; all his devices are signed out, and he is told.

    OwnSecondFactor, StaffHasNoAccount, StateConflict if none is on.
    """
    if staff.pk == by.pk:
        raise OwnSecondFactor
    if staff.user_id is None:
        raise StaffHasNoAccount
    user = lock_one(User.objects, pk=staff.user_id)
    deleted, _ = TotpDevice.objects.filter(user=user).delete()
    if not deleted:
        raise StateConflict
    end_sessions(user_id=user.pk)
    tell([staff], SECOND_FACTOR_RESET, by=by.name)
    record(
        action="totp_reset",
        object_type="identity.user",
        object_id=user.pk,
        hospital_id=staff.hospital_id,
        detail={"staff": staff.pk},
    )


def accept(device: TotpDevice, *, totp_code: str = "", recovery_code: str = "") -> bool:
    """Whether the code is right and new; it is used up. Call it under the lock of the user's row."""
    if totp_code:
        return _accept_code(device, totp_code)
    digest = _digest(recovery_code)
    if digest not in device.recovery_codes:
        return False
    device.recovery_codes = [known for known in device.recovery_codes if known != digest]
    device.save(update_fields=["recovery_codes"])
    return True


def _accept_code(device: TotpDevice, code: str) -> bool:
    now, generator = int(clock.now().timestamp()) // STEP_SECONDS, pyotp.TOTP(device.secret)
    for step in range(now - TOLERANCE, now + TOLERANCE + 1):
        if step > device.last_step and hmac.compare_digest(
            generator.generate_otp(step).encode(), code.encode()
        ):
            device.last_step = step
            device.save(update_fields=["last_step"])
            return True
    return False


def _recovery_code() -> str:
    text = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    return f"{text[:4]}-{text[4:8]}-{text[8:]}"


def _digest(code: str) -> str:
    return blind_index(code, "recovery_code").hex()
