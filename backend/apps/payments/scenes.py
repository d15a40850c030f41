"""What patients are told by this app."""

from apps.messaging.scenes import scene

scene(
    "payment_returned",
    "支付退回",
    "{patient}您好,您在{hospital}支付的{amount}({order})未能生效({reason}),款项将按原路自动退回,无需操作。",
    {
        "patient": "thing1",
        "hospital": "thing2",
        "amount": "amount3",
        "order": "character_string4",
        "reason": "thing5",
    },
    page="pages/payments/index",
    en="Payment returned",
)
