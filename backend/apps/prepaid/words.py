from apps.prepaid.models import HoldState, LotPart, MovementKind
from kernel.words import values

values(LotPart, {"principal": ("本金", "Principal"), "bonus": ("赠送", "Bonus")})
values(MovementKind, {
    "top_up": ("充值", "Top-up"), "bonus": ("赠送", "Bonus"), "consume": ("消费", "Consumption"),
    "transfer_out": ("转出", "Transfer out"), "transfer_in": ("转入", "Transfer in"), "refund": ("退款", "Refund"),
    "return": ("退回", "Return"), "hold": ("冻结", "Hold"), "release": ("解冻", "Release"),
    "expire": ("赠送过期", "Bonus expired"),
})  # fmt: skip
values(HoldState, {
    "open": ("冻结中", "Open", "warning"), "consumed": ("已消费", "Consumed", "success"),
    "released": ("已解冻", "Released"),
})  # fmt: skip
