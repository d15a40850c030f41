from apps.access.codes import give, module, resource

module("patients", "患者", "Patients", 20)
resource(
    "patients",
    "patient",
    "患者档案",
    ("list", "add", "change", "delete", "export", "sensitive"),
    share="共享患者",
)
resource("patients", "card", "就诊卡", ("list", "add", "change"))
resource("patients", "care_team", "医护团队", ("change",))

for _role in ("doctor", "department_head"):
    give(_role, "patients.patient.list", "patients.patient.change", "patients.patient.share")
    give(_role, "patients.card.list")
give("department_head", "patients.care_team.change")
give("clerk", "patients.patient.list", "patients.patient.add", "patients.patient.change")
give("clerk", "patients.card.list", "patients.card.add", "patients.card.change")
