"""What every way out promises, and which one a channel's name stands for.

A way either has the answer of the other side, or says that it is worth trying later, or that it never will be: the
lane that sends decides nothing about protocols, a way nothing about attempts.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Protocol

from dsl.ladder import EMAIL, Channel, ChannelKind
from dsl.model import RuleSet
from engine.delivery.page import Page
from engine.settings import Settings


class LaterError(Exception):
    """It did not work this time. `asked`: seconds that the other side wants to be left alone. `outage`: nothing else would
    work now either, so that there is no point in trying other messages."""

    def __init__(self, error: str, *, asked: int = 0, outage: bool = False) -> None:
        super().__init__(error)
        self.asked = asked
        self.outage = outage


class UnsetError(LaterError):
    """Something is missing that an admin must provide: a setting, or a variable of the environment."""


class NeverError(Exception):
    """The other side refused this message for good."""


class Way(Protocol):
    """An open way out; used by one thread at a time."""

    def send(self, page: Page) -> str:
        """Hand a page over; answer what the other side said. Raises LaterError and NeverError."""
        ...

    def close(self) -> None:
        """End the connection, if there is one; the next `send` opens it again."""
        ...

    def cut(self) -> None:
        """From another thread: make a `send` under way fail soon, where that can be done. The way is not used after it."""
        ...


def cut(connection: socket.socket | None) -> None:
    """End what another thread does with a socket. Not closed: its number could become another file's while it is in use."""
    if connection is not None:
        with suppress(OSError):
            socket.socket.shutdown(connection, socket.SHUT_RDWR)


def is_webhook(channel: Channel, address: str) -> bool:
    """Whether a channel's messages leave as signed JSON; else Apprise takes them."""
    if channel.kind is ChannelKind.AUTO:
        return address.lower().startswith(("http://", "https://"))
    return channel.kind is ChannelKind.WEBHOOK


def open_way(name: str, settings: Settings, rules: RuleSet, environment: Mapping[str, str]) -> Way:
    """The way out of this name. Raises UnsetError where something is missing that an admin must provide."""
    if name == EMAIL:
        from engine.channels.email import Email

        if not settings.mail.host or not settings.mail.sender:
            raise UnsetError("mail is not set up: mail.host and mail.from are needed in the settings")
        return Email(settings.mail.model_copy(update={"timeout": settings.timeout(EMAIL)}))
    channel = rules.channels.get(name)
    if channel is None:
        raise UnsetError(f"the rules declare no channel {name}")
    address = _variable(channel.url, channel, environment)
    if is_webhook(channel, address):
        from engine.channels.webhook import Webhook

        secret = _variable(channel.secret, channel, environment) if channel.secret else ""
        return Webhook(address, secret, settings.timeout(name))
    from engine.channels.chat import Chat

    return Chat(address)


def _variable(name: str, channel: Channel, environment: Mapping[str, str]) -> str:
    value = environment.get(name, "").strip()
    if not value:
        raise UnsetError(f"channel {channel.name}: the environment variable {name} is not set")
    return value
