from kernel.pages import action, columns

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
