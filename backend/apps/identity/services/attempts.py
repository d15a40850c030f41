"""Secrets are tried under the lock of the user's row, so that no number of parallel attempts beats the lock-out."""

import datetime as dt
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from apps.audit.services import record
from apps.identity.errors import AccountLocked, CurrentPasswordWrong, InvalidCredentials, TotpCodeInvalid
from apps.identity.models import Hospital, KnownDevice, UnknownName, User
from apps.identity.services.devices import count_device_failure, is_known
from apps.identity.settings import SIGN_IN_LOCK_MINUTES, SIGN_IN_MAX_FAILURES
from kernel import clock
from kernel.crypto import blind_index
from kernel.errors import DomainError
from kernel.locks import lock_one

T = TypeVar("T")
COUNTED = (InvalidCredentials, CurrentPasswordWrong, TotpCodeInvalid)


def attempt(user_id: UUID, check: Callable[[User], T], *, action: str, known: KnownDevice | None = None) -> T:
    """`check(user)` with the row locked; AccountLocked while the account is locked.

    From a `known` device the lock does not count, nor do its failures lock the account: it has failures of its own.

    A refusal in COUNTED counts towards the lock-out, which commits before the refusal is raised again: never call this
    inside a transaction. Success and refusal are written to the operation log as `action` and `<action>_refused`.
    """
    refusal: DomainError | None = None
    with transaction.atomic():
        user = lock_one(User.objects.select_related("staff__hospital"), pk=user_id)
        if known is not None and not is_known(known):  # parallel guesses have used up its failures
            known = None
        try:
            if known is None:
                _require_unlocked(user.locked_until)
            with transaction.atomic():
                result = check(user)
        except DomainError as error:
            refusal = error
            if isinstance(error, COUNTED):
                _count_failure(user, known)
            log(user, f"{action}_refused", reason=error.code)
        else:
            if known is None:
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


def attempt_unknown(name: str, work: Callable[[], object]) -> None:
    """What `attempt` does, for a name that nobody has: the same locks, the same `work`. AccountLocked."""
    digest = blind_index(name, "sign_in").hex()
    with transaction.atomic():
        UnknownName.objects.bulk_create([UnknownName(digest=digest)], ignore_conflicts=True)
        row = lock_one(UnknownName.objects, pk=digest)
        locked = row.locked_until is not None and row.locked_until > clock.now()
        if not locked:
            work()
            row.failed_sign_ins, row.locked_until = _next(row.failed_sign_ins, _only_hospital())
            row.at = clock.now()
            row.save(update_fields=["failed_sign_ins", "locked_until", "at"])
        record(
            action="sign_in_refused",
            object_type="identity.user",
            object_id="",
            detail={"reason": AccountLocked.code if locked else "unknown_user"},
        )
    _require_unlocked(row.locked_until if locked else None)


def forget_unknown_names() -> int:
    """Delete what was counted for names that nobody has and that nobody tried for a month; returns how many."""
    return int(UnknownName.objects.filter(at__lte=clock.now() - dt.timedelta(days=30)).delete()[0])


def _only_hospital() -> Hospital | None:
    """Whose settings hold for a name that nobody has: those of the one hospital, if there is one."""
    found = list(Hospital.objects.filter(is_active=True)[:2])
    return found[0] if len(found) == 1 else None


def _require_unlocked(locked_until: dt.datetime | None) -> None:
    if locked_until and locked_until > clock.now():
        raise AccountLocked(retry_after=int((locked_until - clock.now()).total_seconds()) + 1)


def _count_failure(user: User, known: KnownDevice | None) -> None:
    hospital = hospital_of(user)
    if known is not None:
        most = SIGN_IN_MAX_FAILURES.of(hospital) if hospital else SIGN_IN_MAX_FAILURES.default
        count_device_failure(known, most)
        return
    failures, locked_until = _next(user.failed_sign_ins, hospital)
    _save(user, failures=failures, locked_until=locked_until)


def _next(failures: int, hospital: Hospital | None) -> tuple[int, dt.datetime | None]:
    """Failures and lock after one more failure."""
    most = SIGN_IN_MAX_FAILURES.of(hospital) if hospital else SIGN_IN_MAX_FAILURES.default
    minutes = SIGN_IN_LOCK_MINUTES.of(hospital) if hospital else SIGN_IN_LOCK_MINUTES.default
    if failures + 1 >= most:
        return 0, clock.now() + dt.timedelta(minutes=minutes)
    return failures + 1, None


def _save(user: User, *, failures: int, locked_until: dt.datetime | None) -> None:
    if (user.failed_sign_ins, user.locked_until) != (failures, locked_until):
        user.failed_sign_ins, user.locked_until = failures, locked_until
        user.save(update_fields=["failed_sign_ins", "locked_until"])
