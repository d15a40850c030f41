"""Where what hospitals name may lead. A host is resolved once, and the very address that was judged is connected to.

Refused always: this machine, link-local and multicast addresses, those at which clouds tell secrets, what is reserved.
Private networks are reached where the hospital lists them: there, plain HTTP does, too.
"""

import ipaddress
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from kernel.errors import Expectation

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
#: Where machines in clouds are told who they are, whatever network that is in.
METADATA = frozenset(
    ipaddress.ip_address(text)
    for text in ("169.254.169.254", "fd00:ec2::254", "100.100.100.200", "192.0.0.192", "168.63.129.16")
)
#: The one for everybody, and those that networks choose for themselves (RFC 6052, 8215).
_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?")
_PLAIN = re.compile(r"[!-~]+")

URL = Expectation(
    "webhook_url",
    "须为 https:// 开头的完整地址,不含用户名、密码和 #,端口为 443 或 1024 至 65535",
    "A whole address that begins with https://, without user, password and #, with port 443 or 1024 to 65535.",
)
NO_SUCH_HOST = Expectation(
    "no_such_host", "域名无法解析,请核对", "The name of the host has no address; check it."
)
NOT_REACHED = Expectation(
    "address_refused",
    "该地址指向本机、内网或保留网段;内网地址须先列入医院设置的网段",
    "It leads to this machine, a private or a reserved network; the hospital's settings have to list private ones.",
)
NETWORKS = Expectation(
    "networks",
    "须为以逗号分隔的内网网段,如 10.0.0.0/8,192.168.10.0/24",
    "Private networks with commas between, as 10.0.0.0/8,192.168.10.0/24.",
)


class Refused(Exception):
    """`expected`: what would do; `error`: the class of the failed attempt."""

    def __init__(self, expected: Expectation, error: str) -> None:
        super().__init__(expected.code)
        self.expected, self.error = expected, error


@dataclass(frozen=True, slots=True)
class Target:
    """A host as its URL names it, and the address that stands for it. `path`: with the query."""

    scheme: str
    host: str
    port: int
    path: str
    address: str


def resolve(url: str, allowed: Iterable[Network] = (), *, loopback: bool = False) -> Target:
    """Where a URL leads now; Refused. `allowed`: private networks; `loopback`: plain HTTP, and to this machine."""
    scheme, host, port, path = parts_of(url)
    addresses = _addresses(host, port)
    networks = list(allowed)
    for address in addresses:
        if not (loopback and address.is_loopback) and not _may_be_reached(address, networks):
            raise Refused(NOT_REACHED, "address")
    inside = all(any(address in network for network in networks) for address in addresses)
    if scheme == "http" and not (loopback or inside):
        raise Refused(URL, "address")
    return Target(scheme, host, port, path, str(addresses[0]))


def parts_of(url: str) -> tuple[str, str, int, str]:
    """Scheme, host, port and path of a URL of the right form; Refused."""
    wrong = Refused(URL, "address")
    if not _PLAIN.fullmatch(url):
        raise wrong
    try:
        found = urlsplit(url)
        host, port = found.hostname or "", found.port
    except ValueError as error:
        raise wrong from error
    path = (found.path or "/") + (f"?{found.query}" if found.query else "")
    if found.scheme not in ("https", "http") or "@" in found.netloc or "#" in url or "\\" in url:
        raise wrong
    if not (_HOST.fullmatch(host) or _is_ipv6(host)):
        raise wrong
    standard = {"https": 443, "http": 80}[found.scheme]
    port = standard if port is None else port
    if port != standard and not 1024 <= port <= 65535:
        raise wrong
    return found.scheme, host, port, path


def _is_ipv6(host: str) -> bool:
    try:
        return ipaddress.IPv6Address(host).scope_id is None
    except ValueError:
        return False


def _addresses(host: str, port: int) -> list[Address]:
    """Every address of a host, each as what it is; whatever way a number is written, the resolver reads it."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Refused(NO_SUCH_HOST, "name") from error
    return list(dict.fromkeys(ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found))


def _may_be_reached(address: Address, allowed: list[Network]) -> bool:
    inner = _within(address)
    if inner is not None:
        return False  # nobody needs an IPv4 address dressed up as another one
    if (
        address in METADATA
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or address.is_reserved
    ):
        return False
    if any(address in network for network in allowed):
        return True
    return address.is_global


def _within(address: Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for, if it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if any(address in network for network in _NAT64):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)


def networks(text: str) -> list[Network]:
    """The networks that a text names; ValueError for one that is none."""
    return [ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip()]


#: What networks within an organisation are numbered from (RFC 1918, 4193, 6598).
_INNER = networks("10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,fc00::/7")


def are_private(text: str) -> bool:
    """Whether a text names networks within an organisation, and no others."""
    try:
        found = networks(text)
    except ValueError:
        return False
    return all(_is_private(network) for network in found)


def _is_private(network: Any) -> bool:
    return any(network.version == inner.version and network.subnet_of(inner) for inner in _INNER)
