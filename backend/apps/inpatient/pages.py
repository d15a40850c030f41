from kernel.pages import action, always, columns, groups, moving, on_rows

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
    "consumed_fen",
    "refunded_fen",
    "channel",
    "state",
    "order_no",
    "created_at",
    "credited_at",
)
action(
    "admissions_discharge",
    confirm=("出院后不再收取押金,确定办理?", "No deposit is taken any more. Discharge?"),
    status=["admitted"],
    source=["own"],
)
action(
    "admissions_recall",
    confirm=("撤销后患者重新在院,费用继续产生,确定撤销?", "The patient is an inpatient again. Undo it?"),
    status=["discharged"],
    source=["own"],
)
action("admissions_deposits_create", status=["admitted"])
action("admissions_partial_update", source=["own"])
action("admissions_charges_create", source=["own"])
action("inpatient_charges_reverse", danger=True, source=["own"], reverses_id=[None])
action("admissions_place", status=["admitted"], source=["own"])
action(
    "admissions_settle",
    confirm=("费用将从押金中结算,余款退回或补缴,确定?", "Charges are taken out of the deposit. Settle?"),
    preview="admissions_statement",
    status=["discharged"],
    may_be_settled=[True],
)
action("admissions_deposit_orders_create", status=["admitted"])
action(
    "deposit_orders_pay",
    shows=("patient_name", "admission_no", "amount_fen"),
    confirm=("将为该押金单开具支付单,确定?", "An order is opened for this deposit. Go on?"),
    state=["open"],
)
action(
    "deposit_orders_withdraw",
    danger=True,
    confirm=("撤销后患者无须再缴,确定?", "Nobody is to pay it any more. Withdraw?"),
    state=["open"],
)
columns(
    "deposit_orders_list",
    "patient_name",
    "admission_no",
    "amount_fen",
    "due_on",
    "state",
    "note",
    "made_by_name",
)
groups(
    "StaffDepositOrder",
    asked=(
        "押金单",
        "Deposit order",
        "admission_id admission_no patient_name amount_fen due_on note state hospital_id",
    ),
    done=("办理", "Done", "made_by_id created_at"),
)
action(
    "settlements_collect",
    shows=("settlement_no", "patient_name", "collect_fen"),
    confirm=("将按差额开具支付单,确定?", "An order is opened for what is missing. Go on?"),
    state=["collecting"],
)
action(
    "settlements_withdraw",
    danger=True,
    confirm=("取消后可更正费用并重新结算,确定?", "Charges can be put right and settled again. Withdraw?"),
    state=["collecting"],
)
action(
    "settlements_return_rest",
    danger=True,
    shows=("settlement_no", "patient_name", "return_fen"),
    confirm=("剩余押金将退还患者,确定退还?", "The rest of the deposits goes back. Go on?"),
    state=["returning"],
)
action("settlements_reopen", danger=True, state=["settled"])
moving("settlements_list", state=["returning"])
columns(
    "settlements_list",
    "settlement_no", "patient_name", "admission_no", "state", "charged_fen", "deposit_fen", "collect_fen",
    "return_fen", "settled_at", "made_by_name",
)  # fmt: skip
groups(
    "StaffSettlementDetail",
    stay=(
        "住院",
        "Stay",
        "settlement_no admission_id admission_no patient_id department_id hospital_id state",
    ),
    money=("金额", "Money", "charged_fen his_paid_fen deposit_fen collect_fen return_fen money"),
    done=("办理", "Done", "made_by_id created_at settled_at ended_at"),
    back=("撤销", "Reopened", "reopen_reason reopened_by_id reopened_at"),
)
action("beds_clean", state=["cleaning"])
action("beds_close", danger=True, state=["free", "cleaning"])
action("beds_reopen", state=["closed"])
always("beds_partial_update", "beds_destroy")
columns(
    "ward_census_list",
    "ward_name", "at_start", "admitted", "transferred_in", "discharged", "transferred_out", "at_end", "bed_count",
    "occupied_count", "free_count",
)  # fmt: skip
columns(
    "bed_board_list",
    "ward_name", "code", "state", "patient_name", "admission_no", "started_at", "department_name", "note",
)  # fmt: skip
groups("Bed", bed=("床位", "Bed", "ward_id code sort state note hospital_id"))
groups(
    "StaffAdmission",
    stay=("住院", "Stay", "admission_no status patient_id mrn diagnosis diagnosis_code payer_type"),
    place=("床位与医生", "Bed and doctor", "department_id practitioner_id ward bed hospital_id"),
    times=(
        "时间与来源",
        "Times and source",
        "admitted_at discharged_at may_be_settled source external_id created_at",
    ),
)
groups(
    "StaffDeposit",
    deposit=(
        "押金",
        "Deposit",
        "amount_fen consumed_fen refunded_fen state created_at credited_at expires_at opened_by_name",
    ),
    payment=("支付", "Payment", "order_id order_no order_state channel application"),
    stay=("住院", "Stay", "admission_id admission_no patient_id hospital_id"),
)
on_rows("admissions_charges_list", "inpatient_charges_reverse")
