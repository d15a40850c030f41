"""就诊卡余额 as a prepaid account."""

from apps.billing.settings import CARD_MAX_BALANCE_FEN
from apps.payments.types import AccountKind
from apps.prepaid.kinds import PrepaidKind, define_prepaid

CARD_BALANCE = define_prepaid(
    PrepaidKind(AccountKind.CARD_BALANCE, "就诊卡余额", "Card balance", cap=CARD_MAX_BALANCE_FEN.of)
)
