"""The optional second factor: time-based codes (RFC 6238) and one-use recovery codes."""

import hmac
import secrets
from typing import NamedTuple

import pyotp
from django.db import transaction

from apps.identity.errors import CurrentPasswordWrong, TotpAlreadyEnabled, TotpCodeInvalid
from apps.identity.models import TotpDevice, User
from apps.identity.services.attempts import attempt, log
from kernel import clock
from kernel.crypto import blind_index
from kernel.errors import NotFound
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


@transaction.atomic
def enrol(user: User) -> Enrolment:
    """A new secret; replaces one that was never confirmed. TotpAlreadyEnabled."""
    lock_one(User.objects, pk=user.pk)
    if TotpDevice.objects.filter(user=user).exclude(confirmed_at=None).exists():
        raise TotpAlreadyEnabled
    secret = pyotp.random_base32()
    TotpDevice.objects.update_or_create(user=user, defaults={"secret": secret})
    return Enrolment(secret, pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name=ISSUER))


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
