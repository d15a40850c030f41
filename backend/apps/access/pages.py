from kernel.pages import action

action(
    "operations_dead_letters_replay",
    confirm=("事件将重新投递,确定重放?", "The event is queued again. Replay?"),
)
