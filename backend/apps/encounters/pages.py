from kernel.pages import groups

groups(
    "Encounter",
    visit=("就诊", "Encounter", "encounter_no kind state patient_id"),
    place=("科室与医生", "Where", "hospital_id department_id practitioner_id"),
    times=("时间", "Times", "arrived_at started_at ended_at"),
)
