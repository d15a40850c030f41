from apps.identity.models.calendar import DayKind
from apps.identity.models.organisation import Ownership
from apps.identity.models.staff import VisitTier
from apps.identity.models.user import UserKind
from apps.identity.oauth import BOOKS, EVENTS, SCOPES, WEBHOOKS
from apps.identity.services.proof import ProofMethod
from apps.identity.states import StaffState
from kernel.words import (
    Key,
    ValueWords,
    acts,
    choices,
    help_on,
    keys,
    known,
    numbers,
    objects,
    of,
    operations,
    properties,
    references,
    references_of,
    resources,
    technical,
    unmasked,
    values,
)

properties(
    ownership=("所有制", "Ownership"), is_insurance_designated=("医保定点", "Insurance-designated"),
    access_token=("访问令牌", "Access token"), account=("账号", "Account"), address=("地址", "Address"),
    allowed_scopes=("允许的权限范围", "Allowed scopes"), building=("楼栋", "Building"), floor=("楼层", "Floor"),
    room=("房间", "Room"), directions=("路线指引", "Directions"), client_id=("应用标识", "Client id"),
    client_secret=("应用密钥", "Client secret"), current_password=("当前密码", "Current password"),
    new_password=("新密码", "New password"), password=("密码", "Password"), username=("用户名", "User name"),
    initial_password=("初始密码", "Initial password"),
    must_change_password=("须修改密码", "Has to change the password"), department_id=("科室", "Department"),
    department_ids=("科室列表", "Departments"), department_name=("科室名称", "Department"), device=("设备", "Device"),
    device_token=("设备令牌", "Device token"), dictionary_id=("字典", "Dictionary"),
    dictionary_name=("字典名称", "Dictionary"), employed_on=("入职日期", "Employed since"),
    employee_no=("工号", "Employee number"), left_on=("离职日期", "Left on"), entered=("录入天数", "Days entered"),
    year=("年份", "Year"), error=("错误", "Error"), error_description=("错误说明", "What was wrong"),
    expires_in=("有效秒数", "Valid for seconds"), follows_weekday=("按周几上班", "Works as weekday"),
    gender=("性别", "Gender"), grant_type=("授权类型", "Grant type"), group_id=("集团", "Group"),
    group_name=("集团名称", "Group"), has_phone=("已绑定手机号", "Has a phone number"),
    introduction=("简介", "Introduction"), is_current=("当前设备", "This device"),
    is_head=("科室主任", "Head of the department"), is_primary=("主要科室", "Main department"),
    is_system=("系统内置", "Built in"), languages=("语言", "Languages"), last_seen_at=("最近使用", "Last seen"),
    licence_no=("执业证号", "Licence number"), location_id=("位置", "Place"), location_name=("位置名称", "Place"),
    location=("位置", "Place"), map_picture_url=("位置图", "Map"), memberships=("所属科室", "Departments"),
    nickname=("昵称", "Nickname"), opening_hours=("营业时间", "Opening hours"),
    org_unit_id=("组织机构", "Organisational unit"), org_unit_name=("组织机构名称", "Organisational unit"),
    parent_id=("上级", "Above"), parent_name=("上级名称", "Above"), phone=("电话", "Phone"), place=("位置", "Place"),
    portrait_url=("照片", "Portrait"), position_id=("职务", "Position"), position_name=("职务名称", "Position"),
    rate_per_minute=("每分钟请求上限", "Requests a minute"),
    money_per_minute=("每分钟资金请求上限", "Money requests a minute"),
    allowed_addresses=("允许的来源地址", "Allowed addresses"),
    previous_secret_until=("旧密钥有效至", "Old secret until"), overlap_hours=("旧密钥保留小时数", "Hours of overlap"),
    requires_signature=("请求须签名", "Requests have to be signed"),
    signing_secret=("签名密钥", "Signing secret"), signing_since=("签名密钥生成时间", "Signing secret since"),
    previous_signing_until=("旧签名密钥有效至", "Old signing secret until"),
    read_at=("阅读时间", "Read"),
    recovery_code=("恢复码", "Recovery code"), recovery_codes=("恢复码列表", "Recovery codes"),
    secret=("密钥", "Secret"), section=("分组", "Section"), settings=("参数设置", "Settings"),
    skills=("技能", "Skills"),
    speciality=("擅长", "Speciality"), staff=("员工", "Staff"), staff_id=("员工", "Staff member"),
    staff_name=("员工姓名", "Staff member"), text_zh=("中文说明", "In Chinese"), text_en=("英文说明", "In English"),
    tier=("号别", "Tier"), token=("令牌", "Token"), token_type=("令牌类型", "Token type"),
    token_type_hint=("令牌类型提示", "Hint of the token's type"), is_practitioner=("医生", "Is a doctor"),
    hint=("提示", "Hint"), totp_code=("动态验证码", "Authenticator code"),
    totp_enabled=("已启用动态验证码", "Second factor is on"), user=("用户", "User"), mrn=("病案号", "Record number"),
    notice_id=("通知标识", "Notice id"), qr_picture_url=("二维码", "QR code"), unit=("单位", "Unit"),
    value_text=("当前值", "In force"), default_text=("默认值", "By default"), below=("下级包含", "Everything below"),
)  # fmt: skip
of(
    "Staff", "StaffCreate", "StaffSummary", "Doctor", name=("姓名", "Name"), title=("职称", "Professional title"),
    gender=("性别", "Gender"), tier=("号别", "Tier"), languages=("语言", "Languages"),
)  # fmt: skip
of("staff_list", "staff_options_list", title=("职称", "Professional title"))
help_on(
    new_password=(
        "至少 10 个字符,不能全是数字,不能是常见密码,也不能与用户名、姓名或当前密码相近",
        "At least 10 characters, not only digits, no common password, nothing like your name or the current one",
    ),
    opening_hours=("如 08:00-12:00,一天可填多段", "Such as 08:00-12:00; several for a day"),
)
WEEKDAYS = {
    0: ("周一", "Monday"), 1: ("周二", "Tuesday"), 2: ("周三", "Wednesday"), 3: ("周四", "Thursday"),
    4: ("周五", "Friday"), 5: ("周六", "Saturday"), 6: ("周日", "Sunday"),
}  # fmt: skip
numbers(WEEKDAYS, "weekday", "weekdays", "follows_weekday")
keys(lambda: {en[:3].lower(): Key(zh, en) for zh, en in WEEKDAYS.values()}, "opening_hours")
of("TotpCode", code=("动态验证码", "Authenticator code"))
of(
    "Department",
    name=("科室名称", "Department"),
    code=("科室编码", "Code"),
    place=("位置说明", "Where it is"),
)
of("Hospital", name=("医院名称", "Hospital"), code=("医院编码", "Code"))
of("Session", id=("登录标识", "Id"), created_at=("登录时间", "Signed in"))
of("CalendarDay", kind=("日期类型", "Kind of day"), note=("说明", "Note"))
of("FilledYear", kept=("保留天数", "Days kept"))
of("Setting", kind=("值类型", "Kind of value"))
SCOPE_NAMES = {
    "directory:read": ("读取医院、科室与医生", "Read hospitals, departments and doctors"),
    "bills:write": ("推送 HIS 账单", "Push bills of HIS"),
    "payments:write": ("代收款、退款并查询本应用记录", "Take payments, give them back, read the own records"),
    BOOKS: ("读取医院全部日账单", "Read the hospital's own bill of a day"),
    "reconciliation:write": ("提交 HIS 对账单", "Hand in the bill of HIS"),
    "inpatient:write": ("推送住院与住院费用", "Push stays and their charges"),
    EVENTS: ("接收预约、就诊、住院与账单事件", "Be told of appointments, visits, stays and bills"),
    WEBHOOKS: ("管理本应用的接收地址", "Manage the own webhook endpoints"),
}  # fmt: skip


