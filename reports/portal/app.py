"""The portal as an app: its pages behind their door, with strict headers on every answer."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from reports.portal import account_pages, figures_pages, link_pages, sign_in
from reports.portal.desk import Desk
from reports.portal.door import Door
from reports.portal.pages import POLICY, STYLE, STYLE_PATH
from reports.portal.scope import Views
from reports.web.app import create as around

PAGES = (*sign_in.PAGES, *figures_pages.PAGES, *account_pages.PAGES, *link_pages.PAGES)
"""Every page that there is."""

_A_YEAR = 366 * 86_400


def create(desk: Desk, views: Views) -> tuple[ASGIApp, Door]:
    """The app, and its door, which is to be closed after it."""

    async def style(_: Request) -> Response:
        headers = {"cache-control": f"public, max-age={_A_YEAR}, immutable"}
        return Response(STYLE, media_type="text/css", headers=headers)

    door = Door(desk, views, PAGES)
    headers = {"permissions-policy": "camera=(), geolocation=(), microphone=()"}
    if desk.safe:
        headers["strict-transport-security"] = f"max-age={_A_YEAR}"
    app = around(
        [Route(STYLE_PATH, style), *door.routes()],
        alive=views.check,
        prefix=desk.base,
        sorry=desk.pages.sorry,
        content_policy=POLICY,
        headers=headers,
    )
    return app, door
