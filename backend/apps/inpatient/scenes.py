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
    en="Deposit received",
)
scene(
    "stay_settled",
    "出院结算",
    "{patient}您好,{hospital}住院号{number}已完成出院结算,费用合计{charged},退回押金{returned}。",
    {
        "patient": "thing1",
        "hospital": "thing2",
        "number": "character_string3",
        "charged": "amount4",
        "returned": "amount5",
    },
    page="pages/admissions/index",
    en="Stay settled",
)
scene(
    "stay_to_be_paid",
    "出院结算待补缴",
    "{patient}您好,{hospital}住院号{number}费用合计{charged},押金不足,请补缴{missing}后完成出院结算。",
    {
        "patient": "thing1",
        "hospital": "thing2",
        "number": "character_string3",
        "charged": "amount4",
        "missing": "amount5",
    },
    page="pages/admissions/index",
    en="Stay to be paid",
)
scene(
    "stay_paid_up",
    "出院结算完成",
    "{patient}您好,{hospital}住院号{number}已完成出院结算,费用合计{charged},其中补缴{paid}。",
    {
        "patient": "thing1",
        "hospital": "thing2",
        "number": "character_string3",
        "charged": "amount4",
        "paid": "amount5",
    },
    page="pages/admissions/index",
    en="Stay paid up",
)
