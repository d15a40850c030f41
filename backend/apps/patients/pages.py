from kernel.pages import action, columns

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
)
action("patient_duplicates_reopen", state=["distinct"])
action(
    "patients_merge",
    danger=True,
    confirm=(
        "合并后另一档案的全部记录归入本档案,确定合并?",
        "All records of the other archive become this one's. Merge?",
    ),
)
action("patients_promote", is_provisional=[True])
