"""Which ways to pay a hospital offers."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import get_language

from apps.payments.channels.base import PayMethod
from apps.payments.channels.registry import CHANNELS
from apps.payments.models import MerchantAccount


def merchants() -> QuerySet[MerchantAccount]:
    """All accounts at channels, for a scope to narrow."""
    return MerchantAccount.objects.all()


def belongs(channel: str, method: PayMethod, *, inside: str) -> bool:
    """Whether that can be done in the mini-program of the channel `inside`: another's mini-program is elsewhere."""
    return method != PayMethod.MINI_PROGRAM or channel == inside


def methods_without_asking(hospital_id: UUID, channel: str, *, inside: str) -> list[PayMethod]:
    """How a payment that names only the channel can be meant: one way, or several to choose from; none: not offered.

    Inside the channel's own mini-program it is that one.
    """
    rows = [row for row in offered(hospital_id, inside=inside) if row["channel"] == channel]
    methods = [PayMethod(value) for row in rows for value in row["methods"]]
    return [PayMethod.MINI_PROGRAM] if PayMethod.MINI_PROGRAM in methods else methods


def offered(hospital_id: UUID, *, inside: str) -> list[dict[str, Any]]:
    """Channels with an active merchant account: code, title in the request's language, methods.

    `inside`: the channel whose mini-program asks.
    """
    active = set(
        MerchantAccount.objects.filter(hospital_id=hospital_id, is_active=True).values_list(
            "channel", flat=True
        )
    )
    english = (get_language() or "").startswith("en")
    return [
        {
            "channel": spec.code,
            "title": spec.en if english else spec.zh,
            "methods": [m.value for m in spec.methods if belongs(spec.code, m, inside=inside)],
        }
        for spec in CHANNELS.values()
        if spec.code in active and spec.available and spec.online
    ]
