from drf_spectacular.utils import extend_schema

from apps.access.scoped.rows import RowViewSet
from apps.payments.channels.registry import CHANNELS
from apps.payments.models import PartnerChannel


@extend_schema(tags=["partners"])
class PartnerChannelViewSet(RowViewSet):
    """应用渠道: what third-party applications may do through which payment channel."""

    model = PartnerChannel
    resource = "payments.partner_channel"
    columns = (
        "hospital", "application", "channel", "operations", "order_limit_fen", "day_limit_fen", "card_day_limit_fen",
        "refund_day_limit_fen",
    )  # fmt: skip
    filters = ("hospital", "application", "channel")
    registries = {"channel": CHANNELS}
    fixed = ("hospital", "application", "channel")
    ordering = ["-id"]
