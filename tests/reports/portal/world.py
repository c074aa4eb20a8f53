"""A store with three customers, and the portal over it, for tests: what a browser would do, without one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from argon2 import PasswordHasher
from starlette.testclient import TestClient

from engine.commitment.outage import Outage
from engine.facts import Event, FieldValue, Instant
from engine.in_force import InForce
from engine.run import Engine
from engine.settings import Mail, Portal
from engine.store import outages, publications
from engine.store.opening import open_store
from engine.store.place import Place
from engine.store.publications import Publication
from engine.store.sql import SqlStore
from reports.portal import passwords
from reports.portal.app import create
from reports.portal.database import Database
from reports.portal.desk import Desk, desk_of
from reports.portal.post import Post
from reports.portal.scope import Views
from tests.engine.site import at

RULES = """\
language 1
priorities high, low
statuses {
  working "Open"
  waiting "Waiting"
  resolved "Resolved"
  closed "Closed"
}
calendar office "Office" {
  zone Europe/Berlin
  open mon-fri 08:00-16:00
}
pause client "Customer" {
  when status is waiting
  stops resolution
}
service shop "Web shop" {
}
tier gold "Gold" {
  calendar office
  target high resolution within 4h on always
  target low resolution within 8h
  target high, low response within 1h on always
  warn at 50%, 75%
  pause by client
  uptime 99.9% per month on always
}
customer acme "Acme GmbH" {
  zone Europe/Berlin
  tier gold
}
customer globex "Globex مرکزی <b>Inc.</b>" {
  tier gold
  zone Asia/Kathmandu
}
customer initech "Initech" {
  tier gold
}
"""
NOW = at("2026-03-02 09:30")  # a Monday, 10:30 in Berlin
PASSWORD = "correct horse battery staple"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
CUSTOMERS = ("acme", "globex", "initech")
SECRETS = {name: f"only-{name}-may-read-this" for name in CUSTOMERS}
"""A text of each customer's own, which nobody else may ever see."""
KEY = re.compile(r'name="key" value="([0-9a-f]{64})"')


class SilentPost(Post):
    """Keeps the mails that would have left."""

    def __init__(self) -> None:
        super().__init__(Mail(host="mail.example", sender="desk@msp.example"), "Service levels")  # type: ignore[call-arg]
        self.sent: list[tuple[str, str, str]] = []

    def _send(self, email: str, subject: str, text: str, now: int) -> None:
        self.sent.append((email, subject, text))

    def last_path(self) -> str:
        return re.findall(r"https?://[^/\s]+(/\S+)", self.sent[-1][2])[-1]


