from apps.cashier.models import EntryKind
from apps.cashier.states import DepositState, ShiftState
from apps.payments.channels.registry import channel_words
from apps.payments.happenings import happening_words, happenings
from apps.payments.owners import owner_words
from apps.payments.states import CloseState
from kernel.known_words import subject_words
from kernel.words import (
    known,
    objects,
    of,
    operations,
    properties,
    references,
    resources,
    values,
)

properties(
    shift_no=("班次号", "Shift number"), clerk_id=("收费员", "Clerk"), clerk_name=("收费员姓名", "Clerk"),
    drawer_id=("钱箱", "Drawer"), drawer_name=("钱箱名称", "Drawer"), float_fen=("备用金", "Float"),
    float_cash=("备用金面额", "Float by denomination"), opened_at=("开班时间", "Opened"),
    opened_from=("开班起", "Opened from"), opened_to=("开班止", "Opened to"),
    counted_at=("清点时间", "Counted at"), tenders=("其他收款", "Other tenders"),
    expected_count=("应有笔数", "Payments expected"),
    counted_cash=("清点面额", "Count by denomination"), expected_fen=("应有金额", "Expected"),
    difference_fen=("差额", "Difference"), difference_reason=("差额原因", "Why it differs"),
    first_difference_fen=("首次清点差额", "Difference of the first count"), count_no=("清点次数", "Counts"),
    closed_by_id=("代办人", "Closed in the clerk's place by"),
    closed_by_name=("代办人姓名", "Closed in the clerk's place by"),
    may_work=("可由我收付", "Mine to handle"), may_close=("可由我清点交班", "Mine to count and hand over"),
    may_receive=("可由我接收", "Mine to receive"), may_countersign=("可由我复核", "Mine to countersign"),
    may_recount=("可由我退回重点", "Mine to have counted again"), is_explained=("差额已说明", "Difference explained"),
    is_ready=("可交班", "Ready to be handed over"),
    difference_posted=("差额已入账", "Difference in the books"),
    needs_countersign=("须复核签字", "Needs a countersign"),
    countersigned_by_id=("复核人", "Countersigned by"), countersigned_by_name=("复核人姓名", "Countersigned by"),
    countersigned_at=("复核时间", "Countersigned"), receiver_id=("接收人", "Receiver"),
    receiver_name=("接收人姓名", "Receiver"), handed_over_at=("交班时间", "Handed over"),
    reject_reason=("退回原因", "Why it was rejected"), takings_fen=("应缴金额", "Takings for the bank"),
    deposit_id=("缴款单", "Bank deposit"), by_day=("按日汇总", "By day"), cash_in_fen=("现金收入", "Cash in"),
    cash_refund_fen=("现金退款", "Cash refunds"), paid_in_fen=("钱箱存入", "Paid in"),
    paid_out_fen=("钱箱支出", "Paid out"),
    safe_drop_fen=("缴存保险柜", "Safe drops"), net_fen=("净额", "Net"),
    is_required=("必须开班", "A shift is required"),
    shift=("班次", "Shift"), shifts=("班次", "Shifts"), shift_ids=("班次列表", "Shifts"),
    deposit_no=("缴款单号", "Deposit number"), bank_account=("银行账户", "Bank account"),
    bag_no=("封包号", "Bag number"),
    slip_no=("银行回单号", "Bank slip number"), made_by_id=("缴款人", "Made by"),
    made_by_name=("缴款人姓名", "Made by"),
    made_at=("缴款时间", "Made"), yuan_100=("100 元(张)", "100 yuan"), yuan_50=("50 元(张)", "50 yuan"),
    yuan_20=("20 元(张)", "20 yuan"), yuan_10=("10 元(张)", "10 yuan"), yuan_5=("5 元(张)", "5 yuan"),
    yuan_1=("1 元(张/枚)", "1 yuan"), jiao_5=("5 角(张/枚)", "5 jiao"), jiao_1=("1 角(张/枚)", "1 jiao"),
)  # fmt: skip
properties(
    sha256=("内容摘要", "SHA-256 of the content"), is_newest=("最近一次", "The newest"),
    is_reopening=("待审批重新打开", "Reopening asked for"), reopen_reason=("重新打开原因", "Why it is reopened"),
    reopened_by_id=("批准人", "Reopened by"), reopened_by_name=("批准人姓名", "Reopened by"),
    reopened_at=("重新打开时间", "Reopened"), month=("月份", "Month"), totals=("汇总", "Totals"),
    is_intact=("内容未被改动", "As it was closed"), transactions=("流水笔数", "Transactions"),
    corrections=("更正笔数", "Corrections"), channels=("按渠道", "By channel"), prepaid=("预付款", "Prepaid"),
    lines=("明细", "Lines"), in_count=("收款笔数", "Payments"), in_fen=("收款", "In"),
    out_count=("退款笔数", "Refunds"),
    out_fen=("退款", "Out"), opening_fen=("期初", "Opening"), closing_fen=("期末", "Closing"),
    transaction_kind=("业务类型", "What happened"), debit_count=("借方笔数", "Debits"),
    credit_count=("贷方笔数", "Credits"),
    is_closed=("已日结", "Closed"),
    next_date=("下一待结日", "To be closed next"), open_items=("未完成事项", "Still open"),
    subject_name=("对象名称", "Name"),
)  # fmt: skip
for _close in ("DailyClose", "WholeDailyClose", "MonthlyClose", "WholeMonthlyClose"):
    of(
        _close, closed_by_id=("结账人", "Closed by"), closed_by_name=("结账人姓名", "Closed by"),
        closed_at=("结账时间", "Closed"), number=("第几次结账", "Close number"),
    )  # fmt: skip
