"""Links that act on a ticket for whoever holds them: signed, expiring, and each good for one use.

A link carries what it does and for whom; the signature makes it ours. Nothing is stored for a link until it is used, so that a
storm of mails costs no rows, and a changed secret ends every link at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from engine.errors import EngineError

ACKNOWLEDGE = "acknowledge"
SNOOZE = "snooze"
FLAG = "flag"
ACTS = (ACKNOWLEDGE, SNOOZE, FLAG)

PATH = "/act/"
"""Where the links lead, below the address of the web app; the token follows."""

_SALT = "tiercel.link.1"


class ForgedLinkError(EngineError):
    """This is not a link of ours, or it was cut off or changed."""


class ExpiredLinkError(EngineError):
    """The link was ours and has expired."""


@dataclass(frozen=True, slots=True)
class Link:
    """`message` and `ticket` are ids of the store; `by` is the person or team that the message went to; `expires` an instant."""

    message: int
    ticket: int
    act: str
    by: str
    expires: int

    @property
    def key(self) -> str:
        """What a use of the link is recorded by: a message that was sent twice has links that work once together."""
        return f"{self.message}.{self.act}"


class Links:
    """Makes and reads links. `url` is the address of the web app; `lifetime` in seconds."""

    def __init__(self, secret: str, url: str, lifetime: int) -> None:
        self._url = url.rstrip("/")
        self._lifetime = lifetime
        self._signer = URLSafeSerializer(secret, salt=_SALT)

    def address(self, message: int, ticket: int, act: str, by: str, now: int) -> str:
        """The address that does `act` to a ticket, until `lifetime` after `now`."""
        token = str(self._signer.dumps([message, ticket, act, by, now + self._lifetime]))
        return f"{self._url}{PATH}{token}"

    def read(self, token: str, now: int) -> Link:
        """The link of a token. Raises ForgedLinkError and ExpiredLinkError."""
        try:
            found: Any = self._signer.loads(token)
        except BadData as error:
            raise ForgedLinkError(
                "this is not a link of ours", help="open the link of the message again, or copy all of it"
            ) from error
        match found:
            case [int(message), int(ticket), str(act), str(by), int(expires)] if act in ACTS:
                link = Link(message, ticket, act, by, expires)
            case _:
                raise ForgedLinkError(
                    "this is not a link of ours", help="it may be of another version of the program"
                )
        if now >= link.expires:
            raise ExpiredLinkError("this link has expired", help="a newer message has a newer link")
        return link
