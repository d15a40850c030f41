from kernel.pages import SET, action, bulk, by_field, columns, groups, moving, on_rows

columns(
    "bills_list",
    "bill_no",
    "patient_name",
    "title",
    "amount_fen",
    "refunded_fen",
    "status",
    "department_name",
    "issued_at",
    "due_at",
    "paid_at",
)
columns(
    "invoices_list",
    "invoice_no",
    "payer_name",
    "patient_name",
    "amount_fen",
    "channel",
    "bill_no",
    "issued_at",
    "issued_by_name",
    "print_count",
    "reversed_at",
)
columns(
    "invoice_ranges_list",
    "code", "kind", "first_no", "last_no", "next_no", "unused_count", "holder_name", "state", "drawn_at",
)  # fmt: skip
columns(
    "invoice_papers_list",
    "paper_code", "paper_no", "invoice_no", "state", "issued_by_name", "issued_at", "void_reason", "copy_returned",
)  # fmt: skip
action(
    "invoice_ranges_give_back",
    confirm=("退回后余票由财务收回,确定?", "The rest goes back to finance. Give it back?"),
    state=["drawn", "in_use", "used_up"],
)  # fmt: skip
action(
    "invoice_ranges_verify",
    confirm=("已核对存根和作废联?", "Did you check stubs and void sheets?"),
    state=["returned"],
)
action("invoice_ranges_spoil", danger=True, state=["drawn", "in_use"])
action("invoice_papers_void", danger=True, state=["issued"])
columns(
    "card_top_ups_list",
    "patient_name",
    "card_number",
    "amount_fen",
    "refunded_fen",
    "channel",
    "state",
    "order_no",
    "created_at",
    "credited_at",
)
columns(
    "refund_requests_list",
    "patient_name",
    "order_no",
    "application",
    "amount_fen",
    "succeeded_fen",
    "reason",
    "state",
    "requested_by_name",
    "created_at",
    "ended_at",
)
action(
    "bills_cancel",
    danger=True,
    confirm=("取消后患者无法再缴费,确定取消?", "Nobody can pay it any more. Cancel?"),
    status=["issued", "lapsed"],
)
action(
    "bills_reissue",
    status=["issued"],
    source=["own"],
    kind=["examination", "test", "prescription", "treatment"],
)
action(
    "bills_invoice",
    shows=("bill_no", "patient_name", "amount_fen"),
    confirm=(
        "开具后占用一个票号,只能冲红,确定开具?",
        "It takes a number and can only be reversed. Issue it?",
    ),
    status=["paid"],
    has_invoice=[False],
)
action("invoices_print_copy", then="invoices_sheet", reversed_at=[None])
action("bill_items_perform", performed_at=[None])
action("bill_items_undo_perform", performed_at=[SET])
_REFUND = ("patient_name", "order_no", "amount_fen", "reason", "requested_by_name")
action("refund_requests_approve", shows=_REFUND, state=["requested"], may_decide=[True])
action("refund_requests_reject", danger=True, shows=_REFUND, state=["requested"], may_decide=[True])
action(
    "refund_requests_execute",
    danger=True,
    shows=("patient_name", "order_no", "amount_fen", "reason"),
    confirm=(
        "款项将立即退回;退现金的从您的钱箱付出,请先确认现金足够。确定执行?",
        "The money goes back now; cash leaves your drawer, so see that it holds enough. Execute?",
    ),
    state=["requested", "approved"],
    may_execute=[True],
)
action("refund_requests_create", preview="payment_orders_refund_quote")
action("patient_cards_refund_request", preview="patient_cards_refund_quote")
groups(
    "StaffBillDetail",
    bill=(
        "账单",
        "Bill",
        ("bill_no title kind status payer_type is_payable has_invoice is_mandatory source external_id"),
    ),
    money=(
        "金额与支付",
        "Money",
        "amount_fen refunded_fen items paid_at channel order_id voucher_no application",
    ),
    who=(
        "患者与科室",
        "Patient and place",
        "patient_id mrn department_id location practitioner_id hospital_id",
    ),
    times=("开单与时限", "Times", "issued_at due_at expires_at registration_bill_id replaces_id"),
    cancel=("取消", "Cancellation", "cancelled_at cancel_cause cancel_reason"),
)
groups(
    "InvoiceDetail",
    invoice=(
        "发票",
        "Invoice",
        (
            "invoice_no bill_id bill_no amount_fen channel paid_at "
            "issued_at issued_by_name print_count reversed_at items"
        ),
    ),
    who=("患者", "Patient", "payer_name patient_id mrn department_id hospital_id"),
    electronic=("电子票据", "Electronic", "e_code e_number e_check_code"),
)
groups(
    "CardTopUp",
    top_up=("充值", "Top-up", "amount_fen refunded_fen state created_at credited_at expires_at"),
    payment=("支付", "Payment", "order_id order_no order_state channel application"),
    card=("卡与患者", "Card and patient", "card_id card_number patient_id hospital_id"),
)
groups(
    "StaffRefundRequestDetail",
    request=(
        "申请",
        "Request",
        (
            "patient_id order_id order_no card_id amount_fen reason state application "
            "requested_by_id created_at department_id practitioner_id hospital_id bills"
        ),
    ),
    decision=(
        "审批",
        "Decision",
        "needs_approval may_decide approval_id decided_by_name decided_at decision_note",
    ),
    done=(
        "执行",
        "Execution",
        (
            "may_execute succeeded_fen failed_fen refunds needs_reprint missing_reprint_ids "
            "executed_by_name executed_at ended_at"
        ),
    ),
)
bulk("bills_list", "payment_orders_create", ids="bill_ids", is_payable=[True])
by_field(
    "payment_orders_list",
    "refund_requests_create",
    "order_id",
    is_refundable=[True],
    scene=["registration", "outpatient"],
)
on_rows("bills_retrieve.items", "bill_items_perform", "bill_items_undo_perform")
on_rows(
    "patients_cards_list",
    "patient_cards_balance",
    "patient_cards_refund_quote",
    "patient_cards_refund_request",
)
moving("refund_requests_list", state=["executing"])
groups(
    "InvoiceRange",
    numbers=("号码", "Numbers", "code kind first_no last_no next_no unused_count state hospital_id"),
    people=(
        "领用与核销", "People", "holder_id drawn_by_id drawn_at returned_at verified_by_id verified_at"
    ),
)  # fmt: skip
groups(
    "InvoicePaper",
    form=(
        "票据", "Form", "paper_code paper_no range_id invoice_no invoice_id state issued_by_id issued_at hospital_id",
    ),
    void=("作废", "Void", "voided_by_id voided_at void_reason copy_returned"),
)  # fmt: skip
on_rows("card_balances_list", "patient_cards_refund_quote", "patient_cards_refund_request")
action(
    "balance_announcements_create",
    confirm=("将向所有卡内有余额的患者发送通知,确定?", "Every patient with money on a card is told. Go on?"),
)
groups(
    "BalanceAnnouncement",
    text=("公告", "Announcement", "note hospital_id made_by_id created_at"),
    told=("发送情况", "Sent", "told_count told_fen ended_at"),
)
