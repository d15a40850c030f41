from apps.inpatient.states import AdmissionStatus
from apps.payments.channels.registry import channel_words
from apps.payments.words import application_words
from kernel.words import acts, known, objects, of, operations, properties, references, resources, values

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
    statement=("费用汇总", "Statement"), ward=("病区", "Ward"),
)  # fmt: skip
of("DepositRules", maximum_fen=("最高金额", "At most"), is_payable=("可补缴", "Can be paid"))
of(
    "Charge",
    "ChargedItem",
    "KeyedCharge",
    "PushCharge",
    name=("项目名称", "Item"),
    category=("费用类别", "Category"),
)

references("admissions", "admission_id")

resources(
    admissions=("住院", "stay", "stays"), admissions_charges=("住院费用", "charge", "charges of a stay"),
    inpatient_deposits=("住院押金", "deposit", "deposits"),
)  # fmt: skip

operations(
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

objects({
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
