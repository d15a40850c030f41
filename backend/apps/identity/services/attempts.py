"""Secrets are tried under the lock of the user's row, so that no number of parallel attempts beats the lock-out."""

import datetime as dt
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from apps.audit.services import record
from apps.identity.errors import AccountLocked, CurrentPasswordWrong, InvalidCredentials
from apps.identity.models import Hospital, User
from apps.identity.settings import SIGN_IN_LOCK_MINUTES, SIGN_IN_MAX_FAILURES
from kernel import clock
from kernel.errors import DomainError
from kernel.locks import lock_one

T = TypeVar("T")
COUNTED = (InvalidCredentials, CurrentPasswordWrong)


def attempt(user_id: UUID, check: Callable[[User], T], *, action: str) -> T:
    """`check(user)` with the row locked; AccountLocked while the account is locked.

    A refusal in COUNTED counts towards the lock-out, which commits before the refusal is raised again: never call this
    inside a transaction. Success and refusal are written to the operation log as `action` and `<action>_refused`.
    """
    refusal: DomainError | None = None
    with transaction.atomic():
        user = lock_one(User.objects.select_related("staff__hospital"), pk=user_id)
        try:
            _require_unlocked(user)
            with transaction.atomic():
                result = check(user)
        except DomainError as error:
            refusal = error
            if isinstance(error, COUNTED):
                _count_failure(user)
            log(user, f"{action}_refused", reason=error.code)
        else:
            _save(user, failures=0, locked_until=None)
            log(user, action)
    if refusal is not None:
        raise refusal
    return result


def hospital_of(user: User) -> Hospital | None:
    """Where the user works, if anywhere."""
    staff = getattr(user, "staff", None)
    return staff.hospital if staff else None


def log(user: User, action: str, **detail: str) -> None:
    """A line about this user in the operation log."""
    hospital = hospital_of(user)
    record(
        action=action,
        object_type="identity.user",
        object_id=user.pk,
        user_id=user.pk,
        actor=user.username,
        hospital_id=hospital.pk if hospital else None,
        detail=detail or None,
    )


def _require_unlocked(user: User) -> None:
    if user.locked_until and user.locked_until > clock.now():
        raise AccountLocked(retry_after=int((user.locked_until - clock.now()).total_seconds()) + 1)


def _count_failure(user: User) -> None:
    hospital = hospital_of(user)
    most = SIGN_IN_MAX_FAILURES.of(hospital) if hospital else SIGN_IN_MAX_FAILURES.default
    minutes = SIGN_IN_LOCK_MINUTES.of(hospital) if hospital else SIGN_IN_LOCK_MINUTES.default
    failures = user.failed_sign_ins + 1
    if failures >= most:
        _save(user, failures=0, locked_until=clock.now() + dt.timedelta(minutes=minutes))
    else:
        _save(user, failures=failures, locked_until=None)


def _save(user: User, *, failures: int, locked_until: dt.datetime | None) -> None:
    if (user.failed_sign_ins, user.locked_until) != (failures, locked_until):
        user.failed_sign_ins, user.locked_until = failures, locked_until
        user.save(update_fields=["failed_sign_ins", "locked_until"])
