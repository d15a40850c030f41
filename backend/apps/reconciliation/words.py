from apps.payments.channels.registry import channel_words
from apps.payments.happenings import happenings
from apps.payments.words import application_words
from apps.reconciliation.models import (
    Action,
    BillSource,
    CounterpartyKind,
    DifferenceKind,
    Direction,
    ReasonCode,
)
from apps.reconciliation.services.ages import AgeBand
from apps.reconciliation.states import BillState, DifferenceState, RunState
from kernel.known_words import subjects
from kernel.words import (
    ValueWords,
    choices,
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
    business_date=("业务日期", "Business day"), business_date_from=("业务日期起", "From business day"),
    business_date_to=("业务日期止", "To business day"), merchant_id=("商户号", "Merchant account"),
    merchant_name=("商户名称", "Merchant account"), our_count=("我方笔数", "Our count"),
    their_count=("对方笔数", "Their count"), our_in_fen=("我方收款", "Our payments"),
    our_out_fen=("我方退款", "Our refunds"), their_in_fen=("对方收款", "Their payments"),
    their_out_fen=("对方退款", "Their refunds"), stated_in_fen=("账单载明收款", "Payments as stated"),
    stated_out_fen=("账单载明退款", "Refunds as stated"), fees_fen=("手续费", "Fees"),
    stated_fees_fen=("账单载明手续费", "Fees as stated"), counterparty=("对账对象", "Counterparty"),
    content_sha256=("内容摘要", "SHA-256 of the lines"), matched_at=("对账完成时间", "Matched"),
    our_fen=("我方金额", "Our amount"), their_fen=("对方金额", "Their amount"), effect_fen=("长短款", "Over or short"),
    ours=("我方记录", "Our row"), theirs=("对方记录", "Their row"), linked_ids=("关联差异", "Linked differences"),
    carried_until=("结转至", "Carried until"), proposed_by_id=("提出人", "Proposed by"),
    proposed_by_name=("提出人姓名", "Proposed by"), settled_at=("处理时间", "Settled"),
    carry_approval_id=("结转审批", "Approval to do without it"), carried_at=("结转时间", "Done without"),
    partner_id=("接入应用", "Application"), partner_name=("接入应用名称", "Application"),
    reason_code=("原因类别", "Kind of reason"), ages=("账龄分布", "By age"), age_band=("账龄", "Age"),
    over_fen=("长款合计", "Over"), short_fen=("短款合计", "Short"),
    is_fetching=("正在取账单", "Being fetched"),
    run_id=("对账批次", "Reconciliation run"), line=("行号", "Line"), stated_fen=("载明金额", "Stated"),
    counted_fen=("计得金额", "Counted"), direction=("方向", "Direction"),
)  # fmt: skip
of(
    "ReconciliationRun", attempt=("第几次", "Attempt"), account_id=("对账账户", "Account"),
    account_name=("对账账户名称", "Account"),
)  # fmt: skip
of(
    "SuppliedBill", counts=("是否采用", "Counts"),
    source=("来源", "Source"), sha256=("文件 SHA-256", "SHA-256 of the file"),
    findings=("问题", "Problems"), account_id=("对账账户", "Account"), account_name=("对账账户名称", "Account"),
)  # fmt: skip
of("BillFinding", row=("表格行号", "Row of the table"), line=("文本行号", "Line of the text"))
of("RowProblem", row=("行号", "Row"))
of("WorksheetTaken", problems=("问题", "Problems"))
of("PutBillState", sha256=("文件 SHA-256", "SHA-256 of the file"), findings=("问题", "Problems"))
of("Side", fee_fen=("手续费", "Fee"))
of(
    "Difference", key=("我方单号", "Our number"), reference=("对方流水号", "Their number"),
    outcome=("查证结果", "What was found"), action=("处理方式", "Action"),
)  # fmt: skip
references("merchant_accounts", "merchant_id")
references("reconciliation_runs", "run_id")
references("reconciliation_differences", "linked_ids")

