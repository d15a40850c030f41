import ipaddress

from apps.identity.settings import Setting, define, section
from kernel.errors import Expectation

NETWORKS = Expectation(
    "networks",
    "须为以逗号分隔的网段,如 10.0.0.0/8,192.168.10.0/24,不含本机、链路本地和组播地址",
    "Networks with commas between, as 10.0.0.0/8,192.168.10.0/24; none of this machine, link-local or multicast.",
)
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(text: str) -> list[Network]:
    """The networks that a text names; ValueError for one that is none."""
    return [ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip()]


def _fit(text: str) -> bool:
    try:
        found = networks(text)
    except ValueError:
        return False
    return not any(
        net.is_loopback or net.is_link_local or net.is_multicast or net.prefixlen == 0 for net in found
    )


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