@dataclass
class World:
    """`now` can be moved. `pid` are numbers of publications by customer."""

    folder: Path
    place: Place
    url: str = "https://portal.example"
    now: int = NOW
    post: SilentPost = field(default_factory=SilentPost)
    said: list[str] = field(default_factory=list)
    settings: dict[str, object] = field(default_factory=dict)
    reports: dict[str, int] = field(default_factory=dict)
    reader: Place | None = None  # who the portal opens the store as

    def __post_init__(self) -> None:
        passwords.HASHER = QUICK
        (self.folder / "sla.rules").write_text(RULES, encoding="utf-8")
        with self.store(create=True) as store:
            Engine(store, self.folder / "sla.rules").start(at("2026-02-01 00:00"))
            for number, name in enumerate(CUSTOMERS):
                secret = SECRETS[name]
                self.told(
                    store,
                    f"{name[0].upper()}-1",
                    "opened",
                    subject=secret,
                    customer=name,
                    priority="high",
                    status="Open",
                )
                self.told(
                    store,
                    f"{name[0].upper()}-2",
                    "opened",
                    subject=secret,
                    customer=name,
                    priority="low",
                    status="Open",
                )
                self.told(store, f"{name[0].upper()}-2", "reply", "2026-03-02 09:10")
                outages.record(
                    store.connection,
                    [
                        Outage(
                            "shop",
                            name,
                            Instant(NOW - 7200),
                            Instant(NOW - 7200 + 60 * (number + 1)),
                            "test",
                            name,
                            secret,
                        )
                    ],
                )
                self.reports[name] = self.publish(name, store=store)
            Engine(store, self.folder / "sla.rules").start(Instant(NOW))
        portal = Portal(url=self.url, database=self.folder / "portal.db", **self.settings)  # type: ignore[arg-type]
        self.database = Database.open(portal.database)
        self.desk: Desk = desk_of(self.database, portal, self.post, lambda: self.now, self.said.append)
        self.views = Views(
            lambda: open_store(self.reader or self.place, read_only=True), InForce(), lambda: self.now
        )
        self.app, self.door = create(self.desk, self.views)

    def close(self) -> None:
        self.door.close()
        self.database.close()

    def store(self, *, create: bool = False) -> Opened:
        return Opened(open_store(self.place, create=create))

    def told(
        self, store: SqlStore, key: str, kind: str, when: str = "2026-03-02 09:00", **data: FieldValue
    ) -> None:
        store.add_events("test", [(key, Event(at(when), kind, data, "test", f"{key} {kind} {when}"))])

    def happen(self, key: str, kind: str, when: str, *, engine: bool = True, **data: FieldValue) -> None:
        with self.store() as store:
            self.told(store, key, kind, when, **data)
            if engine:
                Engine(store, self.folder / "sla.rules").start(Instant(self.now))

    def publish(
        self,
        customer: str,
        *,
        form: str = "csv",
        period: str = "2026-02",
        store: SqlStore | None = None,
        content: bytes = b"",
    ) -> int:
        if store is None:
            with self.store() as opened:
                return self.publish(customer, form=form, period=period, store=opened, content=content)
        return publications.publish(
            store.connection,
            Publication(
                customer,
                f"Report {SECRETS[customer]}",
                "monthly",
                period,
                at(f"{period}-01 00:00"),
                at("2026-03-01 00:00"),
                form,
                content or SECRETS[customer].encode(),
                Instant(NOW - 86_400),
                "0" * 64,
                Instant(NOW - 86_400),
                "lead",
            ),
        )

    def account(self, customer: str = "acme", email: str = "") -> str:
        """An active account; answers its address."""
        email = email or f"jo@{customer}.example"
        if self.desk.accounts.by_email(email) is None:
            made = self.desk.accounts.invite(email, customer, self.now)
            self.desk.accounts.set_password(made.id, passwords.hashed(PASSWORD))
        return email

    def browser(self, host: str = "198.51.100.7") -> Browser:
        return Browser(self, host)

    def signed_in(self, customer: str = "acme") -> Browser:
        browser = self.browser()
        assert browser.sign_in(self.account(customer)).status_code == 303
        return browser


class Opened:
    """A store that is closed in the end."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    def __enter__(self) -> SqlStore:
        return self._store

    def __exit__(self, *_: object) -> None:
        self._store.close()


class Browser:
    """Keeps its cookie, and brings the key of the form that it saw last."""

    def __init__(self, world: World, host: str) -> None:
        self.client = TestClient(
            world.app,  # type: ignore[arg-type]
            base_url="/".join(world.url.split("/")[:3]),
            raise_server_exceptions=False,
            follow_redirects=False,
            client=(host, 50_000),
        )
        self.key = ""

    def get(self, path: str, **headers: str):
        return self._kept(
            self.client.get(path, headers={name.replace("_", "-"): text for name, text in headers.items()})
        )

    def post(self, path: str, **fields: str):
        return self._kept(self.client.post(path, data={"key": self.key, **fields}))

    def sign_in(self, email: str, password: str = PASSWORD):
        self.get("/sign-in")
        answer = self.post("/sign-in", email=email, password=password)
        if answer.status_code == 303:
            self.get("/code" if answer.headers["location"].endswith("/code") else "/account")
        return answer

    def _kept(self, answer):
        if found := KEY.search(answer.text):
            self.key = found[1]
        return answer


def bare(page: str) -> str:
    """A page without what differs between two of the same."""
    return re.sub(r'(name="key" value|id="email"[^>]*value)="[^"]*"', "", page)
