"""The door of every page: who asks, whether they may, whether the form is ours, and what the audit log says of it.

A page is called with a `Visit` and nothing else. There is no way past the door: routes are made here, of the table of pages.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import partial
from urllib.parse import parse_qs

from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.errors import EngineError
from engine.plain import plain
from reports.portal.accounts import Account, Standing
from reports.portal.audit import Entry
from reports.portal.desk import Desk
from reports.portal.links import Link
from reports.portal.pages import GONE
from reports.portal.scope import UnservedError, View, Views
from reports.portal.sessions import Session
from reports.portal.tokens import LONGEST, form_key, fresh, same
from reports.portal.visit import Access, Page, Visit
from reports.web.address import client

FIELD = "key"
"""The field of every form that shows that the form is ours."""

THREADS, SLOW_THREADS = 4, 2
AGAIN = 60
"""Seconds after which the same trouble is told again."""

_UNSERVED = (
    "There is nothing to see yet",
    "Your account is there, its figures are not set up. Ask your service desk.",
)


class Door:
    """Lets requests in to pages."""

    def __init__(self, desk: Desk, views: Views, pages: Sequence[Page]) -> None:
        self._desk = desk
        self._views = views
        self._pages = pages
        self._threads = ThreadPoolExecutor(THREADS, "portal")
        self._slow = ThreadPoolExecutor(SLOW_THREADS, "portal-password")
        # A thread of its own: a mail server that hangs keeps nobody from signing in.
        self._later = ThreadPoolExecutor(1, "portal-mail")
        self._told = ("", 0)

    @property
    def cookie(self) -> str:
        """Its name: with https one that a browser gives back to this host alone, and that no other host can set."""
        return "__Host-sla" if self._desk.safe else "sla"

    def routes(self) -> list[Route]:
        """A route for each page."""
        return [
            Route(page.path, self._endpoint(page), methods=[page.method], name=f"{page.method} {page.path}")
            for page in self._pages
        ]

    def close(self) -> None:
        """Wait for pages under way."""
        self._threads.shutdown()
        self._slow.shutdown()
        self._later.shutdown()

    def _endpoint(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        threads = self._slow if page.slow else self._threads

        async def endpoint(request: Request) -> Response:
            form = await _form(request) if page.method == "POST" else {}
            loop = asyncio.get_running_loop()
            try:
                answer, afterwards = await loop.run_in_executor(threads, self._let_in, page, request, form)
            except EngineError as error:
                self._tell(str(error))
                raise

            async def after() -> None:
                for act in afterwards:
                    await loop.run_in_executor(self._later, act)

            if afterwards:
                answer.background = BackgroundTask(after)
            return answer

        return endpoint

    def _tell(self, words: str) -> None:
        """Say why pages cannot be shown: the audit log may be what is away. The same words once a minute."""
        before, at = self._told
        now = self._desk.now()
        if words != before or abs(now - at) >= AGAIN:
            self._told = words, now
            self._desk.said(plain(words, 300))

    def _let_in(
        self, page: Page, request: Request, form: dict[str, str]
    ) -> tuple[Response, list[Callable[[], None]]]:
        desk = self._desk
        now = desk.now()
        cookie = request.cookies.get(self.cookie, "")
        token = cookie if 0 < len(cookie) <= LONGEST else ""
        session, account = self._signed_in(token, now) if page.access.kind is None else (None, None)
        link = self._link(page, request, now)
        visit = Visit(
            desk,
            now,
            client(
                request.client.host if request.client else "",
                ",".join(request.headers.getlist("x-forwarded-for")),  # some proxies add a line of their own
                desk.proxies,
            ),
            request.path_params,
            dict(request.query_params),
            form,
            request.headers.get("if-none-match", ""),
            token or fresh(),
            account,
            session,
            link,
            partial(self._view, account, session, link),
        )
        status = 500
        try:
            answer = self._answer(page, visit, request)
            status = answer.status_code
        except HTTPException as error:
            status = error.status_code
            raise
        except EngineError as error:
            status, visit.outcome = 503, plain(str(error), 200)
            raise
        finally:
            self._note(page, visit, request.method, status)
        if visit.new_token is not None or (not token and page.access in (Access.ANYONE, Access.HALF)):
            answer.set_cookie(
                self.cookie,
                visit.token if visit.new_token is None else visit.new_token,
                path="/",
                secure=desk.safe,
                httponly=True,
                samesite="lax",
            )
        return answer, visit.afterwards

    def _answer(self, page: Page, visit: Visit, request: Request) -> Response:
        if page.method == "POST":
            site = request.headers.get("sec-fetch-site", "same-origin")
            if site not in ("same-origin", "none") or not same(
                visit.form.get(FIELD, ""), form_key(visit.token)
            ):
                visit.outcome = "form refused"
                raise HTTPException(403)
        if page.access.kind is not None:
            if visit.link is None:
                visit.outcome = "no such link"
                return visit.desk.pages.message(*GONE, status=404)
        elif page.access is not Access.ANYONE and (away := self._elsewhere(page, visit)):
            visit.outcome = "not signed in"
            return visit.go(away)
        try:
            return page.answer(visit)
        except UnservedError:
            visit.outcome = "customer is not declared"
            return visit.message(*_UNSERVED, status=404)

    def _elsewhere(self, page: Page, visit: Visit) -> str:
        """Where to go first; "" if the page may be seen."""
        if visit.session is None:
            return "/sign-in"
        if visit.session.whole:
            return "/" if page.access is Access.HALF else ""
        return "" if page.access is Access.HALF else "/code"

    def _signed_in(self, token: str, now: int) -> tuple[Session | None, Account | None]:
        session = self._desk.sessions.find(token, now) if token else None
        account = self._desk.accounts.by_id(session.account) if session else None
        if account is None or account.standing is not Standing.ACTIVE:
            return None, None
        return session, account

    def _link(self, page: Page, request: Request, now: int) -> Link | None:
        if page.access.kind is None:
            return None
        return self._desk.links.find(page.access.kind, str(request.path_params.get("token", "")), now)

    def _view(
        self, account: Account | None, session: Session | None, link: Link | None
    ) -> AbstractContextManager[View]:
        if link is not None:
            return self._views.of(link.customer)
        if account is None or session is None or not session.whole:
            raise HTTPException(403)
        return self._views.of(account.customer)

    def _note(self, page: Page, visit: Visit, method: str, status: int) -> None:
        account, link = visit.account, visit.link
        customer = link.customer if link else account.customer if account else ""
        self._desk.audit.enter(
            Entry(
                visit.now,
                account.id if account else None,
                link.id if link else None,
                customer,
                plain(visit.address, 60),
                method,
                page.path,
                status,
                visit.outcome,
            )
        )


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form, the first of each name."""
    if (
        request.headers.get("content-type", "").partition(";")[0].strip()
        != "application/x-www-form-urlencoded"
    ):
        return {}
    try:
        body = (await request.body()).decode("ascii", "replace")
        found = parse_qs(body, keep_blank_values=True, max_num_fields=16, errors="replace")
    except ValueError as error:
        raise HTTPException(400) from error
    return {name: values[0] for name, values in found.items()}
