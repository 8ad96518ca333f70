"""Network addresses as limits count them. Pure. Trusted proxies say which one a request has."""

import ipaddress


def clean_address(text: str) -> str | None:
    """The address as PostgreSQL's `inet` takes it, None for what is none: proxies hand on what others wrote."""
    try:
        return str(ipaddress.ip_address(text.partition("%")[0]))  # without the zone of a link-local one
    except ValueError:
        return None


def network_of(address: str) -> str:
    """An IPv6 address as its /64, of which whoever has one has all."""
    if ":" not in address:
        return address
    try:
        parsed = ipaddress.IPv6Address(address)
    except ValueError:
        return address
    if parsed.ipv4_mapped is not None or parsed.is_loopback:
        return str(parsed.ipv4_mapped or parsed)
    return str(ipaddress.IPv6Network((int(parsed) >> 64 << 64, 64)))


def is_loopback(address: str) -> bool:
    """The machine itself: a proxy on it would make all visitors one address."""
    return address.startswith("127.") or address in ("::1", "")
