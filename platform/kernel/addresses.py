"""Whose computer is asking, when proxies stand in between."""

from ipaddress import ip_address


def client_address(*, forwarded: str, remote: str, proxies: int) -> str:
    """The asker's IP address.

    ``forwarded`` is the X-Forwarded-For header: each proxy adds, at its end, the address it was
    asked from. So with ``proxies`` of our own in front, the entry that many from the end is the
    last one that a stranger could not have written. ``remote`` where that says nothing.
    """
    entries = [entry.strip() for entry in forwarded.split(",")]
    if proxies < 1 or len(entries) < proxies:
        return remote
    try:
        return str(ip_address(entries[-proxies].strip("[]")))
    except ValueError:
        return remote
