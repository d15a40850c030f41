from apps.inpatient.states import AdmissionStatus, BedState, DepositOrderState, SettlementState
from apps.payments.channels.registry import channel_words
from apps.payments.words import application_words
from kernel.words import (
    acts,
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
    admission_external_id=("住院外部标识", "Stay's external id"), admission_id=("住院", "Stay"),
    admission_no=("住院号", "Admission number"), admitted_at=("入院时间", "Admitted"),
    admitted_from=("入院起", "Admitted from"), admitted_to=("入院止", "Admitted to"), arrears_fen=("欠费", "Arrears"),
    bed=("床位", "Bed"), categories=("按类别", "By category"), charged_by_name=("计费人", "Charged by"),
    charged_fen=("费用合计", "Charged"), charges=("费用", "Charges"), deposit=("押金", "Deposit"),
    deposit_fen=("押金余额", "Deposit"), diagnosis=("诊断", "Diagnosis"), discharged_at=("出院时间", "Discharged"),
    item_count=("项目数", "Items"), known=("已有", "Known"), last_charged_on=("最近计费日", "Last charged"),
    minimum_fen=("最低金额", "At least"), reversals=("冲销", "Reversals"),
    reverses_external_id=("被冲销的外部标识", "Reverses (external id)"), reverses_id=("被冲销的费用", "Reverses"),
    statement=("费用汇总", "Statement"), ward=("病区", "Ward"), ward_id=("病区", "Ward"),
    ward_name=("病区名称", "Ward"), bed_id=("床位", "Bed"), bed_code=("床号", "Bed number"),
    at_start=("期初人数", "At midnight"),
    admitted=("入院", "Admitted"), transferred_in=("转入", "Transferred in"), discharged=("出院", "Discharged"),
    transferred_out=("转出", "Transferred out"), at_end=("期末人数", "At the end"), bed_count=("开放床位", "Beds open"),
    occupied_count=("占用", "Occupied"), free_count=("空床", "Free"), cleaning_count=("清洁中", "Being cleaned"),
    closed_count=("停用", "Closed"),
    from_ward_id=("转出病区", "From ward"), from_ward_name=("转出病区名称", "From ward"),
    to_ward_id=("转入病区", "To ward"), to_ward_name=("转入病区名称", "To ward"), placed_by_id=("安排人", "Placed by"),
    settlement_id=("出院结算", "Settlement"), settlement_no=("结算单号", "Settlement number"),
    collect_fen=("应补缴", "To be paid"), return_fen=("应退押金", "To go back"),
    returned_fen=("已退押金", "Gone back"), consumed_fen=("已抵扣费用", "Used for charges"),
    may_be_settled=("可结算", "Can be settled"),
    money=("收退情况", "Money"), settled_fen=("已结算", "Settled"), his_deposit_fen=("HIS 持有押金", "Held by HIS"),
    his_paid_fen=("HIS 已收", "Paid at HIS"), charges_final=("费用已记完", "No more charges"),
    settlement=("出院结算", "Settlement"), diagnosis_code=("诊断编码", "Diagnosis code"),
    code_prefix=("诊断编码前缀", "Code begins with"), diagnosis_name=("诊断名称包含", "Diagnosis contains"),
    ceiling_fen=("押金上限", "Deposit ceiling"), due_on=("缴纳期限", "To be paid by"),
    placed_by_name=("安排人姓名", "Placed by"),
)  # fmt: skip
of("Problem", maximum_fen=("最高金额", "At most"))
of("DepositRules", maximum_fen=("最高金额", "At most"), is_payable=("可补缴", "Can be paid"))
of(
    "Charge",
    "ChargedItem",
    "KeyedCharge",
    "PushCharge",
    name=("项目名称", "Item"),
    category=("费用类别", "Category"),
)

of("Ward", name=("病区名称", "Ward"), code=("病区编码", "Code"))
of("Bed", "BoardBed", code=("床号", "Bed"))
of("BoardBed", started_at=("入床时间", "Since"))
of("BedStay", started_at=("入床时间", "From"), ended_at=("离床时间", "Until"))

references("admissions", "admission_id")
of(
    "Settlement", "SettlementDetail", "StaffSettlement", "StaffSettlementDetail",
    settled_at=("结算时间", "Settled"),
)  # fmt: skip
for _component in ("StaffSettlement", "StaffSettlementDetail"):
    of(
        _component, made_by_id=("结算人", "Settled by"), made_by_name=("结算人姓名", "Settled by"),
        reopen_reason=("撤销原因", "Why it was reopened"), reopened_at=("撤销时间", "Reopened"),
        reopened_by_id=("撤销审批人", "Reopened by"), reopened_by_name=("撤销审批人姓名", "Reopened by"),
    )  # fmt: skip
