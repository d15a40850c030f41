"""Which ways to pay a hospital offers."""

from typing import Any
from uuid import UUID

from django.utils.translation import get_language

from apps.payments.channels.registry import CHANNELS
from apps.payments.models import MerchantAccount


def offered(hospital_id: UUID) -> list[dict[str, Any]]:
    """Channels with an active merchant account: code, title in the request's language, methods."""
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
            "methods": [method.value for method in spec.methods],
        }
        for spec in CHANNELS.values()
        if spec.code in active and spec.available and spec.online
    ]
