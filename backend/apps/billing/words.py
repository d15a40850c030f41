from apps.billing.models.bill import BillKind, BillSource, CancelCause, ItemCategory
from apps.billing.models.paper import InvoiceKind
from apps.billing.states import BillStatus, PaperState, RangeState, RefundRequestState, TopUpState
from apps.payments.channels.registry import channel_words
from apps.payments.happenings import happening_words
from apps.payments.words import application_words
from kernel.known_words import subjects
from kernel.words import (
    choices,
    help_of,
    known,
    objects,
    of,
    operations,
    properties,
    references,
    references_of,
    resources,
    values,
)

properties(
    payer=("付款人标识", "Payer"),
    allocation=("分摊", "Allocation"), approval_id=("审批", "Approval"),
    bill_amount_fen=("账单金额", "Amount of the bill"), bill_id=("账单", "Bill"), bill_ids=("账单列表", "Bills"),
    bill_no=("账单号", "Bill number"), bills=("账单", "Bills"), cancel_cause=("取消原因类别", "Cause"),
    check_code=("校验码", "Check code"), credited_at=("到账时间", "Credited"),
    department_code=("科室编码", "Department code"), desk=("窗口", "Desk"),
    e_check_code=("电子票据校验码", "E-receipt check code"), e_code=("电子票据代码", "E-receipt code"),
    has_invoice=("已开发票", "Has an invoice"),
    may_execute=("可由我执行", "Mine to execute"),
    e_number=("电子票据号码", "E-receipt number"), executed_at=("执行时间", "Executed"),
    executed_by_name=("执行人", "Executed by"), external_id=("外部标识", "External id"),
    failed_fen=("失败金额", "Failed"), invoice_no=("发票号", "Invoice number"), is_mandatory=("必缴", "Mandatory"),
    is_payable=("可缴费", "Can be paid"), is_reversed=("已冲红", "Was reversed"), issued_at=("开具时间", "Issued"),
    issued_by_name=("开具人", "Issued by"), issued_from=("开具起", "Issued from"), issued_to=("开具止", "Issued to"),
    maximum_fen=("最多可退", "At most"), missing_reprint_ids=("待补打发票的账单", "Reprints missing"),
    most_fen=("余额上限", "Most it may hold"), needs_approval=("须审批", "Needs approval"),
    needs_reprint=("须补打发票", "Needs a reprint"), online_fen=("线上充值余额", "Topped up online"),
    order_state=("订单状态", "State of the order"), payer_name=("付款人", "Payer"),
    performed_at=("执行时间", "Performed"), performed_by_name=("执行人", "Performed by"),
    print_count=("打印次数", "Prints"), refundable_fen=("可退金额", "Refundable"),
    registration_bill_id=("挂号账单", "Bill of the registration"),
    registration_external_id=("挂号外部标识", "Registration's external id"), replaces_id=("替换的账单", "Replaces"),
    requested_by_id=("申请人", "Requested by"), requested_by_name=("申请人姓名", "Requested by"),
    reversed_at=("冲红时间", "Reversed"), spec=("规格", "Specification"), succeeded_fen=("成功金额", "Succeeded"),
    top_up_enabled=("可充值", "Can be topped up"), top_up_maximum_fen=("充值上限", "Top-up at most"),
    top_up_minimum_fen=("充值下限", "Top-up at least"), unit_price_fen=("单价", "Unit price"),
    voucher_no=("凭证号", "Voucher number"),
    first_no=("起始号码", "First number"), last_no=("终止号码", "Last number"), next_no=("下一号码", "Next number"),
    unused_count=("未使用张数", "Unused forms"), holder_id=("领用人", "Holder"), holder_name=("领用人姓名", "Holder"),
    drawn_by_id=("发放人", "Handed out by"), drawn_by_name=("发放人姓名", "Handed out by"),
    drawn_at=("领用时间", "Drawn"),
    range_id=("号段", "Range"), invoice_id=("发票", "Invoice"), paper_code=("票据代码", "Code of the form"),
    paper_no=("票据号码", "Number of the form"), copy_returned=("纸质联已收回", "The sheet is back"),
    issued_by_id=("开具人", "Issued by"), voided_by_id=("作废人", "Voided by"),
    voided_by_name=("作废人姓名", "Voided by"),
    issued_count=("有效张数", "Forms that count"), void_count=("作废张数", "Void forms"),
    spoiled_count=("损毁张数", "Spoiled forms"), reprint_count=("补打张数", "Reprints"),
    not_back_count=("纸质联未收回", "Sheets not back"), unused_from=("未使用起号", "Unused from"),
    unused_to=("未使用止号", "Unused to"), unused_is_returned=("余票已退回", "The rest is back"),
    missing_count=("缺号张数", "Numbers missing"), missing=("缺号", "Missing"),
    out_of_order=("跳号使用", "Out of order"),
    card_count=("卡数", "Cards"), told_count=("已告知人数", "Patients told"),
    told_fen=("已告知余额", "Balance told of"),
    balance_from_fen=("余额不少于", "Balance at least"), announcement_id=("余额公告", "Announcement"),
)  # fmt: skip
of(
    "Bill",
    "BillDetail",
    "StaffBill",
    "StaffBillDetail",
    kind=("账单类型", "Kind"),
    items=("收费明细", "Items"),
)
of("Item", "HisItem", "NewItem", "InvoiceItem", name=("项目名称", "Item"), category=("费用类别", "Category"))
of(
    "InvoiceRange",
    "InvoiceRangeDraw",
    kind=("票据种类", "Kind of form"),
    code=("票据代码", "Code of the form"),
)
of(
    "InvoiceRange", returned_at=("退回时间", "Given back"), verified_by_id=("核销人", "Verified by"),
    verified_by_name=("核销人姓名", "Verified by"), verified_at=("核销时间", "Verified"),
)  # fmt: skip
of(
    "BalanceAnnouncement", made_by_id=("发布人", "Made by"), made_by_name=("发布人姓名", "Made by"),
    note=("退款说明", "How money is had back"),
)  # fmt: skip
of("AnnounceBalances", note=("退款说明", "How money is had back"))
of("HeldCardTotal", patient_count=("患者数", "Patients"))
of("StatementEntry", kind=("变动类型", "Kind"))

