from kernel.pages import DELETE, action, always, columns, groups

columns(
    "menus_list",
    "title",
    "code",
    "module",
    "kind",
    "path",
    "icon",
    "sort",
    "permissions",
    "is_hidden",
    "is_active",
)
action(
    "operations_dead_letters_replay",
    confirm=("事件将重新投递,确定重放?", "The event is queued again. Replay?"),
    replayed_at=[None],
)
action("roles_partial_update", is_system=[False])
action("roles_destroy", danger=True, confirm=DELETE, is_system=[False])
always("staff_roles_set")
groups(
    "Menu",
    menu=("菜单", "Menu", "title title_en kind code parent_id module icon sort"),
    route=("路由", "Route", "path component"),
    rights=("权限与显示", "Rights", "permissions is_hidden is_active"),
)
