"""The app around whatever is served: guards, error pages and the question whether all is well. Later pages join by their routes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from engine.errors import EngineError
from reports.web.guard import BodyLimit, SecureHeaders, policy
from reports.web.pages import STYLE, message

_WORDS = {
    404: ("There is no such page", "The address may be cut off. Open the link of the message again, or copy all of it."),
    405: ("This page does not do that", "Open the link of the message in a browser."),
    413: ("That was too much", "This page takes a short form and nothing else."),
    500: ("That did not work", "Nothing was changed. Try again in a moment, or use the console."),
    503: ("The tickets cannot be reached", "Nothing was changed. Try again in a moment, or use the console."),
}  # fmt: skip
_OTHERS = ("That was not understood", "Open the link of the message again.")


Sorry = Callable[[int], Response]
"""Makes the page of an error's status."""


def sorry(status: int) -> Response:
    """The page of an error's status, where links are served."""
    title, help_ = _WORDS.get(status, _OTHERS)
    return message(title, help_, status=status)


def create(
    routes: Sequence[BaseRoute],
    *,
    alive: Callable[[], None],
    prefix: str = "",
    sorry: Sorry = sorry,
    content_policy: str = policy(STYLE),
    headers: Mapping[str, str] = MappingProxyType({}),
    bodies: Mapping[str, int] = MappingProxyType({}),
) -> ASGIApp:
    """An app of these routes.

    `alive` raises EngineError when the store cannot be reached. `prefix` is the path under which a proxy shows the app ("/sla"):
    it is understood whether or not the proxy takes it away. Every answer has `content_policy` and `headers`. `bodies` are the paths
    that take more than a form, with how many bytes.
    """

    async def healthz(_: Request) -> Response:
        try:
            await run_in_threadpool(alive)
        except EngineError:
            return JSONResponse({"status": "the store cannot be reached"}, 503)
        return JSONResponse({"status": "ok"})

    async def refused(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        answer = sorry(error.status_code)
        answer.headers.update(error.headers or {})
        return answer

    async def gone(_: Request, __: Exception) -> Response:
        return Response(status_code=400)  # nobody reads it: who asked has hung up, or was cut off

    async def unreachable(_: Request, __: Exception) -> Response:
        return sorry(503)

    async def broken(_: Request, __: Exception) -> Response:
        return sorry(500)

    under = "/" + prefix.strip("/")
    known = [Route("/healthz", healthz), *routes]
    app = Starlette(
        routes=known if under == "/" else [*known, Mount(under, routes=known)],
        exception_handlers={
            HTTPException: refused,
            ClientDisconnect: gone,
            EngineError: unreachable,
            Exception: broken,
        },
    )
    app.router.redirect_slashes = False  # a redirection would repeat whatever the request calls its host
    return SecureHeaders(BodyLimit(app, more=bodies), content_policy=content_policy, headers=headers)
