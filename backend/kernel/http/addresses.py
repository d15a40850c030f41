"""Where a request comes from."""

import ipaddress
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from kernel.addresses import home_of


def client_ip(request: HttpRequest) -> str | None:
    """The address of the client. `X-Forwarded-For` counts only as far as settings.TRUSTED_PROXIES added to it."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    address = _address(request.META.get("REMOTE_ADDR", ""))
    while address is not None and hops and _trusted(address):
        earlier = _address(hops.pop())
        if earlier is None:
            break
        address = earlier
    return str(address) if address else None


def is_forwarded_by_a_stranger(request: HttpRequest) -> bool:
    """True if a proxy that nobody named stands in between: all its clients would have its own address."""
    address = _address(request.META.get("REMOTE_ADDR", ""))
    return bool(request.headers.get("X-Forwarded-For")) and (address is None or not _trusted(address))


def client_home(request: HttpRequest) -> str:
    """What limits count by: the address, of IPv6 the network that one customer has; empty if it is unknown."""
    return home_of(client_ip(request)) or ""


def _address(text: str) -> Any:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _trusted(address: Any) -> bool:
    return any(address in ipaddress.ip_network(network) for network in settings.TRUSTED_PROXIES)
