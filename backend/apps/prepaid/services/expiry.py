"""赠送过期: bonuses whose time is over go back to the hospital, a bounded number at a time."""

import datetime as dt
import logging
from uuid import UUID

from django.db.models import F, Q

from apps.prepaid.models import LotPart, PrepaidLot
from apps.prepaid.services.engine import expire_bonus
from kernel import clock

logger = logging.getLogger(__name__)
Place = tuple[dt.datetime, UUID]


def expire_due(*, limit: int, after: Place | None = None) -> Place | None:
    """Expire up to `limit` bonuses, those that ended first first, each in its own transaction.

    `after`: where the call before has stopped. Returns where this one has; None: there is nothing behind it. What is
    held or just being used stays, and so does what fails: the next sweep sees. Safe to be cut short and to repeat.
    """
    due = PrepaidLot.objects.filter(
        part=LotPart.BONUS, expires_at__lte=clock.now(), left_fen__gt=F("held_fen")
    ).order_by("expires_at", "id")
    if after is not None:
        ended_at, pk = after
        due = due.filter(Q(expires_at__gt=ended_at) | Q(expires_at=ended_at, pk__gt=pk))
    lots = list(due[:limit])
    for lot in lots:
        try:
            expire_bonus(lot)
        except Exception:
            logger.exception("bonus %s cannot expire", lot.pk)  # the others do
    last = lots[-1] if len(lots) == limit else None
    return (last.expires_at, last.pk) if last is not None and last.expires_at is not None else None
