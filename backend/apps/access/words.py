from apps.access.codes import SYSTEM_ROLES, code_words, module_words
from apps.access.menus import page_words
from apps.access.models import MenuItem, ScopeKind
from kernel.known_words import subjects
from kernel.words import (
    ValueWords,
    known,
    objects,
    of,
    operations,
    properties,
    references,
    references_of,
    resources,
    values,
)

properties(
    children=("下级", "Below"), component=("前端组件", "Component"), data_scopes=("数据范围", "Data scopes"),
    dead=("死信", "Dead"), default_scope=("默认数据范围", "Scope by default"), departments=("科室", "Departments"),
    event_id=("事件标识", "Event id"), everything=("全部数据", "Everything"), handler=("处理程序", "Handler"),
    happened_at=("发生时间", "Happened"), hidden=("隐藏", "Hidden"), hospital=("医院", "Hospital"),
    hospital_ids=("医院列表", "Hospitals"), is_administrator=("管理员角色", "Administrators' role"),
    first_pages=("菜单首先显示的页面", "Pages the menu begins with"),
    is_hidden=("隐藏", "Hidden"), is_retired=("已停用", "Retired"), me=("当前用户", "Who is signed in"),
    menus=("菜单", "Menus"), meta=("菜单属性", "Meta"), oldest_pending_at=("最早待投递时间", "Oldest pending"),
    oldest_waiting_at=("最早等待时间", "Oldest waiting"), payload=("事件内容", "Payload"),
    pending=("待投递", "Pending"), permissions=("权限编码", "Permission codes"), replayed_at=("重放时间", "Replayed"),
    is_replayed=("已重放", "Was replayed"), role_ids=("角色", "Roles"), scopes=("各模块数据范围", "Scopes by module"),
    title_en=("英文标题", "English title"), topic=("事件类型", "Topic"), waiting=("等待中", "Waiting"),
)  # fmt: skip
of("Role", "HeldRole", name=("角色名称", "Role"), code=("角色编码", "Code"))
of(
    "Menu",
    "MenuNode",
    kind=("菜单类型", "Kind"),
    path=("路由路径", "Route"),
    parent_id=("上级菜单", "Menu above"),
)


def role_words() -> dict[str, ValueWords]:
    """The roles that the product brings."""
    return {code: ValueWords(role.zh, role.en) for code, role in SYSTEM_ROLES.items()}


known("PermissionCode", code_words, "permissions", "Role", "Menu")
known(
    "ModuleCode", module_words, "module", "RoleScope", "Menu", "Permission", "menus_list", "permissions_list"
)
known("PageCode", page_words, "first_pages", "Role")
references("roles", "role_ids")
references_of("menus", "parent_id", "Menu", "menus_list", "menus_options_list")

resources(
    menus=("菜单", "menu", "menus"), modules=("模块", "module", "modules"),
    permissions=("权限编码", "permission code", "permission codes"), roles=("角色", "role", "roles"),
    staff_roles=("员工角色", "role of a staff member", "roles of a staff member"),
    operations_dead_letters=("死信", "dead letter", "dead letters"),
)  # fmt: skip

operations(
    me_access=("我的菜单和权限", "My menus and permissions"),
    manifest=("前端清单", "What front ends are drawn from"), roles_copy=("复制角色", "Copy a role"),
    staff_roles_set=("设置员工角色", "Give roles to a staff member"),
    operations_dead_letters_replay=("重放死信", "Replay a dead letter"),
    operations_outbox=("事件投递状态", "State of the outbox"),
)  # fmt: skip

values(ScopeKind, {
    "all": ("全部", "Everything"), "hospital": ("本院", "Own hospital"),
    "department_and_below": ("本科室及下级", "Own departments and below"),
    "department": ("本科室", "Own departments"), "chosen": ("指定科室", "Chosen departments"), "own": ("本人", "Own"),
})  # fmt: skip
values(
    MenuItem.Kind,
    {"directory": ("目录", "Directory"), "page": ("页面", "Page"), "button": ("按钮", "Button")},
)

subjects({"kernel.dead_letter": ("死信", "Dead letter")})
objects({
    "access.menuitem": ("菜单", "Menu"),
    "access.menuitempermission": ("菜单的权限", "Permission of a menu"),
    "access.module": ("模块", "Module"),
    "access.permission": ("权限编码", "Permission code"),
    "access.role": ("角色", "Role"),
    "access.rolepermission": ("角色的权限", "Permission of a role"),
    "access.rolescope": ("角色的数据范围", "Data scope of a role"),
    "access.rolescopedepartment": ("数据范围的科室", "Department of a data scope"),
    "access.staffrole": ("员工的角色", "Role of a staff member"),
})  # fmt: skip
