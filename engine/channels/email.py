"""Mail by SMTP: one message a recipient, text and HTML, threads per ticket, and an answer that is kept.

The commands are given one by one instead of by `sendmail`, for only so the server's own words about a message, and whether it
was refused for good or for now, are to be had.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from contextlib import suppress
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from email.utils import formatdate, getaddresses
from functools import lru_cache
from hashlib import sha256

from engine.channels.door import LaterError, NeverError, UnsetError, cut
from engine.delivery import compose
from engine.delivery.compose_html import html
from engine.delivery.page import Page
from engine.errors import EngineError
from engine.plain import plain
from engine.settings import Mail, secret

_WIDE = POLICY.clone(utf8=True)
_CLOSING = 421
"""The server's answer to whatever comes before it hangs up."""

_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_SETUP = {530, 534, 535, 538}
"""Answers that mean that our login is wrong, and not the message."""


class Email:
    """A connection to the mail server, opened when it is needed."""

    def __init__(self, mail: Mail) -> None:
        self._mail = mail
        self._smtp: smtplib.SMTP | None = None

    def send(self, page: Page) -> str:
        """Hand a page to the mail server; answers its words. Raises LaterError and NeverError."""
        message = message_of(page, self._mail)
        recipient = _address(page.recipient, "recipient").addr_spec
        sender = _sender(self._mail).addr_spec
        try:
            return self._hand_over(sender, recipient, message)
        except smtplib.SMTPServerDisconnected as error:
            self.close()
            # smtplib says of a time-out, too, that the connection was closed, for then it closes it.
            if isinstance(error.__context__, TimeoutError):
                raise self._silent() from error
            raise LaterError("the mail server ended the connection", outage=True) from error
        except TimeoutError as error:
            self.close()
            raise self._silent() from error
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise LaterError(
                f"mail server {self._mail.host}: {plain(_words(error), 300)}", outage=True
            ) from error

    def _silent(self) -> LaterError:
        return LaterError(f"the mail server did not answer in {self._mail.timeout} s", outage=True)

    def close(self) -> None:
        """Say goodbye to the server."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                smtp.quit()
            smtp.close()

    def cut(self) -> None:
        """End what is under way; of a connection that is just being made, the time-out does."""
        cut(self._smtp.sock if self._smtp is not None else None)

    def _begun(self, sender: str, recipient: str) -> tuple[smtplib.SMTP, bool]:
        """Name the sender, on the connection that is kept or, where the server has ended that, on a new one. Answers it and whether
        the mail is beyond ASCII."""
        wide = not (sender + recipient).isascii()
        smtp, answer = self._smtp, (_CLOSING, b"")
        if smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                answer = _named(smtp, sender, recipient, wide=wide)
        if smtp is None or answer[0] == _CLOSING:
            self.close()
            smtp = self._smtp = self._opened()
            answer = _named(smtp, sender, recipient, wide=wide)
        self._step(smtp, "sender", answer, whole=True)
        return smtp, wide

    def _opened(self) -> smtplib.SMTP:
        mail = self._mail
        port = mail.port or _PORTS[mail.security]
        context = ssl.create_default_context(cafile=str(mail.ca_file) if mail.ca_file else None)
        hello = mail.hello or socket.gethostname()
        if mail.security == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                mail.host, port, hello, timeout=mail.timeout, context=context
            )
        else:
            smtp = smtplib.SMTP(mail.host, port, hello, timeout=mail.timeout)
        try:
            smtp.ehlo_or_helo_if_needed()
            if mail.security == "starttls":
                smtp.starttls(context=context)
                smtp.ehlo()
            if mail.user:
                smtp.login(mail.user, secret(mail.password, mail.password_file))
        except EngineError as error:
            smtp.close()
            raise UnsetError(str(error), outage=True) from error
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _hand_over(self, sender: str, recipient: str, message: EmailMessage) -> str:
        smtp, wide = self._begun(sender, recipient)
        self._step(smtp, plain(recipient, 200), smtp.rcpt(recipient))
        content = message.as_bytes(policy=_WIDE if wide else POLICY)
        code, said = smtp.data(content)
        self._step(smtp, "message", (code, said))
        return f"{code} {_said(said)}"

    def _step(
        self, smtp: smtplib.SMTP, about: str, answer: tuple[int, bytes], *, whole: bool = False
    ) -> None:
        """Go on if the server says yes. `whole`: what it refuses for now is not this message alone."""
        code, said = answer
        if 200 <= code < 300:
            return
        error = f"{about}: {code} {_said(said)}"
        if code == _CLOSING:
            self.close()
            raise LaterError(error, outage=True)
        with suppress(smtplib.SMTPException, OSError):
            smtp.rset()
        if code in _SETUP or (whole and code < 500):
            raise LaterError(error, outage=True)
        if code < 500:
            raise LaterError(error)
        raise NeverError(error)


def _named(smtp: smtplib.SMTP, sender: str, recipient: str, *, wide: bool) -> tuple[int, bytes]:
    """Begin a mail; answers the server's words. Nothing of it is in the server's hands yet: it may be begun again elsewhere."""
    if wide and not smtp.has_extn("smtputf8"):
        raise NeverError(f"{plain(recipient, 200)}: the mail server takes no addresses beyond ASCII")
    return smtp.mail(sender, ["SMTPUTF8"] if wide else [])


def message_of(page: Page, mail: Mail) -> EmailMessage:
    """The mail of a page. Raises LaterError for a sender, NeverError for a recipient, that is no address."""
    sender = _sender(mail)
    message = EmailMessage(policy=POLICY)
    message["From"] = sender
    to = _address(page.recipient, "recipient")
    message["To"] = Address(plain(page.name, 200), addr_spec=to.addr_spec)
    if mail.reply_to:
        message["Reply-To"] = _address(mail.reply_to, "mail.reply_to")
    message["Subject"] = compose.subject(page)
    message["Date"] = formatdate(page.now, usegmt=True)
    message["Message-ID"] = f"<{page.key}@{sender.domain}>"
    if page.tickets == 1 and page.entries[0].ticket:
        thread = thread_of(page.key, page.entries[0].ticket, sender.domain)
        message["In-Reply-To"] = thread
        message["References"] = thread
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["X-Sla-Key"] = page.key
    message.set_content(compose.text(page))
    message.add_alternative(html(page), subtype="html")
    for file in page.files:
        kind, _, sub = file.media.partition("/")
        message.add_attachment(file.content, maintype=kind, subtype=sub, filename=plain(file.name, 120))
    return message


def thread_of(key: str, ticket: str, domain: str) -> str:
    """The message that all messages about a ticket claim to answer: it does not exist, and puts them in one thread."""
    store = key.partition(".")[0]
    return f"<t.{sha256(f'{store} {ticket}'.encode(errors='surrogatepass')).hexdigest()[:32]}@{domain}>"


def _sender(mail: Mail) -> Address:
    try:
        return _address(mail.sender, "mail.from")
    except NeverError as error:
        raise LaterError(str(error)) from error


@lru_cache(maxsize=512)
def _address(text: str, what: str) -> Address:
    """An address, alone or as `Name <address>`. Raises NeverError if it is none."""
    # `parseaddr` takes the first of several, or of what is left over, in some versions of Python and refuses it in others.
    found = getaddresses([text])
    name, spec = found[0] if len(found) == 1 else ("", "")
    local, _, domain = spec.rpartition("@")
    if not local or not domain or text != plain(text) or " " in spec:
        raise NeverError(f"{what}: {plain(text, 100)} is not a mail address")
    try:
        if not domain.isascii():
            domain = domain.encode("idna").decode("ascii")
        return Address(plain(name, 200), addr_spec=f"{local}@{domain}")
    except (ValueError, MessageError, IndexError) as error:
        raise NeverError(f"{what}: {plain(text, 100)} is not a mail address") from error


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return f"{error.smtp_code} {_said(said) if isinstance(said, bytes) else said}"
    return str(error) or type(error).__name__


def _said(answer: bytes) -> str:
    return plain(answer.decode("utf-8", "replace"), 300)
