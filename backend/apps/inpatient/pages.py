from kernel.pages import action, columns

columns(
    "admissions_list",
    "patient_name",
    "admission_no",
    "department_name",
    "ward",
    "bed",
    "practitioner_name",
    "status",
    "diagnosis",
    "admitted_at",
    "discharged_at",
)
columns(
    "admissions_charges_list",
    "day",
    "name",
    "spec",
    "quantity",
    "unit",
    "unit_price_fen",
    "amount_fen",
    "category",
    "charged_by_name",
    "note",
)
columns(
    "inpatient_deposits_list",
    "patient_name",
    "admission_no",
    "amount_fen",
    "refunded_fen",
    "channel",
    "state",
    "order_no",
    "opened_by_name",
    "created_at",
    "credited_at",
)
action(
    "admissions_discharge",
    confirm=("出院后不再收取押金,确定办理?", "No deposit is taken any more. Discharge?"),
    status=["admitted"],
)
action("admissions_recall", status=["discharged"])
