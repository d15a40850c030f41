"""What counts as one caller."""

import ipaddress

HOME_BITS = 64  # of an IPv6 address: whoever has one has all that share them


def home_of(address: str | None) -> str | None:
    """The address to count by: of IPv6 the first of the network that one customer has."""
    if address is None or ":" not in address:
        return address
    return str(ipaddress.ip_network((address, HOME_BITS), strict=False).network_address)
