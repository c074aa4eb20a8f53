"""The rooms of the portal put together: what pages work with, apart from the store, which they never see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from urllib.parse import urlsplit

from engine.settings import Portal
from reports.portal.accounts import Accounts
from reports.portal.audit import Audit
from reports.portal.database import Database
from reports.portal.limits import Limits
from reports.portal.links import Links
from reports.portal.pages import Pages
from reports.portal.passes import Passes
from reports.portal.post import Post
from reports.portal.second_factor import SecondFactor
from reports.portal.sessions import Sessions


@dataclass(frozen=True, slots=True)
class Desk:
    """`now` answers UTC seconds; `said` hears in a line each of what goes wrong behind an answer."""

    settings: Portal
    accounts: Accounts
    sessions: Sessions
    passes: Passes
    second_factor: SecondFactor
    links: Links
    limits: Limits
    audit: Audit
    post: Post
    pages: Pages
    proxies: tuple[IPv4Network | IPv6Network, ...]
    now: Callable[[], int]
    said: Callable[[str], None]

    @property
    def base(self) -> str:
        """The path that the portal lies under, "" for the root."""
        return urlsplit(self.settings.url).path.rstrip("/")

    @property
    def safe(self) -> bool:
        """Whether browsers reach it by https."""
        return self.settings.url.startswith("https:")

    def address(self, path: str) -> str:
        """The whole address of a page. Never made of what a request says of itself."""
        return self.settings.url.rstrip("/") + path


def desk_of(
    database: Database, settings: Portal, post: Post, now: Callable[[], int], said: Callable[[str], None]
) -> Desk:
    """The desk over a database."""
    base = urlsplit(settings.url).path.rstrip("/")
    named = filter(None, (part.strip() for part in settings.proxies.split(",")))
    return Desk(
        settings,
        Accounts(database),
        Sessions(database, settings.idle, settings.session),
        Passes(database),
        SecondFactor(database),
        Links(database),
        Limits(database),
        Audit(database, settings.audit_days),
        post,
        Pages(base, settings.title),
        tuple(ip_network(part) for part in named),
        now,
        said,
    )
