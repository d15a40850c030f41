from apps.access.codes import give, module, resource
from apps.access.menus import directory, page

module("patients", "患者", "Patients", 20)
resource(
    "patients",
    "patient",
    "患者档案",
    ("list", "add", "change", "delete", "export", "sensitive"),
    share=("共享患者", "Share patients"),
    merge=("合并患者", "Merge patients"),
    unmerge=("撤销合并", "Undo merges"),
    close=("停用与恢复档案", "Close and reopen patient files"),
    identify=("更改身份信息", "Change identities"),
    duplicate=("重复建档", "File a patient a second time"),
)
resource("patients", "card", "就诊卡", ("list", "add", "change"))
resource("patients", "tag", "患者标签", ("list", "add", "change"), assign=("打标签", "Put on tags"))
resource("patients", "capture_field", "采集项", ("list", "add", "change"))
resource(
    "patients",
    "capture",
    "阶段信息",
    ("list",),
    booking=("采集预约信息", "Capture booking data"),
    reception=("采集接待信息", "Capture reception data"),
    triage=("采集分诊信息", "Capture triage data"),
    consultation=("采集咨询信息", "Capture consultation data"),
    examination=("采集检查信息", "Capture examination data"),
    member_follow_up=("采集会员回访信息", "Capture follow-ups of members"),
)
resource("patients", "import", "患者导入", ("list", "add"), apply=("执行导入", "Apply imports"))
resource("patients", "care_team", "医护团队", ("change",))

for _role in ("doctor", "department_head"):
    give(_role, "patients.patient.list", "patients.patient.change", "patients.patient.share")
    give(_role, "patients.card.list")
    give(_role, *(f"patients.capture.{verb}" for verb in ("list", "triage", "consultation", "examination")))
give("department_head", "patients.care_team.change", "patients.capture.member_follow_up")
give("clerk", "patients.tag.list", "patients.tag.assign")
give("clerk", *(f"patients.capture.{verb}" for verb in ("list", "booking", "reception", "triage")))
give(
    "clerk",
    "patients.patient.list",
    "patients.patient.add",
    "patients.patient.change",
    "patients.patient.identify",
)
give("clerk", "patients.card.list", "patients.card.add", "patients.card.change")

directory("patients", module="patients", zh="患者", en="Patients", path="/patients", icon="user", sort=20)
page("patient_archive", resource="patients.patient", zh="患者档案", en="Patients", path="archive",
     component="patients/archive/index", parent="patients", icon="folder", sort=1,
     parts=("close", "identify", "duplicate"))  # fmt: skip
page("patient_cards", resource="patients.card", zh="就诊卡", en="Cards", path="archive/:id/cards",
     component="patients/cards/index", parent="patients", icon="card", sort=2, hidden=True)  # fmt: skip
page("care_team", resource="patients.care_team", zh="医护团队", en="Care team", path="archive/:id/care-team",
     component="patients/care-team/index", parent="patients", icon="team", sort=3, hidden=True)  # fmt: skip
page("patient_imports", resource="patients.import", zh="患者导入", en="Import", path="imports",
     component="patients/imports/index", parent="patients", icon="upload", sort=4)  # fmt: skip
page("capture_fields", resource="patients.capture_field", zh="采集项", en="Captured fields", path="capture-fields",
     component="patients/capture-fields/index", parent="patients", icon="form", sort=5)  # fmt: skip
page("captures", resource="patients.capture", zh="阶段信息", en="Captured information", path="archive/:id/captures",
     component="patients/captures/index", parent="patients", icon="form", sort=6, hidden=True)  # fmt: skip
page("patient_tags", resource="patients.tag", zh="患者标签", en="Tags", path="tags",
     component="patients/tags/index", parent="patients", icon="tag", sort=7)  # fmt: skip
