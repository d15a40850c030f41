"""Base class of the mini-program's API."""

from typing import Any

from apps.access.scoped.permissions import IsPatientAccount
from apps.identity.models import WeChatAccount
from kernel.http.views import GenericViewSet


class OwnViewSet(GenericViewSet[Any]):
    """What a mini-program account sees and does: its own, and that of the patients whose cards it has bound."""

    permission_classes = [IsPatientAccount]
    lookup_value_converter = "uuid"

    @property
    def account(self) -> WeChatAccount:
        """Who asks."""
        account: WeChatAccount = self.request.user.wechat  # type: ignore[union-attr]
        return account
