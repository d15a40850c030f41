from kernel.pages import action, columns

columns(
    "appointments_list",
    "patient_name",
    "department_name",
    "practitioner_name",
    "visit_date",
    "starts_at",
    "number",
    "state",
    "payment_status",
    "fee_fen",
    "appointment_no",
)
columns(
    "clinic_sessions_list",
    "date",
    "period",
    "starts_at",
    "ends_at",
    "department_name",
    "practitioner_name",
    "tier",
    "capacity",
    "remaining",
    "state",
)
columns(
    "schedule_templates_list",
    "department_name",
    "practitioner_name",
    "weekday",
    "period",
    "start_time",
    "end_time",
    "tier",
    "fee_fen",
    "is_active",
    "valid_until",
)
columns(
    "waitlist_entries_list",
    "patient_name",
    "department_name",
    "practitioner_name",
    "first_date",
    "last_date",
    "period",
    "priority",
    "place",
    "state",
    "created_at",
)
action("appointments_cancel", danger=True, state=["pending", "booked", "checked_in"])
action("appointments_check_in", state=["booked"])
action("appointments_excuse", state=["no_show"])
action("appointments_reschedule", state=["booked"])
action("appointments_settle", state=["pending", "booked"], payment_status=["unpaid"])
action(
    "appointments_reverse_settlement",
    danger=True,
    state=["booked", "checked_in"],
    payment_status=["paid_at_counter"],
)
action("appointments_print_slip", state=["booked", "checked_in", "fulfilled"])
action(
    "clinic_sessions_publish",
    confirm=("发布后患者即可预约,确定发布?", "Patients can book then. Publish?"),
    state=["draft"],
)
action(
    "clinic_sessions_stop",
    danger=True,
    confirm=("停诊后已挂号患者将被转移或退号,确定停诊?", "Patients who booked are moved or cancelled. Stop?"),
    state=["draft", "published"],
)
action("clinic_sessions_substitute", state=["published"])
action("clinic_sessions_partial_update", state=["draft"])
action("clinic_sessions_destroy", danger=True, confirm=("确定删除?", "Delete it?"), state=["draft"])
action("suspension_appeals_accept", state=["open"])
action("suspension_appeals_reject", danger=True, state=["open"])
action("waitlist_entries_accept", state=["offered"])
action("waitlist_entries_leave", danger=True, state=["waiting", "offered"])
