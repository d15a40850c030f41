"""Proving once more who one is, before something is signed: the password, or a code of the second factor."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from apps.identity.errors import CurrentPasswordWrong, StaffHasNoAccount, TotpCodeInvalid
from apps.identity.models import StaffMember, TotpDevice, User
from apps.identity.services import totp
from apps.identity.services.attempts import attempt
from apps.identity.services.sign_in_limits import take_hashing
from apps.identity.states import StaffState
from kernel import clock
from kernel.errors import Expectation, InvalidValue

ONE_PROOF = Expectation(
    "one_proof",
    "请填写密码或验证器代码,二者只填其一",
    "Either the password or the code of the authenticator, not both.",
)


class ProofMethod(StrEnum):
    PASSWORD = "password"  # noqa: S105 - a word
    TOTP = "totp"


@dataclass(frozen=True, slots=True)
class Proof:
    """Who has just proved the own identity, how and when."""

    staff: StaffMember
    method: ProofMethod
    at: dt.datetime


def prove(staff: StaffMember, *, password: str = "", totp_code: str = "") -> Proof:
    """One of both, checked and counted as at sign-in. Not inside a transaction: it would undo the count.

    InvalidValue (neither or both), CurrentPasswordWrong, TotpCodeInvalid (also without a second factor),
    AccountLocked, TooManyRequests, StaffHasNoAccount.
    """
    if bool(password) == bool(totp_code):
        raise InvalidValue(field="password", expected=ONE_PROOF)
    if staff.user_id is None:
        raise StaffHasNoAccount
    method = ProofMethod.PASSWORD if password else ProofMethod.TOTP
    if method == ProofMethod.PASSWORD:
        take_hashing("known")

    def check(user: User) -> None:
        if method == ProofMethod.PASSWORD:
            _check_password(user, password)
        else:
            _check_code(user, totp_code)

    attempt(staff.user_id, check, action="identity_proof")
    return Proof(staff, method, clock.now())


def _check_password(user: User, password: str) -> None:
    if not user.check_password(password) or not _is_active(user):
        raise CurrentPasswordWrong(field="password")


def _check_code(user: User, code: str) -> None:
    device = TotpDevice.objects.filter(user=user).exclude(confirmed_at=None).first()
    if device is None or not _is_active(user) or not totp.accept(device, totp_code=code):
        raise TotpCodeInvalid(field="totp_code")


def _is_active(user: User) -> bool:
    staff = getattr(user, "staff", None)
    return user.is_active and staff is not None and staff.status == StaffState.ACTIVE
