"""Whose computer is asking, when proxies stand in between."""

import re
from ipaddress import IPv6Address, IPv6Network, ip_address

# "203.0.113.7:51234", "[2001:db8::1]:443" and "[2001:db8::1]": some proxies add the port.
_WITH_PORT = re.compile(r"\[([^\]]+)\](?::\d{1,5})?|([\d.]+):\d{1,5}")


def client_address(*, forwarded: str, remote: str, proxies: int) -> str:
    """The address that limits count the asker by.

    ``forwarded`` is the X-Forwarded-For header: each proxy adds, at its end, the address it was
    asked from. So with ``proxies`` of our own in front, the entry that many from the end is the
    last one that a stranger could not have written. ``remote`` where that says nothing.

    One IPv6 connection owns a whole /64 and may ask from any address of it: all of them are
    returned as the first of that network. An IPv4 address mapped into IPv6 is the IPv4 address.
    """
    entries = [entry.strip() for entry in forwarded.split(",")]
    if proxies < 1 or len(entries) < proxies:
        return _counted(remote) or remote
    return _counted(entries[-proxies]) or _counted(remote) or remote


def _counted(text: str) -> str | None:
    match = _WITH_PORT.fullmatch(text)
    try:
        address = ip_address((match[1] or match[2]) if match else text)
    except ValueError:
        return None
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), 64), strict=False).network_address)
