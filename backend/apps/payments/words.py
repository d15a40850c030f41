from apps.payments.channels.base import PayMethod
from apps.payments.channels.registry import CHANNELS, channel_words
from apps.payments.happenings import happening_words, happenings
from apps.payments.models.grant import PartnerOperation
from apps.payments.models.ledger import AccountKind
from apps.payments.models.order import CloseCause, PaymentOrigin, ReturnCause
from apps.payments.models.refund import RefundCause, RefundRoute
from apps.payments.owners import owner_words
from apps.payments.payers import PayerType
from apps.payments.states import AttemptState, OrderState, RefundState
from kernel.known_words import subjects
from kernel.words import (
    Key,
    ValueWords,
    choices,
    keys,
    known,
    objects,
    of,
    operations,
    properties,
    references,
    resources,
    technical,
    values,
)

properties(
    accepted_at=("受理时间", "Accepted"),
    account_id=("账户", "Account"), account_kind=("科目", "Kind of account"),
    account_owner=("账户归属", "Account of"), account_owner_name=("账户归属", "Account of"),
    accounts=("账户数", "Accounts"), alarmed_at=("告警时间", "Alarmed"),
    application=("应用", "Application"), as_of=("截至时间", "As of"), attempts=("支付尝试", "Attempts"),
    available=("可用", "Available"), balance_fen=("余额", "Balance"), card_id=("就诊卡", "Card"),
    cause=("原因", "Cause"), channel_refund_id=("渠道退款单号", "Channel's refund id"),
    channel_refund_no=("渠道退款请求号", "Refund number at the channel"), client=("前端支付参数", "For the client"),
    close_cause=("关闭原因", "Why it was closed"), closed_at=("关闭时间", "Closed"), config=("配置", "Configuration"),
    config_fields=("配置项", "Fields of the configuration"), created_from=("创建起", "Created from"),
    created_to=("创建止", "Created to"), credit_fen=("贷方", "Credit"), debit_fen=("借方", "Debit"),
    decision_id=("退费决定标识", "Decision"), entries=("分录", "Entries"),
    is_refundable=("可退费", "Can be refunded"),
    his_notified_at=("告知 HIS 时间", "HIS told"), methods=("支付方式", "Methods"),
    notify_url=("回调地址", "Callback address"), online=("线上", "Online"), opened_by_id=("开单人", "Opened by"),
    opened_by_name=("开单人姓名", "Opened by"), optional=("选填项", "Optional"),
    order_id=("支付订单", "Payment order"), order_no=("订单号", "Order number"), origin=("订单来源", "Origin"),
    out_trade_no=("商户订单号", "Merchant's order number"), owner=("归属", "Owner"), paid_at=("支付时间", "Paid"),
    paid_fen=("实付金额", "Amount paid"), payer_type=("费别", "Payer"), posted_at=("入账时间", "Posted"),
    posted_from=("入账起", "Posted from"), posted_on=("入账日期", "Posted on"),
    corrects_date=("更正日期", "Corrects"), posted_to=("入账止", "Posted to"),
    posting_error=("入账错误", "Posting error"), posting_tries=("入账尝试次数", "Tries to post"),
    reference=("凭证号", "Reference"), refund_id=("退费", "Refund"), refund_no=("退费单号", "Refund number"),
    refunded_fen=("已退金额", "Refunded"), refunds=("退费", "Refunds"), reissued=("重新退款次数", "Sent again"),
    return_cause=("退回原因", "Why it was returned"), returned_at=("退回时间", "Returned"),
    change_fen=("找零", "Change"), held_at=("收到时间", "Held since"), held_fen=("已收部分", "Held of it"),
    is_leg=("分笔支付", "One of several tenders"), is_slip=("刷卡", "By card machine"),
    route=("退费途径", "Route"), secrets=("密钥项", "Secret fields"), shown_config=("已配置内容", "Configured"),
    succeeded_at=("成功时间", "Succeeded"), tendered_fen=("实收金额", "Tendered"),
    transaction=("流水", "Transaction"), transaction_id=("渠道交易号", "Channel's transaction id"),
    application_id=("第三方应用", "Application"), application_name=("第三方应用名称", "Application"),
    operations=("允许的操作", "Operations"), order_limit_fen=("单笔限额", "Limit of an order"),
    day_limit_fen=("每日限额", "Limit of a day"), card_day_limit_fen=("每患者每日限额", "Limit of a patient and day"),
    refund_day_limit_fen=("每日退款限额", "Limit of a day's refunds"),
    stuck=("卡单", "Stuck"), paid_from=("支付起", "Paid from"), paid_to=("支付止", "Paid to"),
)  # fmt: skip
of("PaymentOrder", "StaffOrder", "WholeOrder", "OpenedOrder", scene=("支付场景", "Scene"))
of("Refund", "StaffRefund", cause=("退费原因", "Cause"))
of("LedgerTransaction", "WholeLedgerTransaction", key=("业务键", "Key"))
of("ChannelCode", "OfferedChannel", code=("渠道编码", "Code"))

