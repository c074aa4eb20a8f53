"""Whose address a request comes from, where proxies stand before the portal. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network


def client(peer: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """The address nearest to us that is no trusted proxy: of `peer`, and of the hops of X-Forwarded-For from right to left. What a
    stranger has written into that header lies further left, and counts for nothing."""
    hops = [*filter(None, (hop.strip() for hop in forwarded.split(","))), peer]
    for hop in reversed(hops):
        try:
            found = ip_address(hop)
        except ValueError:
            return "" if hop is peer else "unknown"
        if isinstance(found, IPv6Address) and found.ipv4_mapped:
            found = found.ipv4_mapped
        if not any(found.version == network.version and found in network for network in trusted):
            return str(found)
    return str(peer)


def counted(address: str) -> str:
    """What tries are counted by: of IPv6 the /64, which is one customer of a provider."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((found, 64), strict=False)) if isinstance(found, IPv6Address) else address
