"""Passwords: one-time ones given by an administrator, and changing one's own."""

import secrets

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from apps.identity.errors import CurrentPasswordWrong, StaffHasNoAccount, WeakPassword
from apps.identity.models import AuthSession, StaffMember, User
from apps.identity.services.attempts import attempt, log
from apps.identity.services.devices import forget_devices
from apps.identity.services.sessions import end_sessions
from kernel.locks import lock_one

_ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def one_time_password() -> str:
    """14 characters that can be read out, about 80 bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(14))


def change_password(user: User, *, session: AuthSession, current: str, new: str) -> None:
    """Set a new password and sign all other devices out; CurrentPasswordWrong, WeakPassword, AccountLocked."""

    def check(locked: User) -> None:
        if not locked.check_password(current):
            raise CurrentPasswordWrong(field="current_password")
        check_strength(new, locked)
        if new == current:
            raise WeakPassword(field="new_password", reasons=["password_unchanged"])
        locked.set_password(new)
        locked.must_change_password = False
        locked.save(update_fields=["password", "must_change_password"])
        end_sessions(user_id=locked.pk, keep=session)
        forget_devices(locked.pk)

    attempt(user.pk, check, action="password_change")


@transaction.atomic
def reset_password(staff: StaffMember, *, must_change: bool = True) -> str:
    """A new password, told once; unlocks the account and signs all its devices out. StaffHasNoAccount.

    It holds for one sign-in, unless `must_change` is false: for accounts that nothing real hangs on.
    """
    if staff.user_id is None:
        raise StaffHasNoAccount
    user = lock_one(User.objects, pk=staff.user_id)
    password = one_time_password()
    user.set_password(password)
    user.must_change_password, user.failed_sign_ins, user.locked_until = must_change, 0, None
    user.save(update_fields=["password", "must_change_password", "failed_sign_ins", "locked_until"])
    end_sessions(user_id=user.pk)
    forget_devices(user.pk)
    log(user, "password_reset")
    return password


def check_strength(password: str, user: User) -> None:
    """WeakPassword with the codes of the rules that `password` breaks."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        reasons = sorted({str(item.code) for item in error.error_list})
        raise WeakPassword(field="new_password", reasons=reasons) from error