references("payment_orders", "order_id")
references("partner_applications", "application_id")
references("staff", "opened_by_id")
references("refunds", "refund_id")

CONFIG = {
    "mchid": ("商户号", "Merchant id"), "appid": ("应用 AppID", "App id"),
    "serial_no": ("商户证书序列号", "Serial number of the certificate"), "private_key": ("商户私钥", "Private key"),
    "apiv3_key": ("APIv3 密钥", "APIv3 key"), "public_key_id": ("微信支付公钥 ID", "Id of WeChat Pay's key"),
    "public_key": ("微信支付公钥", "WeChat Pay's key"), "base_url": ("接口地址", "Address of the API"),
    "gateway": ("网关地址", "Gateway"), "app_id": ("应用 AppID", "App id"), "seller_id": ("收款账号 ID", "Seller id"),
    "alipay_public_key": ("支付宝公钥", "Alipay's key"), "op_app_id": ("小程序 AppID", "App id of the mini-program"),
    "return_url": ("支付后返回地址", "Where payers return to"), "file_gateway": ("对账文件网关", "Gateway of files"),
    "mer_id": ("商户号", "Merchant id"), "sign_key": ("签名私钥", "Signing key"),
    "sign_cert": ("签名证书", "Signing certificate"), "root_certificate": ("根证书", "Root certificate"),
    "middle_certificate": ("中级证书", "Intermediate certificate"),
    "certificate_names": ("验签证书名称", "Names of certificates"),
}  # fmt: skip


def _config_keys() -> dict[str, Key]:
    """What the configurations of all channels have, each key with its channels."""
    of_channel = {code: {*spec.fields, *spec.optional} for code, spec in CHANNELS.items()}
    return {
        key: Key(*words, {"channel": tuple(code for code, known in of_channel.items() if key in known)})
        for key, words in CONFIG.items()
    }


keys(_config_keys, "config", "shown_config")

resources(
    ledger_accounts=("账户", "ledger account", "ledger accounts"),
    ledger_accounts_entries=("账户明细", "entry of an account", "entries of an account"),
    ledger_transactions=("资金流水", "ledger transaction", "ledger transactions"),
    partner_channels=("应用渠道", "channel of an application", "channels of applications"),
    merchant_accounts=("商户号", "merchant account", "merchant accounts"),
    payment_applications=("接入应用", "application", "applications"),
    payment_channels=("支付渠道", "payment channel", "payment channels"),
    payment_orders=("支付订单", "payment order", "payment orders"),
    payment_orders_channels=("支付方式", "way to pay", "ways to pay"), refunds=("退费记录", "refund", "refunds"),
)  # fmt: skip

