from apps.access.codes import give, module, resource
from apps.access.menus import directory, page

module("queueing", "排队候诊", "Queueing", 31)
resource(
    "queueing",
    "queue",
    "排队候诊",
    ("list", "add", "change", "delete"),
    walk_in=("现场排队", "Queue walk-ins"),
    call=("叫号", "Call patients"),
    pause=("暂停叫号", "Pause queues"),
    prioritise=("优先就诊", "Give priority"),
    transfer=("转诊到其他队列", "Transfer to another queue"),
)
resource("queueing", "queue_screen", "候诊大屏", ("list", "add"), revoke=("停用候诊大屏", "Revoke screens"))
resource("queueing", "queue_rule", "排队规则", ("list", "add", "change", "delete"))
resource("queueing", "overview", "诊所概况", ("list",))

_DESK = (
    "queueing.overview.list",
    *(f"queueing.queue.{verb}" for verb in ("list", "walk_in", "call", "pause", "transfer")),
)
give("doctor", *_DESK)
give(
    "department_head",
    *_DESK,
    *(f"queueing.queue.{verb}" for verb in ("add", "change", "delete", "prioritise")),
    *(f"queueing.queue_rule.{verb}" for verb in ("list", "add", "change", "delete")),
    *(f"queueing.queue_screen.{verb}" for verb in ("list", "add", "revoke")),
)
give("clerk", *_DESK, "queueing.queue.prioritise", "queueing.queue_rule.list")

directory("queueing", module="queueing", zh="排队候诊", en="Queueing", path="/queueing",
          icon="queue", sort=31)  # fmt: skip
page("queue", resource="queueing.queue", zh="排队候诊", en="Queue", path="queue",
     component="queueing/queue/index", parent="queueing", icon="queue", sort=1)  # fmt: skip
page("queues", resource="queueing.queue_rule", zh="队列与规则", en="Queues and rules", path="queues",
     component="queueing/queues/index", parent="queueing", icon="settings", sort=2)  # fmt: skip
page("queue_screens", resource="queueing.queue_screen", zh="叫号屏", en="Screens", path="queue-screens",
     component="queueing/queue-screens/index", parent="queueing", icon="screen", sort=3)  # fmt: skip
page("clinic_overview", resource="queueing.overview", zh="诊所概况", en="Overview", path="overview",
     component="queueing/overview/index", parent="queueing", icon="dashboard", sort=4)  # fmt: skip
