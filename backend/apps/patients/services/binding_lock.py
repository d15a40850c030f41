"""The lock-out after failed bindings, per account and per card (rules.md 2)."""

import datetime as dt
from typing import Any

from django.db import connection, transaction

from apps.identity.models import Hospital, WeChatAccount
from apps.patients.errors import BindingLocked
from apps.patients.models import BindingAttempt
from apps.patients.settings import BINDING_FAILURES, BINDING_LOCK_MINUTES
from kernel import clock

KEEP = dt.timedelta(days=2)


@transaction.atomic
def begin_attempt(account: WeChatAccount, hospital: Hospital, card_number_index: bytes) -> int:
    """Count an attempt as failed until it succeeds, so that parallel guesses count too. BindingLocked."""
    WeChatAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(card_number_index[:8], "big", signed=True)]
        )
    _refuse_if_locked(hospital, account=account)
    _refuse_if_locked(hospital, card_number_index=card_number_index)
    return BindingAttempt.objects.create(account=account, card_number_index=card_number_index).pk


def forget_attempt(attempt: int) -> None:
    """It was no failure."""
    BindingAttempt.objects.filter(pk=attempt).delete()


def purge_attempts() -> int:
    """Remove attempts that can't lock anybody any more; returns how many."""
    deleted, _ = BindingAttempt.objects.filter(at__lt=clock.now() - KEEP).delete()
    return deleted


def _refuse_if_locked(hospital: Hospital, **lookup: Any) -> None:
    """Locked: the last failures, as many as allowed, lie within one window, and the newest is younger than it."""
    window = dt.timedelta(minutes=BINDING_LOCK_MINUTES.of(hospital))
    most = BINDING_FAILURES.of(hospital)
    failures = list(
        BindingAttempt.objects.filter(**lookup).order_by("-at").values_list("at", flat=True)[:most]
    )
    if len(failures) < most or failures[0] - failures[-1] > window:
        return
    left = failures[0] + window - clock.now()
    if left > dt.timedelta():
        raise BindingLocked(retry_after=int(left.total_seconds()) + 1)