references("bills", "bill_id", "registration_bill_id", "replaces_id", "missing_reprint_ids")
references("bills", "bill_ids", status="issued")
references("patient_cards", "card_id")
of(
    "Issue",
    "StaffBill",
    "StaffBillDetail",
    "Bill",
    "BillDetail",
    due_at=("应缴日期", "Due by"),
    expires_at=("失效时间", "No longer payable from"),
)
help_of(
    "Issue",
    due_at=("提醒患者在此之前缴费,过后仍可缴", "When it should have been paid; it can be paid later, too."),
    expires_at=("过后不能再缴费,留空则一直可缴", "Nobody can pay it from then on; empty: it never lapses."),
)
references_of("payment_orders", "order_id", "AskForRefund", state="posted")
of(
    "AskForRefund",
    "AskForCardRefund",
    bills=("退费账单", "Bills to refund"),
    reason=("退费原因", "Why it goes back"),
    amount_fen=("退款金额", "Amount to go back"),
)
of("RequestedBill", amount_fen=("退费金额(空为全部)", "Amount to go back (empty: all of it)"))
references("staff", "requested_by_id", "holder_id", "drawn_by_id", "issued_by_id", "voided_by_id")
references("invoice_ranges", "range_id")

resources(
    card_balances=("就诊卡余额", "card balance", "card balances"),
    balance_announcements=("余额公告", "announcement", "announcements"),
    patient_cards=("就诊卡", "card", "cards"),
    bills=("账单", "bill", "bills"), card_top_ups=("就诊卡充值", "top-up", "top-ups"),
    invoices=("发票", "invoice", "invoices"),
    invoice_ranges=("票据号段", "range of forms", "ranges of forms"),
    invoice_papers=("纸质票据", "form", "forms"),
    invoices_prints=("发票打印记录", "print of the invoice", "prints of the invoice"),
    patient_cards_statement=("就诊卡账单", "movement", "a card's statement"),
    cards_statement=("就诊卡账单", "movement", "a card's statement"),
    refund_requests=("退费申请", "refund request", "refund requests"),
)  # fmt: skip