of("PrepaidTotal", "AccountProof", kind=("科目", "Kind of account"))
of("OpenItem", kind=("事项类型", "Kind"), kind_name=("事项", "What"))
of("ClosedDay", number=("第几次结账", "Close number"))
of(
    "MonthProof", from_date=("起始日期", "From"), to_date=("终止日期", "To"),
    days=("各日", "Days"), accounts=("各科目", "By kind of account"),
)  # fmt: skip
known("ChannelCode", channel_words, "channel", "ChannelTotal", "ShiftTender", "CountedTender")
known("LedgerKind", happening_words, "transaction_kind", "TotalLine")
known("Subject", subject_words, "subject_type", "OpenItem")
happenings({
    "shift_cash_in": ("钱箱收现金", "Cash into the drawer"), "shift_cash_refund": ("钱箱退现金", "Cash refunded"),
    "shift_paid_in": ("钱箱存入", "Paid into the drawer"), "shift_paid_out": ("钱箱支出", "Paid out of the drawer"),
    "shift_safe_drop": ("缴存保险柜", "Safe drop"), "shift_accepted": ("班次交接", "Shift handed over"),
    "shift_difference": ("班次差额", "Difference of a shift"), "shift_float": ("领用备用金", "Float taken"),
    "shift_difference_undone": ("撤回班次差额", "Difference of a shift taken back"),
    "bank_deposit": ("银行缴款", "Bank deposit"),
})  # fmt: skip
owner_words({"float": ("备用金", "Floats"), "petty": ("零星收支", "Petty cash")})
of("ShiftTender", "CountedTender", counted_fen=("清点金额", "Counted"))
of("BusinessDay", totals=("当日汇总", "Totals of the day"))
of(
    "CashierShift", "WholeCashierShift", closed_at=("停止收付时间", "Cash stopped"),
    counted_fen=("清点金额", "Counted"),
    accepted_at=("接收时间", "Accepted"),
)  # fmt: skip
of("DepositedShift", accepted_at=("接收时间", "Accepted"))
of("CashDrawer", name=("钱箱名称", "Drawer"), code=("钱箱编码", "Code"))
references("cash_drawers", "drawer_id")
references("cashier_shifts", "shift_ids")
references("bank_deposits", "deposit_id")
references(
    "staff", "reopened_by_id", "clerk_id", "receiver_id", "countersigned_by_id", "closed_by_id", "made_by_id"
)

resources(
    cash_drawers=("钱箱", "cash drawer", "cash drawers"),
    cashier_shifts=("收费班次", "cashier's shift", "cashier's shifts"),
    bank_deposits=("缴款单", "bank deposit", "bank deposits"),
    daily_closes=("日结", "daily close", "daily closes"),
    monthly_closes=("月结", "monthly close", "monthly closes"),
)
operations(
    daily_closes_create=("日结", "Close a day"), daily_closes_day=("结账检查", "What keeps a day open"),
    daily_closes_reopen=("申请重新打开日结", "Ask for a daily close to be reopened"),
    monthly_closes_create=("月结", "Close a month"),
    monthly_closes_reopen=("申请重新打开月结", "Ask for a monthly close to be reopened"),
    cashier_shifts_create=("开班", "Open a shift"), cashier_shifts_current=("我的当前班次", "My shift"),
    cashier_shifts_paid_in=("钱箱存入", "Pay cash in"), cashier_shifts_paid_out=("钱箱支出", "Pay cash out"),
    cashier_shifts_safe_drop=("缴存保险柜", "Drop into the safe"),
    cashier_shifts_start_count=("开始清点", "Start counting"),
    cashier_shifts_enter_count=("录入清点结果", "Enter the count"),
    cashier_shifts_explain=("说明差额", "Explain the difference"),
    cashier_shifts_countersign=("复核签字", "Countersign"),
    cashier_shifts_recount=("退回重新清点", "Have it counted again"),
    cashier_shifts_hand_over=("交班", "Hand over"), cashier_shifts_accept=("接收", "Accept"),
    cashier_shifts_reject=("退回", "Reject"),
    cashier_shifts_withdraw=("撤回交班", "Take back the hand-over"), bank_deposits_create=("缴款", "Bring to the bank"),
    bank_deposits_confirm=("确认缴款", "Confirm"), bank_deposits_reject=("退回缴款", "Reject"),
)  # fmt: skip
values(ShiftState, {
    "open": ("收费中", "Open", "info"), "counting": ("清点中", "Being counted", "warning"),
    "handed_over": ("已交班待接收", "Handed over", "warning"), "accepted": ("已接收", "Accepted", "success"),
    "banked": ("已缴款", "Banked", "success"),
})  # fmt: skip
values(
    CloseState, {"closed": ("已结账", "Closed", "success"), "reopened": ("已重新打开", "Reopened", "warning")}
)
values(DepositState, {
    "made": ("待确认", "To be confirmed", "warning"), "confirmed": ("已到账", "At the bank", "success"),
    "rejected": ("已退回", "Rejected", "danger"),
})  # fmt: skip
values(EntryKind, {
    "cash_in": ("现金收入", "Cash in"), "cash_refund": ("现金退款", "Cash refund"), "paid_in": ("钱箱存入", "Paid in"),
    "paid_out": ("钱箱支出", "Paid out"), "safe_drop": ("缴存保险柜", "Safe drop"),
})  # fmt: skip
objects({
    "payments.dailyclose": ("日结", "Daily close"), "payments.monthlyclose": ("月结", "Monthly close"),
    "cashier.cashdrawer": ("钱箱", "Cash drawer"), "cashier.cashiershift": ("收费班次", "Cashier's shift"),
    "cashier.bankdeposit": ("缴款单", "Bank deposit"), "cashier.shiftentry": ("班次流水", "Entry of a shift"),
})  # fmt: skip
