"""The portal's mails: an invitation, a way to a new password, and the word that one was set. They leave by the mail server of the settings."""

from __future__ import annotations

from contextlib import closing

from engine.channels.door import LaterError, NeverError
from engine.channels.email import Email, headed
from engine.errors import EngineError
from engine.plain import plain
from engine.settings import Mail
from reports.portal import tokens
from reports.portal.passes import Purpose
from reports.portal.words import lasting

DAY = 86_400


class Post:
    """Sends mails of a portal of that title."""

    def __init__(self, mail: Mail, title: str) -> None:
        self._mail = mail
        self._title = plain(title, 100)

    def way_in(self, purpose: Purpose, email: str, address: str, seconds: int, now: int) -> None:
        """Mail a key to set a password with, which works for so many seconds. Raises EngineError if the server does not take it."""
        self._send(email, *way_in(self._title, purpose, address, seconds), now)

    def changed(self, email: str, address: str, now: int) -> None:
        """Say that the password was changed, to whoever did not do that. Raises EngineError if the server does not take it."""
        lines = [
            "The password of your account was changed, and every session was signed out.",
            f"If that was not you, ask for a new one at once: {address}",
        ]
        self._send(email, f"{self._title}: your password was changed", "\n\n".join(lines) + "\n", now)

    def _send(self, email: str, subject: str, text: str, now: int) -> None:
        if not self._mail.host or not self._mail.sender:
            raise EngineError(
                "mail is not set up",
                help="set mail.host and mail.from in sla.toml; with --print sla portal does without",
            )
        try:
            message = headed(self._mail, email, "", subject, f"portal.{tokens.fresh()[:22]}", now)
            message.set_content(text)
            with closing(Email(self._mail)) as way:
                way.deliver(message, email)
        except (LaterError, NeverError) as error:
            raise EngineError(
                f"the mail did not leave: {error}", help="sla config check, and sla notify test"
            ) from error


def way_in(title: str, purpose: Purpose, address: str, seconds: int) -> tuple[str, str]:
    """Subject and text of the mail with the key."""
    for_long = f"{seconds // DAY} days" if seconds >= 2 * DAY else lasting(seconds)
    if purpose is Purpose.INVITATION:
        text = (
            f"You are invited to {title}: current figures, open tickets and reports.\n\n"
            f"Choose a password here:\n{address}\n\nThe link works once, for {for_long}.\n"
        )
        return f"{title}: your account", text
    text = (
        f"Somebody, hopefully you, asked for a new password.\n\nChoose it here:\n{address}\n\n"
        f"The link works once, for {for_long}. If it was not you, nothing has changed: throw this away.\n"
    )
    return f"{title}: a new password", text
