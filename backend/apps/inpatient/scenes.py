"""What patients are told by this app."""

from apps.messaging.scenes import scene

scene(
    "deposit_received",
    "押金到账",
    "{patient}您好,{hospital}已收到住院号{number}的住院押金{amount},缴纳时间{time}。",
    {
        "patient": "thing1",
        "hospital": "thing2",
        "number": "character_string3",
        "amount": "amount4",
        "time": "time5",
    },
    page="pages/admissions/index",
)
