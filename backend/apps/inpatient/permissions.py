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
)
resource(
    "inpatient", "charge", "住院费用", ("list", "add"), reverse=("冲销住院费用", "Reverse charges of a stay")
)
resource("inpatient", "deposit", "住院押金", ("list", "add"))

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