operations(
    ledger_transactions_export=("导出资金流水", "Export ledger transactions"),
    ledger_trial_balance=("试算平衡表", "Trial balance"),
    payment_orders_create=("开具支付订单", "Open a payment order"),
    payment_orders_cancel=("关闭支付订单", "Close a payment order"),
    payment_orders_refund_quote=("退费试算", "Quote a refund"),
    payment_orders_settle=("窗口收款", "Take money at the counter"),
    payment_orders_receipt=("下载收费凭条", "Download the charge receipt"),
    payment_orders_show_code=("出示付款码", "Show a code to pay by"),
    payment_orders_withdraw_codes=("撤回付款码", "Withdraw the codes shown"),
    payment_orders_export=("导出支付订单", "Export payment orders"), payment_orders_pay=("去支付", "Pay"),
    payment_orders_pay_with_card=("就诊卡余额支付", "Pay out of the card"),
    payment_orders_refund=("申请退费", "Ask for a refund"),
    refunds_void_slip=("撤销刷卡", "Confirm a voided slip"), refunds_pay_out=("现金退款", "Pay out in cash"),
    refunds_reissue=("重新退款", "Send a refund again"), refunds_export=("导出退费记录", "Export refunds"),
)  # fmt: skip

values(PayerType, {
    "self_pay": ("自费", "Self-pay"), "employee_insurance": ("职工医保", "Employees' insurance"),
    "resident_insurance": ("居民医保", "Residents' insurance"),
    "commercial_insurance": ("商业保险", "Commercial insurance"),
    "public_medical_care": ("公费医疗", "Public medical care"),
})  # fmt: skip
values(PaymentOrigin, {
    "online": ("线上", "Online"), "counter": ("窗口", "Counter"), "recorded": ("补记", "Recorded"),
})  # fmt: skip
values(CloseCause, {
    "expired": ("超时未支付", "Not paid in time"), "given_up": ("用户取消", "Given up by the payer"),
    "given_up_by_staff": ("工作人员关闭", "Closed by staff"), "hold_expired": ("号源已释放", "The hold expired"),
    "appointment_cancelled": ("已退号", "The appointment was cancelled"), "rescheduled": ("已改期", "Rescheduled"),
    "bill_cancelled": ("账单已取消", "The bill was cancelled"), "paid_at_his": ("已在医院系统支付", "Paid at HIS"),
    "paid_at_window": ("已在窗口支付", "Paid at the window"),
})  # fmt: skip
values(ReturnCause, {
    "hold_expired": ("号源已释放", "The hold expired"),
    "changed": ("费用已变更或已支付", "The charge changed or was paid"),
    "refused": ("无法入账", "It could not be posted"),
    "not_posted_in_time": ("医院系统暂不可用", "HIS could not be reached in time"),
    "paid_at_window": ("已在窗口支付", "Paid at the window"), "reversed": ("窗口已冲正", "Reversed at the window"),
})  # fmt: skip
values(AccountKind, {
    "clearing": ("渠道待清算", "Clearing"), "unposted_receipts": ("未入账收款", "Unposted receipts"),
    "revenue": ("收入", "Revenue"), "refunds_payable": ("应退款", "Refunds payable"),
    "differences": ("对账差异", "Differences"), "promotions": ("赠送", "Promotions"),
    "over_suspense": ("长款待处理", "Overs to explain"), "short_receivable": ("短款应收", "Shorts to be made good"),
    "bank": ("银行存款", "Bank"), "channel_fees": ("渠道手续费", "Channel fees"),
    "cash_drawer": ("钱箱现金", "Cash in the drawer"), "cash_in_transit": ("在途现金", "Cash in transit"),
    "booking_deposit": ("预约定金", "Booking deposit"), "stored_value": ("储值", "Stored value"),
    "inpatient_deposit": ("住院押金", "Inpatient deposit"), "card_balance": ("就诊卡余额", "Card balance"),
})  # fmt: skip
values(
    RefundRoute,
    {"original": ("原路退回", "Original route"), "counter_cash": ("窗口现金", "Cash at the counter")},
)
values(RefundCause, {
    "patient": ("患者申请", "Asked for by the patient"), "window": ("窗口退费", "At the window"),
    "cancelled": ("退号", "The appointment was cancelled"), "reversed": ("冲正", "Reversal"),
    "overpayment": ("重复支付", "Overpayment"), "not_posted": ("未能入账", "Not posted"),
    "late": ("支付过晚", "Paid too late"), "incomplete": ("未付清退回", "The rest was never paid"),
})  # fmt: skip
values(PayMethod, {
    "mini_program": ("小程序", "Mini-program"), "qr_code": ("二维码", "QR code"), "wap": ("手机网页", "Mobile web"),
    "app": ("App", "App"), "counter": ("窗口", "Counter"), "recorded": ("补记", "Recorded"),
    "balance": ("余额", "Balance"),
})  # fmt: skip
values(PartnerOperation, {
    "pay": ("缴费", "Pay bills"), "top_up": ("充值", "Top up cards"), "refund": ("退款", "Refund"),
})  # fmt: skip
values(OrderState, {
    "pending": ("待支付", "Pending", "warning"), "paid_unposted": ("已支付待入账", "Paid, not posted", "info"),
    "posted": ("已入账", "Posted", "success"), "returning": ("退回中", "Being returned", "warning"),
    "returned": ("已退回", "Returned"), "closed": ("已关闭", "Closed"),
})  # fmt: skip
values(AttemptState, {
    "created": ("已创建", "Created"), "open": ("待支付", "Open", "warning"),
    "held": ("已收待付清", "Held", "info"), "returned": ("未付清已退", "Returned"),
    "succeeded": ("成功", "Succeeded", "success"), "overpayment": ("重复支付", "Overpayment", "danger"),
    "closed": ("已关闭", "Closed"), "failed": ("失败", "Failed", "danger"),
})  # fmt: skip
values(RefundState, {
    "created": ("已创建", "Created", "info"), "processing": ("退款中", "Processing", "warning"),
    "succeeded": ("已退款", "Succeeded", "success"), "failed": ("退款失败", "Failed", "danger"),
    "cancelled": ("已取消", "Cancelled"),
})  # fmt: skip
choices({
    "cash": ("现金", "Cash"), "pos": ("刷卡 (POS)", "Card machine"), "card_balance": ("就诊卡余额", "Card balance"),
})  # fmt: skip
choices({"CNY": ("人民币", "Renminbi")})

