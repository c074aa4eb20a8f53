"""Signed JSON to an http(s) address. What the members mean is in docs/webhooks.md."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
from collections.abc import Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2

from engine.channels.door import LaterError, NeverError, cut
from engine.delivery import compose
from engine.delivery.page import Page
from engine.plain import plain

KEPT = 500
"""Characters of an answer that are kept."""

_READ = 4096
_AGAIN = {408, 425, 429}


class Webhook:
    """A client for one address; its connection is kept while there is something to send."""

    def __init__(self, address: str, secret: str, timeout: int) -> None:
        self._address = address
        self._secret = secret
        self._timeout = timeout
        self._client: httpx2.Client | None = None
        self._socket: socket.socket | None = None

    def send(self, page: Page) -> str:
        """POST a page; answers the status and the beginning of the answer. Raises LaterError and NeverError."""
        body = json.dumps(compose.document(page), separators=(",", ":")).encode("ascii")
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "tiercel",
            "Idempotency-Key": page.key,
            **({"X-Sla-Signature": signature(self._secret, page.now, body)} if self._secret else {}),
        }
        if self._client is None:
            self._client = httpx2.Client(timeout=self._timeout, follow_redirects=False)
        # Addresses of webhooks have secrets in them: no error names more than the host.
        host = plain(_host(self._address), 200)
        try:
            with self._client.stream(
                "POST", self._address, content=body, headers=headers, extensions={"trace": self._seen}
            ) as answer:
                said = _beginning(answer)
                status, asked = (
                    answer.status_code,
                    retry_after(answer.headers.get("retry-after", ""), page.now),
                )
        except httpx2.TimeoutException as error:
            self.close()
            raise LaterError(f"{host}: no answer in {self._timeout} s", outage=True) from error
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
            raise LaterError("the channel's address is not one that can be called") from error
        except httpx2.HTTPError as error:
            self.close()
            raise LaterError(f"{host}: {plain(_words(error, self._address), 300)}", outage=True) from error
        told = f"{status} {said}".strip()
        if 200 <= status < 300:
            return told
        if status in _AGAIN or status >= 500:
            raise LaterError(f"{host}: {told}", asked=asked, outage=status in (429, 503))
        if 300 <= status < 400:
            raise NeverError(f"{host}: {status}, a redirection; write the final address into the variable")
        raise NeverError(f"{host}: {told}")

    def close(self) -> None:
        """End the connection."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def cut(self) -> None:
        """End the request under way."""
        cut(self._socket)

    def _seen(self, event: str, info: Mapping[str, Any]) -> None:
        """What the client's connections do. Each that is opened, and each that becomes TLS, has a socket of its own."""
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self._socket = info["return_value"].get_extra_info("socket")


def signature(secret: str, at: int, body: bytes) -> str:
    """`t=..,v1=..`: HMAC-SHA256 with the secret over the instant, a dot and the body, in hex."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def retry_after(text: str, now: int) -> int:
    """Seconds from `now` that a Retry-After header asks for, given in seconds or as a date; 0 for neither."""
    stripped = text.strip()
    if stripped.isascii() and stripped.isdecimal():
        return int(stripped[:9])
    with suppress(ValueError, TypeError, OverflowError):
        return max(0, int(parsedate_to_datetime(stripped).timestamp()) - now)
    return 0


def _beginning(answer: httpx2.Response) -> str:
    """The first characters of an answer; the rest, however long, is not read."""
    found = b""
    for chunk in answer.iter_bytes(_READ):
        found += chunk
        if len(found) >= _READ:
            break
    return plain(found.decode("utf-8", "replace").strip(), KEPT)


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or "webhook"
    except ValueError:
        return "webhook"


def _words(error: Exception, address: str) -> str:
    return str(error).replace(address, "the address") or type(error).__name__
