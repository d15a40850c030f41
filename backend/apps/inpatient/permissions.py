from apps.access.codes import give, module, resource
from apps.access.menus import directory, page

module("inpatient", "住院", "Inpatient", 45)
resource(
    "inpatient",
    "admission",
    "住院登记",
    ("list", "add", "change", "export"),
    discharge=("办理出院", "Discharge patients"),
    recall=("召回出院患者", "Recall discharged patients"),
    place=("安排床位", "Put patients into beds"),
)
resource(
    "inpatient", "charge", "住院费用", ("list", "add"), reverse=("冲销住院费用", "Reverse charges of a stay")
)
resource("inpatient", "deposit", "住院押金", ("list", "add"))

resource("inpatient", "ward", "病区", ("list", "add", "change", "delete"))
resource(
    "inpatient", "bed", "床位", ("list", "add", "change", "delete"), clean=("清洁完成", "Say that beds are clean"),
    close=("停用床位", "Close beds and open them again"),
)  # fmt: skip

resource(
    "inpatient",
    "deposit_order",
    "押金单",
    ("list", "add"),
    pay=("收押金单", "Take what deposit orders ask for"),
)
give("clerk", "inpatient.deposit_order.pay")
resource("inpatient", "deposit_ceiling", "押金上限", ("list", "add", "change", "delete"))
for _role in ("doctor", "department_head", "clerk"):
    give(_role, "inpatient.deposit_order.list", "inpatient.deposit_order.add")
give("finance", "inpatient.deposit_order.list", "inpatient.deposit_ceiling.list")
give("finance_head", *(f"inpatient.deposit_ceiling.{verb}" for verb in ("list", "add", "change", "delete")))
resource(
    "inpatient", "settlement", "出院结算", ("list", "add"), reopen=("申请撤销结算", "Ask to reopen settlements"),
    approve_reopen=("审批撤销结算", "Approve that settlements are reopened"),
)  # fmt: skip
give("clerk", *(f"inpatient.settlement.{verb}" for verb in ("list", "add", "reopen")))
give("finance", "inpatient.settlement.list")
give("finance_head", "inpatient.settlement.list", "inpatient.settlement.approve_reopen")

for _role in ("doctor", "department_head", "clerk"):
    give(
        _role, "inpatient.ward.list", "inpatient.bed.list", "inpatient.admission.place", "inpatient.bed.clean"
    )
for _role in ("department_head", "clerk"):
    give(_role, "inpatient.bed.close")
for _role in ("doctor", "department_head"):
    give(_role, *(f"inpatient.admission.{verb}" for verb in ("list", "add", "change", "discharge")))
    give(_role, *(f"inpatient.charge.{verb}" for verb in ("list", "add", "reverse")))
    give(_role, "inpatient.deposit.list")
give("department_head", "inpatient.admission.recall", "inpatient.admission.export")
give(
    "clerk",
    *(f"inpatient.admission.{verb}" for verb in ("list", "add", "change", "export", "discharge", "recall")),
    *(f"inpatient.charge.{verb}" for verb in ("list", "add", "reverse")),
    *(f"inpatient.deposit.{verb}" for verb in ("list", "add")),
)
give("finance", "inpatient.admission.list", "inpatient.admission.export")
give("finance", "inpatient.charge.list", "inpatient.deposit.list")

directory(
    "inpatient", module="inpatient", zh="住院", en="Inpatient", path="/inpatient", icon="hospital", sort=45
)
page("admissions", resource="inpatient.admission", zh="住院患者", en="Admissions", path="admissions",
     component="inpatient/admissions/index", parent="inpatient", icon="bed", sort=1)  # fmt: skip
page("inpatient_charges", resource="inpatient.charge", zh="住院费用", en="Charges", path="admissions/:id/charges",
     component="inpatient/charges/index", parent="inpatient", icon="list", sort=2, hidden=True)  # fmt: skip
page("inpatient_deposits", resource="inpatient.deposit", zh="住院押金", en="Deposits", path="deposits",
     component="inpatient/deposits/index", parent="inpatient", icon="wallet", sort=3)  # fmt: skip
page("wards", resource="inpatient.ward", zh="病区", en="Wards", path="wards",
     component="inpatient/wards/index", parent="inpatient", icon="building", sort=4)  # fmt: skip
page("beds", resource="inpatient.bed", zh="床位", en="Beds", path="beds",
     component="inpatient/beds/index", parent="inpatient", icon="bed", sort=5)  # fmt: skip
page("settlements", resource="inpatient.settlement", zh="出院结算", en="Settlements", path="settlements",
     component="inpatient/settlements/index", parent="inpatient", icon="receipt", sort=6)  # fmt: skip
page("deposit_orders", resource="inpatient.deposit_order", zh="押金单", en="Deposit orders", path="deposit-orders",
     component="inpatient/deposit-orders/index", parent="inpatient", icon="receipt", sort=7)  # fmt: skip
page("deposit_ceilings", resource="inpatient.deposit_ceiling", zh="押金上限", en="Deposit ceilings",
     path="deposit-ceilings", component="inpatient/deposit-ceilings/index", parent="inpatient", icon="ruler",
     sort=8)  # fmt: skip