resources(granted_channels=("可用渠道", "granted channel", "granted channels"))
operations(
    card_balances_total=("余额合计", "Balances together"),
    balance_announcements_create=("发布余额公告", "Announce balances"),
    invoice_ranges_create=("领用号段", "Draw a range"), invoice_ranges_give_back=("退回号段", "Give a range back"),
    invoice_ranges_verify=("核销号段", "Verify a range"),
    invoice_ranges_spoil=("登记损毁票据", "Record a spoiled form"),
    invoice_ranges_usage=("票据使用报告", "Usage of a range"), invoice_papers_void=("作废票据", "Void a form"),
    payable_bills=("查询待缴费", "Find what a card has to pay"),
    bill_items_perform=("发药/执行", "Perform an item"),
    bill_items_undo_perform=("撤销执行", "Undo a performed item"), bills_create=("开具账单", "Issue a bill"),
    bills_cancel=("取消账单", "Cancel a bill"), bills_invoice=("开具发票", "Issue an invoice"),
    bills_reissue=("重开账单", "Issue a bill anew"), bills_payable=("查询待缴费", "What is to be paid"),
    bills_voucher=("缴费凭证", "Payment voucher"), bills_push=("推送账单", "Push a bill"),
    bills_pushed=("查询推送的账单", "Read a pushed bill"), bills_e_receipt=("推送电子票据", "Push an e-receipt"),
    bills_settled=("通知窗口已缴费", "Say that HIS took the money"),
    bills_withdraw=("撤销推送的账单", "Withdraw a pushed bill"), invoices_print_copy=("打印发票", "Print an invoice"),
    invoices_sheet=("下载发票打印件", "Download the print of an invoice"),
    patient_cards_balance=("就诊卡余额", "A card's balance"),
    patient_cards_refund_quote=("余额退款试算", "Quote a refund of the balance"),
    patient_cards_refund_request=("申请余额退款", "Ask for a refund of the balance"),
    cards_balance=("就诊卡余额", "The card's balance"),
    cards_refund_quote=("余额退款试算", "Quote a refund of the balance"),
    card_refunds_create=("余额退款", "Refund the balance"), card_top_ups_create=("就诊卡充值", "Top a card up"),
    refund_requests_create=("申请退费", "Ask for a refund"), refund_requests_approve=("同意退费", "Approve a refund"),
    refund_requests_execute=("执行退费", "Execute a refund"), refund_requests_reject=("驳回退费", "Reject a refund"),
)  # fmt: skip

