"""One request as a page sees it, and what a page is: a path, who may ask for it, and what answers.

Whose figures a page may see is settled before it is called: `Visit.view` takes no name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from starlette.responses import RedirectResponse, Response

from reports.portal.accounts import Account
from reports.portal.desk import Desk
from reports.portal.links import Kind, Link
from reports.portal.pages import OVERVIEW, Way
from reports.portal.scope import View
from reports.portal.sessions import Session
from reports.portal.tokens import form_key, fresh


class Access(Enum):
    """Who may ask for a page."""

    ANYONE = "anyone"
    HALF = "half"  # the password was right, a code is still asked for
    CUSTOMER = "customer"  # signed in
    REPORT = Kind.REPORT
    BADGE = Kind.BADGE
    FEED = Kind.FEED

    @property
    def kind(self) -> Kind | None:
        """The kind of link whose key is in the path."""
        return self.value if isinstance(self.value, Kind) else None


@dataclass(slots=True)
class Visit:
    """`token` is the cookie's key, whether or not it is that of a session; `outcome` is what the audit log says of it. `afterwards` is done
    when the answer has left."""

    desk: Desk
    now: int
    address: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, str]
    known: str  # If-None-Match
    token: str
    account: Account | None
    session: Session | None
    link: Link | None
    look: Callable[[], AbstractContextManager[View]]
    outcome: str = ""
    new_token: str | None = None
    afterwards: list[Callable[[], None]] = field(default_factory=list)

    def view(self) -> AbstractContextManager[View]:
        """What whoever asks may see. Raises StoreError, UnservedError."""
        return self.look()

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:  # noqa: ANN401 - as a template takes them
        """A page with its form key, and the name of who has signed in."""
        visitor = self.account.email if self.account and self.session and self.session.whole else ""
        key = form_key(self.new_token or self.token)
        return self.desk.pages.page(template, status=status, visitor=visitor, key=key, **values)

    def message(self, title: str, *lines: str, status: int = 200, way: Way = OVERVIEW) -> Response:
        """A page that says something, and where to go from there."""
        return self.page("message.html", status=status, title=title, lines=lines, way=way)

    def go(self, path: str) -> Response:
        """To another page of the portal: never to where a request says."""
        return RedirectResponse(self.desk.base + path, 303)

    def forget(self) -> None:
        """Let go of the session: the browser gets a key that is nobody's."""
        self.session, self.new_token = None, fresh()

    @property
    def mine(self) -> Account:
        """The account that has signed in."""
        assert self.account is not None
        return self.account


@dataclass(frozen=True, slots=True)
class Page:
    """`slow` pages hash passwords, and have threads of their own, so that the others need not wait for them."""

    method: str
    path: str
    answer: Callable[[Visit], Response]
    access: Access = Access.CUSTOMER
    slow: bool = False
