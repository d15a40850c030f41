from apps.identity.settings import Setting, define, section
from kernel.targets import NETWORKS, are_private

section("第三方应用", "Partner applications", "webhooks.")

PRIVATE_NETWORKS = define(
    Setting(
        "webhooks.private_networks", "", "可接收事件推送的内网网段",
        "Networks within the hospital that webhooks may be sent to", form=NETWORKS, fits=are_private,
    )
)  # fmt: skip
OVERLAP_HOURS = define(
    Setting(
        "webhooks.overlap_hours", 24, "更换推送密钥后旧密钥继续签名的小时数",
        "Hours for which the old secret signs, too, after a rotation", minimum=0, maximum=168,
    )
)  # fmt: skip
section("电子票据", "E-receipts", "receipts.")

RECEIPT_NETWORKS = define(
    Setting(
        "receipts.private_networks", "", "票据平台所在的内网网段",
        "Networks within the hospital that the receipt platform stands in", form=NETWORKS, fits=are_private,
    )
)  # fmt: skip
