from kernel.pages import DELETE, SET, action, always, columns, groups

columns(
    "staff_list",
    "name",
    "employee_no",
    "org_unit_name",
    "position_name",
    "title",
    "tier",
    "phone",
    "status",
    "hospital_name",
    "employed_on",
)
action(
    "staff_suspend",
    danger=True,
    confirm=("停用后该员工立即无法登录,确定停用?", "The person is signed out at once. Suspend?"),
    status=["active"],
)
action(
    "staff_leave",
    danger=True,
    confirm=("离职后该员工立即无法登录,确定办理?", "The person is signed out at once. Go on?"),
    status=["active", "suspended"],
)
action("staff_reactivate", status=["suspended", "left"])
action("staff_account", username=[None], status=["active"])
action(
    "staff_reset_password",
    confirm=("重置后旧密码失效并退出全部设备,确定重置?", "The old password and all sessions end. Reset?"),
    username=[SET],
)
action(
    "staff_reset_totp",
    danger=True,
    confirm=(
        "重置后下次登录不再需要动态验证码,确定重置?",
        "The next sign-in asks for no second factor. Reset it?",
    ),
    username=[SET],
)
action("staff_portrait_destroy", danger=True, confirm=DELETE, portrait_url=[SET])
always("staff_partial_update", "staff_destroy", "staff_portrait")
action("locations_map_picture_destroy", danger=True, confirm=DELETE, map_picture_url=[SET])
action("dictionaries_destroy", danger=True, confirm=DELETE, is_system=[False])
columns(
    "partner_applications_list",
    "name",
    "is_active",
    "client_id",
    "allowed_scopes",
    "allowed_addresses",
    "requires_signature",
    "rate_per_minute",
    "hospital_name",
)
action(
    "partner_applications_rotate_secret",
    danger=True,
    confirm=("旧密钥立即失效,确定更换?", "The old secret ends at once. Go on?"),
)
action(
    "partner_applications_rotate_signing_secret",
    danger=True,
    confirm=(
        "请把新密钥交给合作方;保留小时数为 0 时旧签名密钥立即失效,确定更换?",
        "The partner needs the new secret; with 0 hours of overlap the old one ends at once. Go on?",
    ),
)
groups(
    "Staff",
    "StaffCreate",
    person=("基本信息", "Person", "name gender phone username employee_no portrait_url"),
    work=("任职", "Employment", "hospital_id org_unit_id position_id memberships employed_on left_on status"),
    practice=("执业", "Practice", "licence_no title tier speciality introduction skills languages"),
)