subjects({"payments.order": ("支付订单", "Payment order")})
objects({
    "payments.paymentattempt": ("支付尝试", "Payment attempt"),
    "payments.merchantaccount": ("商户号", "Merchant account"),
    "payments.partnerchannel": ("应用渠道", "Channel of an application"),
    "payments.paymentorder": ("支付订单", "Payment order"),
    "payments.refund": ("退费", "Refund"),
    "payments.ledger": ("资金账", "Ledger"),
})  # fmt: skip


happenings({
    "paid": ("收款", "Payment"), "posted": ("收款入账", "Posting of a payment"),
    "refund_decided": ("决定退费", "Refund decided on"), "refunded": ("退款", "Refund"),
    "refund_cancelled": ("取消退费", "Refund cancelled"),
})  # fmt: skip
of("LedgerAccount", "TotalLine", "TrialBalanceRow", owner_name=("归属名称", "Owner"))
known(
    "LedgerKind", happening_words, "kind", "LedgerTransaction", "WholeLedgerTransaction", "ledger_transactions_list",
    "ledger_transactions_export",
)  # fmt: skip
technical("ledger_accounts_list", "owner")
owner_words({"rounding": ("尾差", "Rounding")})


def application_words() -> dict[str, ValueWords]:
    """The product's own; those of partners have names of their own."""
    return {"window": ValueWords("窗口", "Window"), "miniprogram": ValueWords("小程序", "Mini-program")}


known(
    "ChannelCode", channel_words, "channel",
    "Attempt", "OpenedAttempt", "MerchantAccount", "MerchantAccountChange", "PartnerChannel", "StaffOrder",
    "StaffRefund", "WholeOrder",
    "payment_orders_list", "payment_orders_options_list", "partner_channels_list",
)  # fmt: skip
known(
    "ApplicationCode", application_words, "application", "StaffOrder", "StaffRefund", "WholeOrder",
    "payment_orders_list", "payment_orders_options_list",
)  # fmt: skip
of(
    "Problem", limit_fen=("限额", "Limit"), most_yuan=("最多金额(元)", "Most, in yuan"),
    operation=("操作", "Operation"), which=("超出的限额", "Which limit"),
)  # fmt: skip