resources(
    reconciliation_runs=("对账批次", "reconciliation run", "reconciliation runs"),
    reconciliation_bills=("对方账单", "bill handed in", "bills handed in"),
    reconciliation_differences=("对账差异", "difference", "differences"),
)
operations(
    reconciliation_day_bill=("下载本方账单", "Download the own bill of a day"),
    day_bill=("下载本应用账单", "Download the application's bill of a day"),
    hospital_day_bill=("下载全院账单", "Download the hospital's bill of a day"),
    reconciliation_bills_create=("上传对方账单", "Hand in a bill"),
    reconciliation_bills_count=("申请重新采用", "Ask to let it count again"),
    reconciliation_bills_file=("下载对方账单", "Download a bill"),
    put_bill=("提交本应用账单", "Hand in the application's bill"),
    put_bill_state=("查询本应用账单", "What became of the application's bill"),
    put_his_bill=("提交 HIS 账单", "Hand in the bill of HIS"),
    his_bill=("查询 HIS 账单", "What became of a bill"),
    reconciliation_runs_create=("发起对账", "Start a reconciliation run"),
    reconciliation_runs_carry=("申请结转缺失账单", "Ask to close without the bill"),
    reconciliation_differences_propose=("提出处理意见", "Propose a settlement"),
    reconciliation_differences_propose_many=("批量提出处理意见", "Propose settlements"),
    reconciliation_differences_ages=("差异账龄", "Differences by age"),
    reconciliation_differences_worksheet=("下载差异处理表", "Download the worksheet"),
    reconciliation_differences_take_worksheet=("上传差异处理表", "Hand the worksheet in"),
    reconciliation_differences_undo=("撤销处理", "Undo a settlement"),
)
values(RunState, {
    "waiting_bill": ("等待账单", "Waiting for the bill", "info"), "balanced": ("已对平", "Balanced", "success"),
    "with_differences": ("有差异", "With differences", "warning"), "no_trade": ("无交易", "No trade", "info"),
    "failed": ("失败", "Failed", "danger"), "superseded": ("已被更正", "Superseded"),
})  # fmt: skip
values(BillState, {
    "checking": ("检查中", "Being checked", "info"), "held": ("待审批", "Waits for another person", "warning"),
    "taken": ("已采用", "Taken", "success"),
    "refused": ("有误", "Refused", "danger"),
})  # fmt: skip
choices({
    "fetched": ("按接口取", "Fetched by its contract"), "supplied": ("由 HIS 提交文件", "Handed in"),
    "off": ("不对账", "Off"),
})  # fmt: skip
values(BillSource, {"upload": ("人工上传", "By hand"), "partner": ("接口提交", "By its program")})
values(DifferenceState, {
    "pending": ("待次日", "Waiting for the next day", "info"), "cross_day": ("跨日已对上", "Across days", "success"),
    "examining": ("查证中", "Being asked about", "info"), "open": ("待处理", "Open", "danger"),
    "proposed": ("待审批", "Proposed", "warning"), "done": ("已处理", "Settled", "success"),
    "withdrawn": ("已撤回", "Withdrawn"),
})  # fmt: skip
values(DifferenceKind, {
    "missing_ours": ("我方缺", "Missing on our side"), "missing_theirs": ("对方缺", "Missing on their side"),
    "amount": ("金额不符", "Amounts differ"), "state": ("状态不符", "States differ"),
    "fee": ("手续费不符", "Fees differ"), "duplicate": ("重复", "Twice in the bill"),
    "foreign": ("他方商户", "Another merchant's"),
    "late_refund": ("迟到退款", "Late refund"), "totals": ("合计不符", "Totals differ"),
})  # fmt: skip
values(CounterpartyKind, {"merchant": ("渠道商户", "Merchant account"), "his": ("HIS", "HIS"),
    "application": ("接入应用", "Application"),
})  # fmt: skip
values(ReasonCode, {
    "rounding": ("舍入差", "Rounding"), "timing": ("入账时间差", "Timing"),
    "confirmed": ("对方已确认", "Confirmed by the counterparty"), "typing": ("录入错误", "Typed wrongly"),
    "paid_twice": ("重复支付", "Paid twice"), "system_fault": ("系统故障", "A fault of a system"),
    "test": ("测试交易", "A test"), "other": ("其他", "Other"),
})  # fmt: skip
values(AgeBand, {
    "up_to_1": ("0–1 天", "0–1 days"), "from_2": ("2–3 天", "2–3 days"), "from_4": ("4–7 天", "4–7 days"),
    "over_7": ("7 天以上", "More than 7 days"),
})  # fmt: skip
values(Direction, {"in": ("收款", "Payments"), "out": ("退款", "Refunds")})
values(Action, {
    "write_off": ("核销", "Write off"), "take_up": ("挂账", "Take up"), "link": ("勾对", "Link"),
    "carry_forward": ("结转", "Carry forward"), "tell_his": ("重新告知 HIS", "Tell HIS again"),
    "withdraw_his": ("撤销 HIS 记录", "Withdraw from HIS"), "void_test": ("测试交易作废", "Void as a test"),
})  # fmt: skip
happenings({"difference": ("对账差异处理", "Difference settled")})
subjects({"reconciliation.run": ("对账批次", "Reconciliation run")})
objects({
    "reconciliation.day_bill": ("本方账单", "Own bill of a day"),
    "reconciliation.reconciliationrun": ("对账批次", "Reconciliation run"),
    "reconciliation.difference": ("对账差异", "Difference"),
    "reconciliation.suppliedbill": ("对方账单", "Bill handed in"),
})  # fmt: skip
known(
    "ChannelCode", channel_words, "channel", "ReconciliationRun", "Difference",
    *(f"reconciliation_runs_{verb}" for verb in ("list", "export", "options_list")),
    *(f"reconciliation_differences_{verb}" for verb in ("list", "export", "options_list", "ages", "worksheet")),
)  # fmt: skip
RUN_ERRORS = {
    "STATEMENT_CREATING": ValueWords("对方账单生成中", "The bill is being made"),
    "NO_STATEMENT_EXIST": ValueWords("对方当日无账单", "There is no bill of the day"),
    "waits_to_be_supplied": ValueWords("等待对方提交账单", "The bill has not been handed in"),
    "timeout": ValueWords("对方未应答", "No answer in time"), "connection": ValueWords("无法连接对方", "No connection"),
    "download": ValueWords("账单下载中断", "The download broke off"),
    "bad_reply": ValueWords("对方应答无法识别", "The answer makes no sense"),
    "bad_signature": ValueWords("对方签名有误", "The signature is wrong"),
    "bad_configuration": ValueWords("商户号配置有误", "The merchant account is set up wrongly"),
    "bad_request": ValueWords("请求被拒绝", "The request was refused"),
    "bad_bill": ValueWords("账单无法读取", "The bill can't be read"),
    "empty_bill": ValueWords("账单为空", "The bill is empty"),
    "foreign_bill": ValueWords("他方商户的账单", "Another merchant's bill"),
    "wrong_day": ValueWords("其他日期的账单", "Another day's bill"),
    "too_many_differences": ValueWords("差异过多", "Too many differences"),
    "unbalanced": ValueWords("合计无法对平", "The sums can't be explained"),
    "unforeseen": ValueWords("系统错误", "An error of ours"),
}  # fmt: skip


def run_errors() -> dict[str, ValueWords]:
    """Why a run has no result; providers may say other things, in words of their own."""
    return RUN_ERRORS


known("ReconciliationError", run_errors, "error", "ReconciliationRun")
known("ApplicationCode", application_words, "application", "reconciliation_day_bill")
