from kernel.pages import action, columns, groups, moving

columns(
    "e_receipts_list", "receipt_no", "state", "amount_fen", "patient_name", "bill_no", "e_number", "issued_at",
    "reversed_at", "paper_no", "error_text",
)  # fmt: skip
columns(
    "receipt_day_checks_list", "business_date", "state", "issued_count", "their_issued_count", "issued_fen",
    "their_issued_fen", "reversed_count", "their_reversed_count", "reversed_fen", "their_reversed_fen",
)  # fmt: skip
columns(
    "receipt_accounts_list",
    "name",
    "platform",
    "is_active",
    "hospital_name",
    "updated_at",
)
action("e_receipts_retry", shows=("receipt_no", "amount_fen", "error_text"), may_retry=[True])
action("e_receipts_query", is_waiting=[True])
action(
    "e_receipts_turn_paper",
    confirm=("换开后电子票据须凭纸质票据冲红,确定换开?", "It lies on paper from then on. Turn it?"),
    shows=("receipt_no", "amount_fen", "e_number"), state=["issued"], paper_at=[None], is_reversing=[False],
)  # fmt: skip
groups(
    "EReceipt", "WholeEReceipt",
    receipt=(
        "票据", "Receipt",
        (
            "receipt_no kind state amount_fen bill_id bill_no patient_id payer_name hospital_id department_id "
            "replaces_id receipt_account_id"
        ),
    ),
    numbers=("票号", "Numbers", "e_code e_number e_check_code issued_at picture_url qr_picture_url lines"),
    reversal=("冲红", "Reversal", "reversal_code reversal_number reversed_at is_reversing"),
    paper=("纸质票据", "Paper", "paper_code paper_no paper_at paper_by_id"),
    trouble=(
        "开具过程", "How it went", "error error_text may_retry is_waiting business_at sent_at sends created_at",
    ),
)  # fmt: skip
groups(
    "ReceiptDayCheck",
    day=("核对", "Comparison", "business_date state receipt_account_id hospital_id checked_at error"),
    issued=("开具", "Issued", "issued_count their_issued_count issued_fen their_issued_fen"),
    reversed=("冲红", "Reversed", "reversed_count their_reversed_count reversed_fen their_reversed_fen"),
    differences=("差异票据", "What differs", "missing_there missing_here amount_differs"),
)  # fmt: skip
moving("e_receipts_list", state=["queued", "issuing", "unknown"])
