from apps.payments.happenings import happenings
from apps.prepaid.models import HoldState, LotPart, MovementKind
from kernel.words import values

happenings({
    "prepaid_top_up": ("预付款充值", "Top-up of prepaid money"),
    "prepaid_transfer": ("预付款转账", "Prepaid money moved"),
    "prepaid_expired": ("赠送过期", "Bonus expired"), "prepaid_consume": ("预付款消费", "Prepaid money used"),
    "prepaid_refund": ("预付款退款", "Prepaid money paid back"),
    "prepaid_return": ("预付款退回", "Prepaid money returned"),
})  # fmt: skip
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
