from apps.access.codes import give, module, reach, resource
from apps.access.menus import directory, page

module("identity", "组织与员工", "Organisation and staff", 10)
resource("identity", "group", "集团", ("list", "change"))
resource("identity", "hospital", "医院", ("list", "add", "change", "delete"))
resource("identity", "org_unit", "部门", ("list", "add", "change", "delete"))
resource("identity", "location", "位置", ("list", "add", "change", "delete"))
resource("identity", "department", "科室", ("list", "add", "change", "delete"))
resource("identity", "position", "职务", ("list", "add", "change", "delete"))
resource("identity", "calendar", "节假日", ("list", "add", "change", "delete"))
resource(
    "identity",
    "staff",
    "员工",
    ("list", "add", "change", "delete", "sensitive"),
    status=("停用、离职与复职", "Suspend, end and resume employment"),
    account=("开通账号与重置密码", "Open accounts and reset passwords"),
    second_factor=("重置动态验证码", "Reset the second factor"),
)
resource("identity", "placement", "任职安排(科室、部门与主任)", ("change",))
resource("identity", "dictionary", "字典", ("list", "add", "change", "delete"))
resource("identity", "setting", "设置", ("list", "change"))
resource("identity", "partner_application", "第三方应用", ("list", "add", "change", "delete"))

for role in ("department_head", "doctor", "clerk", "finance"):
    open_to_all = (
        "group",
        "hospital",
        "org_unit",
        "location",
        "department",
        "position",
        "calendar",
        "staff",
        "dictionary",
        "setting",
    )
    give(role, *(f"identity.{name}.list" for name in open_to_all))
    reach(role, "identity", "hospital")  # the directory of the own hospital is open to all who work there

module("access", "权限管理", "Access", 11)
resource("access", "role", "角色", ("list", "add", "change", "delete"))
resource("access", "staff_role", "员工角色", ("list", "change"))
resource("access", "module", "模块", ("list", "change"))
resource("access", "menu", "菜单", ("list", "add", "change", "delete"))
resource("access", "permission", "权限路径", ("list",))
module("audit", "操作日志", "Operation log", 90)
resource(
    "audit", "event", "操作日志", ("list", "export"), verify=("校验操作日志", "Verify the operation log")
)
module("operations", "系统运维", "Operations", 91)
resource("operations", "dead_letter", "死信", ("list",), replay=("重新投递", "Replay dead letters"))

directory("system", module="access", zh="系统管理", en="System", path="/system", icon="setting", sort=90)
page("roles", resource="access.role", zh="角色", en="Roles", path="roles", component="system/roles/index",
     parent="system", icon="user-group", sort=1)  # fmt: skip
page("staff_roles", resource="access.staff_role", zh="员工角色", en="Staff roles", path="staff-roles",
     component="system/staff-roles/index", parent="system", icon="user-check", sort=2)  # fmt: skip
page("menus", resource="access.menu", zh="菜单", en="Menus", path="menus", component="system/menus/index",
     parent="system", icon="menu", sort=3)  # fmt: skip
page("modules", resource="access.module", zh="模块", en="Modules", path="modules",
     component="system/modules/index", parent="system", icon="grid", sort=4)  # fmt: skip
page("permissions", resource="access.permission", zh="权限路径", en="Permission codes", path="permissions",
     component="system/permissions/index", parent="system", icon="key", sort=5)  # fmt: skip
page("operation_log", resource="audit.event", zh="操作日志", en="Operation log", path="operation-log",
     component="system/operation-log/index", parent="system", icon="document", sort=6)  # fmt: skip
page("dead_letters", resource="operations.dead_letter", zh="死信", en="Dead letters", path="dead-letters",
     component="system/dead-letters/index", parent="system", icon="warning", sort=7)  # fmt: skip
directory("organisation", module="identity", zh="组织与员工", en="Organisation", path="/organisation",
          icon="office-building", sort=10)  # fmt: skip
for _sort, (_code, _resource, _zh, _en, _path, _icon) in enumerate(
    (
        ("group", "identity.group", "集团", "Group", "group", "group"),
        ("hospitals", "identity.hospital", "医院", "Hospitals", "hospitals", "hospital"),
        ("org_units", "identity.org_unit", "部门", "Units", "org-units", "tree"),
        ("departments", "identity.department", "科室", "Departments", "departments", "department"),
        ("locations", "identity.location", "科室分布", "Locations", "locations", "location"),
        ("positions", "identity.position", "职务", "Positions", "positions", "position"),
        ("calendar_days", "identity.calendar", "节假日", "Calendar", "calendar-days", "calendar"),
        ("staff", "identity.staff", "员工", "Staff", "staff", "user"),
        ("dictionaries", "identity.dictionary", "数据字典", "Dictionaries", "dictionaries", "book"),
        ("settings", "identity.setting", "参数设置", "Settings", "settings", "setting"),
    )
):
    page(_code, resource=_resource, zh=_zh, en=_en, path=_path, icon=_icon, sort=_sort,
         component=f"organisation/{_path}/index", parent="organisation")  # fmt: skip
page("partner_applications", resource="identity.partner_application", zh="第三方应用", en="Partner applications",
     path="partner-applications", component="organisation/partner-applications/index", parent="system", icon="link",
     sort=10)  # fmt: skip
