"""What is true of every answer and every question, whoever serves it: security headers, and a limit to what is read.

Plain ASGI around the app, so that error pages and answers of routes that come later are covered too.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from types import MappingProxyType

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LONGEST_BODY = 16_384
"""Bytes of a request's body; forms here have a field or two."""


def policy(style: str) -> str:
    """The content security policy of pages whose only resource is this style sheet, in the page itself."""
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src 'sha256-{digest}'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


class SecureHeaders:
    """Headers that no answer goes without; one that a page has set itself stays. `headers` are an app's own, by their names in small letters."""

    def __init__(
        self, app: ASGIApp, *, content_policy: str, headers: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self._app = app
        self._headers = {
            "content-security-policy": content_policy,
            "referrer-policy": "no-referrer",  # the address is the key: no other site may read it
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
            "x-robots-tag": "noindex, nofollow",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "cache-control": "no-store",
            **headers,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, sending if scope["type"] == "http" else send)


class BodyLimit:
    """Refuses a body over `most` bytes: by what it says of itself, and by what really comes. `more` is for paths with these endings."""

    def __init__(
        self, app: ASGIApp, *, most: int = LONGEST_BODY, more: Mapping[str, int] = MappingProxyType({})
    ) -> None:
        self._app = app
        self._most = most
        self._more = more

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = max(
            (size for end, size in self._more.items() if scope["path"].endswith(end)), default=self._most
        )
        announced = Headers(scope=scope).get("content-length", "0")
        refused = not announced.isdecimal() or int(announced[:12]) > most
        came = 0

        async def receiving() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if refused or came > most:
                raise HTTPException(413)
            return message

        await self._app(scope, receiving, send)
