from kernel.pages import action, bulk, by_body, columns, groups

columns(
    "patients_list",
    "name",
    "gender",
    "age",
    "birth_date",
    "phone",
    "mrn",
    "national_id",
    "tags",
    "vip_level",
    "registered_at",
)
by_body("patients_search", "patients_export_by_body")
action(
    "patient_imports_apply",
    confirm=("导入全部可导入的行,确定执行?", "All good rows are imported. Go on?"),
    state=["checked"],
)
action(
    "patient_imports_cancel",
    danger=True,
    confirm=("放弃后文件内容不再保留,确定放弃?", "Nothing of the file is kept. Cancel?"),
    state=["checking", "checked"],
)
action(
    "patient_merges_undo",
    danger=True,
    confirm=("两份档案将重新分开,确定撤销?", "The two archives are parted again. Undo?"),
    undone_at=[None],
)
action("patient_duplicates_reopen", state=["distinct"])
action(
    "patients_merge",
    danger=True,
    confirm=(
        "合并后另一档案的全部记录归入本档案,确定合并?",
        "All records of the other archive become this one's. Merge?",
    ),
    is_active=[True],
)
action("patients_promote", is_provisional=[True])
for _stage in ("booking", "consultation", "examination", "member_follow_up", "reception", "triage"):
    action(f"patients_captures_{_stage}_create", is_active=[True])
action("patients_cards_create", is_active=[True])
action("patients_cards_activate", is_active=[False])
action(
    "patients_cards_deactivate",
    danger=True,
    confirm=("挂失后该卡不能使用,确定挂失?", "The card can't be used until it is activated again. Go on?"),
    is_active=[True],
)
action(
    "patients_care_team_end",
    danger=True,
    confirm=(
        "结束后该员工不再因此关系查看患者,确定结束?",
        "The relation gives no more access to the patient. End it?",
    ),
    ended_at=[None],
)
action("patients_related_persons_verify", is_guardian=[True], verified_at=[None])
action("patient_tags_put_on", is_active=[True])
groups(
    "Patient",
    identity=(
        "身份",
        "Identity",
        "mrn name gender birth_date age id_kind national_id is_provisional is_active hospital_id",
    ),
    contact=("联系方式", "Contact", "phone address contacts occupation industry insurance_no"),
    medical=("病史", "History", "allergies hereditary_history cardiac_history"),
    service=("来源与分类", "Source and tags", "source referrer vip_level tags consents registered_at"),
    filing=(
        "建档说明",
        "Filing",
        "reason duplicate_reason confirm_duplicate merged_into_id created_at updated_at",
    ),
)
groups(
    "PatientMerge",
    merge=("合并", "Merge", "survivor_id merged_id reason by_id at hospital_id moved"),
    undo=("撤销", "Undone", "undone_by_id undone_at"),
)
groups(
    "ImportJob",
    file=("文件", "File", "file_name file_type form form_name row_count hospital_id by_id created_at"),
    rules=("导入规则", "Rules", "duplicates skip_bad_rows left_out"),
    outcome=(
        "结果",
        "Outcome",
        (
            "state failure good_count bad_count duplicate_count imported_count "
            "findings result_ready checked_at applied_at"
        ),
    ),
)
groups(
    "PatientSearch",
    "PatientExport",
    person=(
        "患者",
        "Person",
        "name mrn phone national_id card_number search gender is_provisional is_active",
    ),
    kind=("分类", "Kind", "hospital_id vip_level source occupation industry tag without"),
    answer=("结果", "Answer", "ordering page page_size file_format unmasked"),
)
bulk("patients_list", "patient_tags_put_on", ids="patient_ids")
bulk("patients_list", "patient_tags_take_off", ids="patient_ids")