def scope_words() -> dict[str, ValueWords]:
    """Every scope that an application may be given."""
    return {scope: ValueWords(*SCOPE_NAMES[scope]) for scope in SCOPES}


technical("StaffNotice", "kind")
known(
    "PartnerScope", scope_words, "allowed_scopes", "PartnerApplication", "PartnerApplicationCreate",
)  # fmt: skip
of("AccessToken", "TokenRequest", scope=("权限范围", "Scopes"))

references("departments", "department_id", "department_ids")
references("dictionaries", "dictionary_id")
references("groups", "group_id")
references("hospitals", "hospital_ids")
references("locations", "location_id", "room_id")
references("org_units", "org_unit_id")
references("positions", "position_id")
references("staff", "staff_id")

unmasked("staff_sensitive", "Staff", "StaffCreate")
references_of("org_units", "parent_id", "OrgUnit", "org_units_list", "org_units_options_list")

resources(
    auth_notices=("我的通知", "notice", "my notices"), auth_sessions=("登录设备", "device", "signed-in devices"),
    calendar_days=("节假日与调休", "calendar day", "calendar days"),
    departments=("科室", "department", "departments"), dictionaries=("数据字典", "dictionary", "dictionaries"),
    dictionary_items=("字典项", "dictionary entry", "dictionary entries"), groups=("集团", "group", "groups"),
    hospitals=("医院", "hospital", "hospitals"), hospital_settings=("参数设置", "settings", "settings"),
    locations=("位置", "place", "places"), org_units=("组织机构", "organisational unit", "organisational units"),
    partner_applications=("第三方应用", "partner application", "partner applications"),
    positions=("职务", "position", "positions"), staff=("员工", "staff member", "staff"),
    doctors=("医生", "doctor", "doctors"),
)  # fmt: skip

