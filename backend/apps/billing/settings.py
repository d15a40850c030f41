import datetime as dt

from apps.identity.models import Hospital
from apps.identity.settings import Setting, define, section
from apps.payments.settings import REFUND_ROUTES
from kernel import clock
from kernel.errors import Expectation

NO_PREPAYMENT = Expectation(
    "no_outpatient_prepayment",
    "公立、军队及医保定点医院不得收取门诊预交金,不能开通",
    "Public, military and insurance-designated hospitals may take no outpatient prepayment: it stays off.",
)


def _no_prepayment(hospital: Hospital, value: bool) -> Expectation | None:
    return NO_PREPAYMENT if value and hospital.bars_outpatient_prepayment else None


section("收费与就诊卡", "Billing and cards", "billing.")

PUSH_UNPAID = define(
    Setting(
        "billing.push_unpaid",
        False,
        "待缴费账单推送通知",
        "Patients are told of every new bill",
    )
)
ORDER_MINUTES = define(
    Setting(
        "payment.order_minutes",
        30,
        "支付单有效分钟数",
        "Minutes in which an opened payment can be made",
        minimum=2,
        maximum=1_440,
    )
)
INVOICE_DESK = define(
    Setting(
        "billing.invoice_desk",
        "急诊收费处",
        "发票首次打印窗口(空 = 不限)",
        "Desk where the first copy of an invoice is printed (blank = any)",
    )
)
PAPER_INVOICES = define(
    Setting(
        "billing.paper_invoices", False, "发票打印在领用的编号票据上", "Invoices are printed on numbered paper forms",
    )
)  # fmt: skip

CARD_TOP_UP_ENABLED = define(
    Setting(
        "billing.card_top_up_enabled", False, "开通就诊卡充值", "Cards can be topped up", barred=_no_prepayment
    )
)  # fmt: skip
CARD_TOP_UP_MIN_FEN = define(
    Setting(
        "billing.card_top_up_min_fen",
        100,
        "单次充值下限",
        "Least that a top-up may be",
        minimum=1,
        maximum=1_000_000,
    )
)
CARD_TOP_UP_MAX_FEN = define(
    Setting(
        "billing.card_top_up_max_fen",
        500_000,
        "单次充值上限",
        "Most that a top-up may be",
        minimum=1,
        maximum=10_000_000,
    )
)
CARD_MAX_BALANCE_FEN = define(
    Setting(
        "billing.card_max_balance_fen",
        2_000_000,
        "就诊卡余额上限",
        "Most that a card may hold",
        minimum=1,
        maximum=100_000_000,
    )
)
OUTPATIENT_REFUND_ROUTE = define(
    Setting(
        "billing.outpatient_refund_route",
        "original",
        "其他门诊账单的退费途径",
        "How other outpatient bills go back",
        choices=REFUND_ROUTES,
    )
)
CARD_REFUND_ROUTE = define(
    Setting(
        "billing.card_refund_route",
        "original",
        "就诊卡余额的退费途径",
        "How the balance of a card goes back",
        choices=REFUND_ROUTES,
    )
)
REFUND_COUNTER_NOTE = define(
    Setting(
        "billing.refund_counter_note",
        "请先补打发票,携带就诊卡和发票到窗口办理",
        "窗口退费须知",
        "What to bring for a refund at the counter",
    )
)
REFUND_APPROVAL = define(
    Setting(
        "billing.refund_approval",
        "clinic_fee",
        "窗口退费须医生审批的账单",
        "Bills whose refund at the window a doctor approves",
        choices=("clinic_fee", "every_bill"),
    )
)
REFUND_REPRINT = define(
    Setting(
        "billing.refund_reprint",
        "clinic_fee",
        "窗口退费前须补打发票的账单",
        "Bills whose invoice is reprinted before a refund at the window",
        choices=("clinic_fee", "every_bill"),
    )
)


def order_expires_at(hospital: Hospital) -> dt.datetime:
    """When an order that is opened now can no longer be paid."""
    return clock.now() + dt.timedelta(minutes=ORDER_MINUTES.of(hospital))
