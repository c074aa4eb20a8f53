"""An address to listen on, as people write it."""

from __future__ import annotations


def address_of(text: str) -> tuple[str, int]:
    """`HOST:PORT`, `[IPV6]:PORT`, or a port alone, which is one of loopback. Raises ValueError."""
    host, _, port = text.strip().rpartition(":")
    host = host.removeprefix("[").removesuffix("]") or "127.0.0.1"
    if not (port.isascii() and port.isdigit() and int(port) <= 65_535):
        raise ValueError("write it like 127.0.0.1:9108")
    return host, int(port)
