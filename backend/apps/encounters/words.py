from apps.encounters.models import EncounterKind
from apps.encounters.states import EncounterState
from kernel.words import objects, of, properties, references, resources, values

properties(
    arrived_at=("到达时间", "Arrived"), arrived_from=("到达起", "Arrived from"), arrived_to=("到达止", "Arrived to"),
    encounter_no=("就诊号", "Encounter number"), encounter_id=("就诊", "Encounter"),
    practitioner_id=("医生", "Doctor"), practitioner_name=("医生姓名", "Doctor"),
)  # fmt: skip
of("Encounter", kind=("就诊类型", "Kind"), started_at=("开始就诊", "Started"), ended_at=("结束就诊", "Ended"))

references("encounters", "encounter_id")
references("staff", "practitioner_id", is_practitioner=True)

resources(encounters=("就诊记录", "encounter", "encounters"))

values(EncounterKind, {
    "outpatient": ("门诊", "Outpatient"), "inpatient": ("住院", "Inpatient"), "home": ("上门", "At home"),
    "online": ("线上", "Online"),
})  # fmt: skip
values(EncounterState, {
    "arrived": ("已到达", "Arrived", "info"), "in_progress": ("就诊中", "In progress", "warning"),
    "finished": ("已结束", "Finished", "success"), "cancelled": ("已取消", "Cancelled"),
})  # fmt: skip

objects({
    "encounters.encounter": ("就诊", "Encounter"),
})  # fmt: skip
