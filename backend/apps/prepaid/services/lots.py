"""Which lots an amount comes out of: a pure function of the lots, so that it can be proven by itself."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from apps.payments.errors import InsufficientBalance
from apps.prepaid.kinds import Use
from apps.prepaid.models import LotPart, PrepaidLot

_NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Recharge:
    """One recharge: what is free of its principal and of its bonus."""

    principal: PrepaidLot | None
    bonus: PrepaidLot | None

    def free(self, part: LotPart, now: dt.datetime) -> int:
        """What can be used of that part; an expired bonus cannot."""
        lot = self.principal if part == LotPart.PRINCIPAL else self.bonus
        if lot is None or (lot.expires_at is not None and lot.expires_at <= now):
            return 0
        return lot.left_fen - lot.held_fen

    @property
    def order(self) -> tuple[dt.datetime, object]:
        """Earliest bonus expiry first, then the oldest."""
        lots = [lot for lot in (self.principal, self.bonus) if lot is not None]
        ends = self.bonus.expires_at if self.bonus is not None and self.bonus.left_fen else None
        return ends or _NEVER, min(lot.pk for lot in lots)


def recharges_of(lots: Iterable[PrepaidLot]) -> list[Recharge]:
    """The lots by their source, in the order of use."""
    by_source: dict[str, dict[str, PrepaidLot]] = {}
    for lot in lots:
        by_source.setdefault(lot.source, {})[lot.part] = lot
    found = [Recharge(parts.get(LotPart.PRINCIPAL), parts.get(LotPart.BONUS)) for parts in by_source.values()]
    return sorted(found, key=lambda recharge: recharge.order)


def plan(
    lots: Sequence[PrepaidLot], amount_fen: int, use: Use, now: dt.datetime, *, principal_only: bool = False
) -> list[tuple[PrepaidLot, int]]:
    """(lot, fen) pairs that add up to the amount. InsufficientBalance if what is free does not suffice."""
    taken: list[tuple[PrepaidLot, int]] = []
    left = amount_fen
    for recharge in recharges_of(lots):
        principal = recharge.free(LotPart.PRINCIPAL, now)
        bonus = 0 if principal_only else recharge.free(LotPart.BONUS, now)
        wanted = min(left, principal + bonus)
        from_bonus = _bonus_share(wanted, principal, bonus, use)
        for lot, fen in ((recharge.principal, wanted - from_bonus), (recharge.bonus, from_bonus)):
            if lot is not None and fen:
                taken.append((lot, fen))
        left -= wanted
        if not left:
            return taken
    raise InsufficientBalance


def _bonus_share(wanted: int, principal: int, bonus: int, use: Use) -> int:
    """How much of it is bonus; never more than there is, nor leaves more than the principal."""
    if use == Use.BONUS_FIRST:
        share = wanted
    elif use == Use.PRINCIPAL_FIRST:
        share = wanted - principal
    else:
        share = wanted * bonus // (principal + bonus) if bonus else 0
    return min(max(share, wanted - principal, 0), bonus)
