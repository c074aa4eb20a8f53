"""Chat services and pagers through Apprise, which is an extra and is loaded when the first message leaves."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from engine.channels.door import LaterError
from engine.delivery import compose
from engine.delivery.page import Page
from engine.plain import plain

if TYPE_CHECKING:
    import apprise


_TELLING = 4
"""Shorter parts of an address are words like any other."""


class Chat:
    """One address of Apprise's. It answers yes or no, so that nothing is known to be refused for good."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._service: apprise.Apprise | None = None

    def send(self, page: Page) -> str:
        """Hand a page over. Raises LaterError."""
        service = self._service = self._service or _opened(self._address)
        import apprise

        capture: Any = apprise.LogCapture
        with capture(level=logging.WARNING, fmt="%(message)s") as log:
            try:
                taken = service.notify(title=compose.subject(page), body=compose.brief(page))
            except (OSError, ValueError, TypeError, LookupError, AttributeError, RuntimeError) as error:
                # A plugin for each of 170 services: what one of them trips over must not end the lane.
                raise LaterError(f"the service's plugin failed: {type(error).__name__}") from error
            said = str(log.getvalue())
        if not taken:
            told = plain(_without(self._address, said).strip(), 300)
            raise LaterError(told or "the service did not take the message")
        return "taken"

    def close(self) -> None:
        """Apprise keeps no connection."""

    def cut(self) -> None:
        """Its plugins' sockets are their own: they end when their time-outs do."""


def _without(address: str, said: str) -> str:
    """What a plugin said without any part of the address: which of them is a secret differs with the service."""
    whole = unquote(address)
    parts = {part for text in (address, whole) for part in re.split(r"[/:@?&=]+", text.partition("://")[2])}
    for part in sorted({address, whole, *parts}, key=len, reverse=True):
        if len(part) >= _TELLING:
            said = said.replace(part, "***")
    return said


def _opened(address: str) -> apprise.Apprise:
    try:
        import apprise
    except ImportError as error:
        raise LaterError(
            "chat channels need an extra that is not installed: pip install 'tiercel[chat]'"
        ) from error
    # What it logs has addresses in it; what is worth knowing is captured where it is sent.
    log = logging.getLogger(apprise.logger.name)
    log.propagate = False
    if not log.handlers:
        log.addHandler(logging.NullHandler())
    service = apprise.Apprise(asset=apprise.AppriseAsset(secure_logging=True))
    if not service.add(address):
        raise LaterError("the channel's address is not one that Apprise knows")
    server: Any
    for server in service:
        if "overflow=" not in address:
            server.overflow_mode = apprise.OverflowMode.SPLIT
    return service