of("ReopenSettlement", reason=("撤销原因", "Why it is taken back"))
of(
    "StaffDepositOrder", made_by_id=("开单人", "Made by"), made_by_name=("开单人姓名", "Made by"),
)  # fmt: skip
references("settlements", "settlement_id")
references("wards", "ward_id", "from_ward_id", "to_ward_id")
references("beds", "bed_id")
references("staff", "placed_by_id")

resources(
    deposit_orders=("押金单", "deposit order", "deposit orders"),
    deposit_ceilings=("押金上限", "ceiling", "deposit ceilings"),
    settlements=("出院结算", "settlement", "settlements"),
    wards=("病区", "ward", "wards"), beds=("床位", "bed", "beds"), bed_board=("床位一览", "bed", "board of beds"),
    ward_census=("病区日报", "ward", "census of wards"), admissions_bed_stays=("床位记录", "bed stay", "bed stays"),
    admissions=("住院", "stay", "stays"), admissions_charges=("住院费用", "charge", "charges of a stay"),
    inpatient_deposits=("住院押金", "deposit", "deposits"),
)  # fmt: skip

operations(
    admissions_deposit_orders_create=("开押金单", "Ask for a deposit"), deposit_orders_pay=("缴押金单", "Pay it"),
    deposit_orders_withdraw=("撤销押金单", "Withdraw"),
    admissions_settle=("出院结算", "Settle the stay"), settlements_collect=("补缴差额", "Collect the rest"),
    settlements_withdraw=("取消结算", "Withdraw"), settlements_return_rest=("退还剩余押金", "Return the rest"),
    settlements_reopen=("申请撤销结算", "Ask to reopen"),
    admissions_place=("安排床位", "Put into a bed"), beds_clean=("清洁完成", "Is clean"),
    beds_close=("停用床位", "Close a bed"), beds_reopen=("启用床位", "Open a bed again"),
    admissions_create=("住院登记", "Admit a patient"), admissions_daily_charges=("住院日清单", "Daily charges"),
    admissions_discharge=("办理出院", "Discharge"), admissions_recall=("撤销出院", "Recall a discharge"),
    admissions_statement=("住院费用汇总", "Statement of a stay"),
    admissions_statement_export=("导出住院费用", "Export the charges of a stay"),
    admissions_deposits_create=("缴纳住院押金", "Pay a deposit"),
    admissions_charges_create=("住院计费", "Charge a stay"), admissions_find=("查找住院", "Find a stay"),
    admissions_push=("推送住院记录", "Push a stay"), admissions_pushed=("查询推送的住院", "Read a pushed stay"),
    inpatient_charges_push=("推送住院费用", "Push charges"),
    inpatient_charges_reverse=("冲销住院费用", "Reverse a charge"),
)  # fmt: skip

values(
    AdmissionStatus, {"admitted": ("在院", "In the house", "success"), "discharged": ("已出院", "Discharged")}
)

values(DepositOrderState, {
    "open": ("待缴", "To be paid", "warning"), "paid": ("已缴", "Paid", "success"),
    "withdrawn": ("已撤销", "Withdrawn"),
})  # fmt: skip
values(SettlementState, {
    "collecting": ("待补缴", "To be paid", "warning"), "returning": ("退款中", "Going back", "info"),
    "settled": ("已结算", "Settled", "success"), "withdrawn": ("已取消", "Withdrawn"),
    "reopened": ("已撤销", "Reopened", "danger"),
})  # fmt: skip
values(BedState, {
    "free": ("空床", "Free", "success"), "occupied": ("占用", "Occupied", "warning"),
    "cleaning": ("清洁中", "Being cleaned", "info"), "closed": ("停用", "Closed"),
})  # fmt: skip

objects({
    "inpatient.depositorder": ("押金单", "Deposit order"),
    "inpatient.depositceiling": ("押金上限", "Deposit ceiling"),
    "inpatient.dischargesettlement": ("出院结算", "Settlement"),
    "inpatient.ward": ("病区", "Ward"), "inpatient.bed": ("床位", "Bed"), "inpatient.bedstay": ("床位记录", "Bed stay"),
    "inpatient.admission": ("住院", "Stay"),
    "inpatient.deposittransaction": ("住院押金", "Deposit"),
    "inpatient.charge": ("住院费用", "Charge of a stay"),
})  # fmt: skip
acts(
    charge=("住院计费", "Charged"),
)  # fmt: skip

known("ChannelCode", channel_words, "channel", "StaffDeposit")
known("ApplicationCode", application_words, "application", "StaffDeposit", "inpatient_deposits_list")
of(
    "Problem", charge=("费用", "Charge"), external_ids=("外部单号", "External numbers"),
    left_fen=("剩余金额", "Amount left"), left_quantity=("剩余数量", "Quantity left"),
)  # fmt: skip
