from kernel.pages import action, columns, groups, on_rows

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
    source=["own"],
)
action("admissions_recall", status=["discharged"], source=["own"])
action("admissions_deposits_create", status=["admitted"])
action("admissions_partial_update", source=["own"])
action("admissions_charges_create", source=["own"])
action("inpatient_charges_reverse", danger=True, source=["own"], reverses_id=[None])
groups(
    "StaffAdmission",
    stay=("住院", "Stay", "admission_no status patient_id mrn diagnosis"),
    place=("床位与医生", "Bed and doctor", "department_id practitioner_id ward bed hospital_id"),
    times=("时间与来源", "Times and source", "admitted_at discharged_at source external_id created_at"),
)
groups(
    "StaffDeposit",
    deposit=(
        "押金",
        "Deposit",
        "amount_fen refunded_fen state created_at credited_at expires_at opened_by_name",
    ),
    payment=("支付", "Payment", "order_id order_no order_state channel application"),
    stay=("住院", "Stay", "admission_id admission_no patient_id hospital_id"),
)
on_rows("admissions_charges_list", "inpatient_charges_reverse")
