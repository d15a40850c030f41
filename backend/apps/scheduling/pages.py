from kernel.pages import action, bulk, columns, groups

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
columns(
    "booking_suspensions_list",
    "patient_name",
    "source",
    "reason",
    "missed",
    "created_at",
    "until",
    "has_open_appeal",
    "lifted_at",
    "is_over",
)
action("appointments_cancel", danger=True, state=["pending", "booked", "checked_in"])
action("appointments_check_in", main=True, state=["booked"])
action("appointments_excuse", state=["no_show"])
action("appointments_reschedule", state=["booked"])
action(
    "appointments_settle",
    confirm=("挂号费记为窗口现金已收,确认已收到现金?", "The fee is written down as cash. Was it received?"),
    shows=("patient_name", "department_name", "practitioner_name", "fee_fen"),
    state=["pending", "booked"],
    payment_status=["unpaid"],
)
action(
    "appointments_reverse_settlement",
    danger=True,
    state=["booked", "checked_in"],
    payment_status=["paid_at_counter"],
)
action("appointments_print_slip", then="appointments_slip", state=["booked", "checked_in", "fulfilled"])
action(
    "clinic_sessions_publish",
    main=True,
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
action("booking_suspensions_lift", is_over=[False])
action("waitlist_entries_partial_update", state=["waiting", "offered"])
action("suspension_appeals_accept", state=["open"])
action("suspension_appeals_reject", danger=True, state=["open"])
action("waitlist_entries_accept", state=["offered"])
action(
    "waitlist_entries_leave",
    danger=True,
    confirm=("退出后须重新登记排队,确定退出候补?", "The place in the list is lost. Leave it?"),
    state=["waiting", "offered"],
)
groups(
    "Appointment",
    booking=("挂号", "Booking", "appointment_no state kind source number patient_id created_at"),
    visit=(
        "就诊安排",
        "Visit",
        (
            "visit_date period starts_at ends_at check_in_until checked_in_at location "
            "map_picture_url hospital_id department_id session_id slot_id encounter_id"
        ),
    ),
    doctor=("医生", "Doctor", "practitioner_id practitioner_title practitioner_portrait_url tier"),
    money=("费用", "Fee", "fee_fen payment_status hold_expires_at"),
    cancel=("取消", "Cancellation", "cancelled_at cancel_code cancel_reason"),
)
groups(
    "ClinicSession",
    doctor=(
        "出诊",
        "Session",
        "department_id practitioner_id substituted_for_id room_id template_id hospital_id state stop_reason",
    ),
    times=("时间", "Times", "date is_today period start_time end_time starts_at ends_at slot_minutes"),
    numbers=(
        "号源",
        "Numbers",
        (
            "capacity_per_slot capacity remaining tier registration_fee_fen "
            "channel_quotas quota_per release_minutes release_at"
        ),
    ),
)
groups(
    "ScheduleTemplate",
    doctor=("出诊", "Session", "department_id practitioner_id room_id hospital_id is_active"),
    times=(
        "时间",
        "Times",
        "weekday period start_time end_time slot_minutes valid_from valid_until runs_on_holidays",
    ),
    numbers=(
        "号源",
        "Numbers",
        "capacity_per_slot tier fee_fen channel_quotas quota_per release_minutes release_at",
    ),
)
groups(
    "WaitlistEntry",
    wanted=(
        "候补",
        "What is wanted",
        "patient_id department_id practitioner_id hospital_id first_date last_date period priority",
    ),
    place=("进展", "Progress", "state place appointment_id offer created_at"),
)
bulk("schedule_templates_list", "clinic_sessions_generate", ids="template_ids")
