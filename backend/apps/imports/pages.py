from kernel.pages import columns, moving

columns(
    "patient_imports_list",
    "file_name",
    "form_name",
    "state",
    "row_count",
    "good_count",
    "bad_count",
    "duplicate_count",
    "imported_count",
    "by_name",
    "created_at",
)
moving("patient_imports_list", state=["checking", "applying"])
