import ipaddress
from typing import Any

from apps.identity.settings import Setting, define, section
from kernel.errors import Expectation

NETWORKS = Expectation(
    "networks",
    "须为以逗号分隔的内网网段,如 10.0.0.0/8,192.168.10.0/24",
    "Private networks with commas between, as 10.0.0.0/8,192.168.10.0/24.",
)
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(text: str) -> list[Network]:
    """The networks that a text names; ValueError for one that is none."""
    return [ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip()]


#: What networks within an organisation are numbered from (RFC 1918, 4193, 6598).
_INNER = networks("10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,fc00::/7")


def _fit(text: str) -> bool:
    try:
        found = networks(text)
    except ValueError:
        return False
    return all(_is_private(network) for network in found)


def _is_private(network: Any) -> bool:
    return any(network.version == inner.version and network.subnet_of(inner) for inner in _INNER)


section("第三方应用", "Partner applications", "webhooks.")

PRIVATE_NETWORKS = define(
    Setting(
        "webhooks.private_networks", "", "可接收事件推送的内网网段",
        "Networks within the hospital that webhooks may be sent to", form=NETWORKS, fits=_fit,
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
        "Networks within the hospital that the receipt platform stands in", form=NETWORKS, fits=_fit,
    )
)  # fmt: skip
