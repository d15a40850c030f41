from kernel.pages import action, columns, groups

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
)
groups(
    "Menu",
    menu=("菜单", "Menu", "title title_en kind code parent_id module icon sort"),
    route=("路由", "Route", "path component"),
    rights=("权限与显示", "Rights", "permissions is_hidden is_active"),
)
