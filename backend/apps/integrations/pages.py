from kernel.pages import action, columns, groups, moving

columns(
    "webhook_endpoints_list",
    "name", "application_name", "url", "state", "disabled_because", "failing_since", "last_delivered_at", "failures",
)  # fmt: skip
columns(
    "webhook_deliveries_list",
    "event_type", "endpoint_name", "sequence", "state", "tries", "last_status", "last_error", "due_at", "created_at",
)  # fmt: skip
action("webhook_endpoints_partial_update", state=["active", "disabled"])
action(
    "webhook_endpoints_rotate_secret",
    danger=True,
    confirm=("更换后请尽快在接收方换用新密钥,确定更换?", "The receiver has to take the new one soon. Go on?"),
    state=["active", "disabled"],
)
action(
    "webhook_endpoints_disable",
    danger=True,
    confirm=(
        "停用后不再推送,等待中的投递将取消,确定停用?",
        "Nothing is sent, what waits is cancelled. Disable?",
    ),
    state=["active"],
)
action("webhook_endpoints_enable", state=["disabled"])
action(
    "webhook_endpoints_retire",
    danger=True,
    confirm=("注销后不能恢复,确定注销?", "It cannot be taken back. Retire it?"),
    state=["active", "disabled"],
)
action("webhook_endpoints_test", state=["active"])
action("webhook_endpoints_replay", state=["active"])
action("webhook_deliveries_replay", state=["delivered", "retrying", "exhausted", "cancelled"])
groups(
    "WebhookEndpoint",
    "WebhookEndpointCreate",
    what=("接收地址", "Endpoint", "name application_id hospital_id url event_types secret"),
    state=("状态", "State", "state disabled_because disabled_at previous_until created_at"),
    health=(
        "投递情况", "How it does",
        "last_sequence failures failing_since last_failed_at last_delivered_at held_until notices",
    ),
)  # fmt: skip
moving("webhook_deliveries_list", state=["pending", "delivering"])