values(InvoiceKind, {
    "outpatient": ("门诊收费票据", "Outpatient"), "inpatient": ("住院收费票据", "Inpatient"),
})  # fmt: skip
values(RangeState, {
    "drawn": ("已领用", "Drawn", "info"), "in_use": ("使用中", "In use", "warning"),
    "used_up": ("已用完", "Used up", "warning"), "returned": ("已退回", "Given back", "info"),
    "verified": ("已核销", "Verified", "success"),
})  # fmt: skip
values(PaperState, {"issued": ("有效", "Counts", "success"), "void": ("作废", "Void", "danger")})
values(BillKind, {
    "registration": ("挂号", "Registration"), "examination": ("检查", "Examination"), "test": ("检验", "Test"),
    "prescription": ("处方", "Prescription"), "treatment": ("治疗", "Treatment"),
    "inpatient_deposit": ("住院押金", "Inpatient deposit"), "card_top_up": ("就诊卡充值", "Card top-up"),
})  # fmt: skip
values(BillSource, {"own": ("本系统", "Own"), "his": ("HIS", "HIS")})
values(CancelCause, {
    "staff": ("工作人员", "Staff"), "reissued": ("已重开", "Reissued"), "expired": ("已过期", "Expired"),
    "appointment": ("退号", "The appointment"), "his": ("HIS", "HIS"),
})  # fmt: skip
values(ItemCategory, {
    "registration": ("挂号费", "Registration"), "consultation": ("诊查费", "Consultation"),
    "examination": ("检查费", "Examination"), "test": ("检验费", "Test"),
    "western_medicine": ("西药费", "Western medicine"),
    "chinese_patent_medicine": ("中成药费", "Chinese patent medicine"),
    "chinese_herbal_medicine": ("中草药费", "Chinese herbal medicine"), "treatment": ("治疗费", "Treatment"),
    "surgery": ("手术费", "Surgery"), "nursing": ("护理费", "Nursing"), "material": ("材料费", "Material"),
    "bed": ("床位费", "Bed"), "deposit": ("押金", "Deposit"), "other": ("其他费用", "Other"),
})  # fmt: skip
values(BillStatus, {
    "issued": ("待缴费", "Issued", "warning"), "paid": ("已缴费", "Paid", "success"),
    "cancelled": ("已取消", "Cancelled"), "refunded": ("已退费", "Refunded"), "lapsed": ("已过期", "Lapsed"),
})  # fmt: skip
values(TopUpState, {
    "pending": ("待支付", "Pending", "warning"), "credited": ("已到账", "Credited", "success"),
    "closed": ("已关闭", "Closed"), "returned": ("已退回", "Returned"),
})  # fmt: skip
values(RefundRequestState, {
    "requested": ("待处理", "Requested", "warning"), "approved": ("已同意", "Approved", "info"),
    "rejected": ("已驳回", "Rejected", "danger"), "withdrawn": ("已撤回", "Withdrawn"),
    "executing": ("退款中", "Executing", "warning"), "done": ("已完成", "Done", "success"),
    "failed": ("失败", "Failed", "danger"),
})  # fmt: skip
choices(
    {
        "clinic_fee": ("挂号费和门诊费", "Registration and clinic fees"),
        "every_bill": ("所有账单", "Every bill"),
    }
)

known("LedgerKind", happening_words, "kind", "StatementEntry")
subjects({"billing.refund_request": ("退费申请", "Refund request")})
objects({
    "billing.balanceannouncement": ("余额公告", "Announcement of balances"),
    "billing.bill": ("账单", "Bill"),
    "billing.chargeitem": ("收费项", "Charge item"),
    "billing.cardtopup": ("就诊卡充值", "Card top-up"),
    "billing.invoice": ("发票", "Invoice"),
    "billing.invoiceprint": ("发票打印", "Print of an invoice"),
    "billing.invoicerange": ("票据号段", "Range of forms"),
    "billing.invoicepaper": ("纸质票据", "Form"),
    "billing.refundrequest": ("退费申请", "Refund request"),
})  # fmt: skip

known(
    "ChannelCode", channel_words, "channel",
    "CardShare", "CardTopUp", "Invoice", "InvoiceCopy", "InvoiceDetail", "StaffBill", "StaffBillDetail",
)  # fmt: skip
known(
    "ApplicationCode", application_words, "application", "card_top_ups_list",
    "CardTopUp", "StaffBill", "StaffBillDetail", "StaffRefundRequest", "StaffRefundRequestDetail",
)  # fmt: skip
of(
    "Problem", allowed_fen=("最多可退金额", "At most"), bring=("须携带", "To bring"), invoice_id=("发票", "Invoice"),
    request_ids=("待处理的退费申请", "Open requests"), sum_fen=("合计", "Total"),
)  # fmt: skip
