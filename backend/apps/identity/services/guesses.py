"""Guessing what belongs to a card or a number: counted as failed until right, so that parallel guesses count too.

Failures lock the account, and the pair of subject and caller's address. The subject alone is only slowed, never locked:
a stranger could lock its owner out. Slowed means that an account has to come a second time, some seconds later; it
waits on nobody but itself.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from apps.identity.models import WeChatAccount
from kernel import clock
from kernel.addresses import home_of
from kernel.errors import DomainError

#: A slowed account that does not come back within this has to wait anew.
PATIENCE = dt.timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class GuessRule:
    """How many failures lock for how long, how long a crowded subject is slowed, and the words of both."""

    failures: int
    minutes: int
    slow_seconds: int
    locked: type[DomainError]
    slowed: type[DomainError]


def begin_guess(
    rows: QuerySet[Any], *, account: WeChatAccount, ip: str | None, rule: GuessRule, **subject: Any
) -> Any:
    """Count a guess at `subject` (columns of `rows` that are also written); its row. `rule.locked`, `rule.slowed`.

    `rows` are the failures and slowed tries, with `account`, `ip`, `at` and `slowed`. Not inside a transaction.
    """
    made = _count(rows, account, home_of(ip), rule, subject)
    if made is None:
        raise rule.slowed(retry_after=rule.slow_seconds)
    return made


@transaction.atomic
def _count(
    rows: QuerySet[Any], account: WeChatAccount, ip: str | None, rule: GuessRule, subject: Mapping[str, Any]
) -> Any:
    """The counted row; None: the subject is crowded and the account has not waited."""
    WeChatAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
    digest = hashlib.sha256(repr(sorted(subject.items())).encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(digest[:8], "big", signed=True)])
    failures = rows.filter(slowed=False)
    for found in (failures.filter(account=account), failures.filter(**subject, ip=ip)):
        left = _left(found, rule)
        if left > dt.timedelta():
            raise rule.locked(retry_after=int(left.total_seconds()) + 1)
    waited = rows.filter(slowed=True, account=account, **subject)
    if _left(failures.filter(**subject), rule) > dt.timedelta() and not _has_waited(waited, rule):
        if not waited.filter(at__gt=clock.now() - PATIENCE).exists():
            rows.create(account=account, ip=ip, slowed=True, **subject)
        return None
    waited.delete()
    return rows.create(account=account, ip=ip, **subject)


def _has_waited(waited: QuerySet[Any], rule: GuessRule) -> bool:
    now = clock.now()
    return waited.filter(
        at__gt=now - PATIENCE, at__lte=now - dt.timedelta(seconds=rule.slow_seconds)
    ).exists()


def _left(failures: QuerySet[Any], rule: GuessRule) -> dt.timedelta:
    """How long the last failures lock: as many as allowed within one window, the newest younger than it."""
    window = dt.timedelta(minutes=rule.minutes)
    times = list(failures.order_by("-at").values_list("at", flat=True)[: rule.failures])
    if len(times) < rule.failures or times[0] - times[-1] > window:
        return dt.timedelta()
    left: dt.timedelta = times[0] + window - clock.now()
    return left