operations(
    auth_change_password=("修改密码", "Change my password"), auth_me=("当前用户", "Who is signed in"),
    auth_notices_read=("标记通知已读", "Mark a notice as read"), auth_sessions_end=("下线设备", "Sign a device out"),
    auth_sign_in=("登录", "Sign in"), auth_sign_out=("退出登录", "Sign out"),
    auth_sign_out_all=("退出全部设备", "Sign every device out"),
    auth_totp_enrol=("启用动态验证码", "Set the authenticator up"),
    auth_totp_confirm=("确认动态验证码", "Confirm the authenticator"),
    auth_totp_disable=("停用动态验证码", "Switch the authenticator off"),
    auth_wechat=("微信登录", "Sign in by WeChat"), auth_wechat_phone=("绑定手机号", "Store the phone number"),
    calendar_days_fill=("填充全年节假日", "Fill a year's holidays"),
    dictionaries_lookup=("查询字典选项", "Look dictionary entries up"),
    hospital_settings_update=("修改参数设置", "Change settings"),
    locations_map_picture=("上传位置图", "Set the map picture"),
    locations_map_picture_destroy=("删除位置图", "Remove the map picture"),
    partner_applications_rotate_secret=("更换应用密钥", "Give a new secret"),
    partner_applications_rotate_signing_secret=("更换签名密钥", "Give a new signing secret"),
    staff_account=("开通账号", "Give an account"), staff_leave=("办理离职", "Somebody leaves"),
    staff_portrait=("上传员工照片", "Set the portrait"),
    staff_portrait_destroy=("删除员工照片", "Remove the portrait"),
    staff_reactivate=("复职", "Somebody is back at work"), staff_reset_password=("重置密码", "Reset a password"),
    staff_reset_totp=("重置动态验证码", "Reset the second factor"),
    staff_sensitive=("查看员工敏感信息", "Read a staff member's phone number"),
    staff_suspend=("停用员工", "Suspend somebody"), me=("当前账号", "The signed-in account"),
    oauth_revoke=("吊销令牌", "Revoke a token"), oauth_token=("获取令牌", "Get a token"),
)  # fmt: skip

values(
    DayKind, {"holiday": ("节假日", "Holiday", "info"), "workday": ("调休上班", "Make-up workday", "warning")}
)
values(Ownership, {
    "public": ("公立", "Public"), "military": ("军队", "Military"), "private": ("社会办", "Private"),
})  # fmt: skip
values(VisitTier, {"normal": ("普通", "Ordinary"), "expert": ("专家", "Expert", "info")})
values(UserKind, {"staff": ("员工", "Staff"), "patient": ("患者", "Patient")})
values(StaffState, {
    "active": ("在职", "In service", "success"), "suspended": ("停用", "Suspended", "warning"),
    "left": ("离职", "Left"),
})  # fmt: skip
values(ProofMethod, {"password": ("密码", "Password"), "totp": ("动态验证码", "Authenticator")})
choices({"client_credentials": ("客户端凭证", "Client credentials")})
choices({"embedded": ("内置", "Built in"), "http": ("HTTP 接口", "By HTTP")})

objects({
    "identity.calendarday": ("节假日与调休", "Calendar day"),
    "identity.dictionary": ("数据字典", "Dictionary"),
    "identity.dictionaryitem": ("字典项", "Dictionary entry"),
    "identity.department": ("科室", "Department"),
    "identity.group": ("集团", "Group"),
    "identity.hospital": ("医院", "Hospital"),
    "identity.location": ("位置", "Place"),
    "identity.orgunit": ("组织机构", "Organisational unit"),
    "identity.position": ("职务", "Position"),
    "identity.partnerapplication": ("第三方应用", "Partner application"),
    "identity.staffdepartment": ("员工所在科室", "Department of a staff member"),
    "identity.staffmember": ("员工", "Staff member"),
    "identity.totpdevice": ("动态验证码", "Second factor"),
    "identity.user": ("账号", "Account"),
    "identity.wechataccount": ("微信账号", "WeChat account"),
})  # fmt: skip
acts(
    sign_in=("登录", "Signed in"),
    sign_in_refused=("登录被拒", "Sign-in refused"),
    identity_proof=("再次验证身份", "Identity proven"),
    identity_proof_refused=("身份验证被拒", "Proof of identity refused"),
    password_change=("修改密码", "Password changed"),
    password_change_refused=("修改密码被拒", "Change of password refused"),
    password_reset=("重置密码", "Password reset"),
    totp_enrol=("申请动态验证码", "Second factor asked for"),
    totp_enrol_refused=("申请动态验证码被拒", "Second factor refused"),
    totp_enable=("启用动态验证码", "Second factor on"),
    totp_disable=("停用动态验证码", "Second factor off"),
    totp_disable_refused=("停用动态验证码被拒", "Turning the second factor off refused"),
    totp_reset=("重置动态验证码", "Second factor reset"),
    read_sensitive=("查看敏感信息", "Sensitive data read"),
    place=("调整位置", "Placed"),
)  # fmt: skip

of("Setting", text=("参数", "Setting"))
technical(
    "Setting",
    "key",
    "kind",
    "value",
    "default",
    "minimum",
    "maximum",
    "choices",
    "unit",
    "text_zh",
    "text_en",
)
of(
    "Problem", first_year=("最早年份", "First year"), last_year=("最晚年份", "Last year"),
    pixels=("像素上限", "Most pixels"), header=("请求头", "Header"),
    server_timestamp=("服务器时间戳(秒)", "Server's time in seconds"),
)  # fmt: skip
