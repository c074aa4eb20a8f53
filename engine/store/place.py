"""Where a store is: a file, or a database of a PostgreSQL server by its URL. No password is ever part of a message."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

_PREFIXES = ("postgresql://", "postgres://")
_USER = re.compile(r"(?<=://)([^:@/?]*):.*@")
_SECRET = re.compile(r"([?&](?:ssl)?password=)[^&]*")


@dataclass(frozen=True, slots=True)
class Server:
    """A database that PostgreSQL serves; `str` leaves the password out."""

    url: str = field(repr=False)

    def __str__(self) -> str:
        return _SECRET.sub(r"\1...", _USER.sub(r"\1@", self.url))

    def hide(self, text: str) -> str:
        """The text without the URL's password."""
        for secret in (
            *re.findall(r"://[^:@/?]*:(.*)@", self.url),
            *re.findall(r"[?&](?:ssl)?password=([^&]*)", self.url),
        ):
            text = text.replace(secret, "...") if secret else text
        return text


Place = Path | Server


def place_of(text: str | Path) -> Place:
    """A store's place, as people name it."""
    return Server(text) if isinstance(text, str) and text.startswith(_PREFIXES) else Path(text)


def file_identity(place: Place) -> tuple[int, int] | None:
    """What tells a file from another one of its name; None where there is none. A server is one. Raises OSError."""
    if isinstance(place, Server):
        return (0, 0)
    try:
        found = place.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
