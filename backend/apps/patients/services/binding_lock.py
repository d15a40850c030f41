"""The lock-out after failed bindings, per account and per card and address (rules.md 2)."""

import datetime as dt

from apps.identity.models import Hospital, WeChatAccount
from apps.identity.services.guesses import GuessRule, begin_guess
from apps.patients.errors import BindingLocked, BindingSlowed
from apps.patients.models import BindingAttempt
from apps.patients.settings import BINDING_FAILURES, BINDING_LOCK_MINUTES, BINDING_SLOW_SECONDS
from kernel import clock

KEEP = dt.timedelta(days=2)


def begin_attempt(
    account: WeChatAccount, hospital: Hospital, card_number_index: bytes, *, ip: str | None
) -> int:
    """Count an attempt as failed until it succeeds. BindingLocked, BindingSlowed."""
    rule = GuessRule(
        BINDING_FAILURES.of(hospital), BINDING_LOCK_MINUTES.of(hospital), BINDING_SLOW_SECONDS.of(hospital),
        BindingLocked, BindingSlowed,
    )  # fmt: skip
    made: BindingAttempt = begin_guess(
        BindingAttempt.objects.all(), account=account, ip=ip, rule=rule, card_number_index=card_number_index
    )
    return made.pk


def forget_attempt(attempt: int) -> None:
    """It was no failure."""
    BindingAttempt.objects.filter(pk=attempt).delete()


def purge_attempts() -> int:
    """Remove attempts that can't lock anybody any more; returns how many."""
    deleted, _ = BindingAttempt.objects.filter(at__lt=clock.now() - KEEP).delete()
    return deleted
