from apps.access.codes import give, module, resource

module("patients", "患者", "Patients", 20)
resource(
    "patients",
    "patient",
    "患者档案",
    ("list", "add", "change", "delete", "export", "sensitive"),
    share="共享患者",
)

give("doctor", "patients.patient.list", "patients.patient.change", "patients.patient.share")
give("department_head", "patients.patient.list", "patients.patient.change", "patients.patient.share")
give("clerk", "patients.patient.list", "patients.patient.add", "patients.patient.change")
