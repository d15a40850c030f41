"""Pages for operators: they answer named addresses alone, anybody else as if they were not there."""

import ipaddress
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from kernel.http.addresses import client_ip, is_forwarded_by_a_stranger

View = Callable[..., HttpResponseBase]


def only_for(setting: str) -> Callable[[View], View]:
    """Close a view but for the addresses and networks that the setting of this name lists."""

    def close(view: View) -> View:
        @wraps(view)
        def closed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not _named(request, getattr(settings, setting)):
                raise Http404
            return view(request, *args, **kwargs)

        return closed

    return close


def _named(request: HttpRequest, listed: list[str]) -> bool:
    networks = [ipaddress.ip_network(text) for text in listed]
    if is_forwarded_by_a_stranger(request):
        return any(network.prefixlen == 0 for network in networks)
    address = client_ip(request)
    return address is not None and any(ipaddress.ip_address(address) in network for network in networks)
