"""A store with tickets, and the web app over it, for tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from starlette.testclient import TestClient

from engine.cycle import cycle
from engine.delivery.links import Links
from engine.facts import Event, FieldValue, Instant
from engine.in_force import InForce, stored_graph
from engine.run import Engine
from engine.store.sqlite import SqliteStore
from reports.web.app import create
from reports.web.oneclick import Office, routes
from tests.engine.site import RULES, at

T = TypeVar("T")
NOW = at("2026-03-02 09:30")
LIFETIME = 3600
HOSTILE = "</title><script>alert(1)</script>\u202e\x1b[31m\"'&amp;"


@dataclass
class Desk:
    """`now` can be moved; links are made for the ticket T-1 unless another is named."""

    folder: Path
    now: int = NOW
    prefix: str = ""
    links: Links = field(
        default_factory=lambda: Links("a secret of the tests", "http://desk.example", LIFETIME)
    )

    def __post_init__(self) -> None:
        (self.folder / "sla.rules").write_text(RULES, encoding="utf-8")
        with_store(
            self.database, lambda store: Engine(store, self.folder / "sla.rules").start(NOW), create=True
        )
        self.happen("T-1", "opened", subject=HOSTILE, customer="Acme", priority="high", status="Open")

    @property
    def database(self) -> Path:
        return self.folder / "sla.db"

    @property
    def office(self) -> Office:
        return Office(
            lambda write: SqliteStore.open(self.database, read_only=not write),
            InForce(),
            self.links,
            lambda: self.now,
        )

    def app(self) -> object:
        return create(routes(self.office), alive=self.alive, prefix=self.prefix)

    def client(self) -> TestClient:
        return TestClient(self.app(), raise_server_exceptions=False, follow_redirects=False)  # type: ignore[arg-type]

    def alive(self) -> None:
        SqliteStore.open(self.database, read_only=True).close()

    def happen(self, key: str, kind: str, when: str = "2026-03-02 09:00", **data: FieldValue) -> None:
        def add(store: SqliteStore) -> None:
            store.add_events("test", [(key, Event(at(when), kind, data, "test", f"{key} {kind} {when}"))])
            graph = stored_graph(store)
            assert graph is not None
            cycle(store, graph, Instant(self.now))

        with_store(self.database, add)

    def path(self, act: str, *, message: int = 7, ticket: str | int = "T-1", by: str = "duty-manager") -> str:
        number = (
            ticket if isinstance(ticket, int) else with_store(self.database, lambda store: store.find(ticket))
        )
        assert isinstance(number, int)
        return self.links.address(message, number, act, by, NOW).removeprefix("http://desk.example")

    def events(self, source: str = "link") -> list[Event]:
        """The events that links have made."""
        return with_store(
            self.database,
            lambda store: [
                event for ticket in store.tickets() for event in ticket.events if event.source == source
            ],
        )

    def used(self) -> int:
        return with_store(
            self.database,
            lambda store: store.connection.execute("SELECT count(*) FROM used_links").fetchone()[0],
        )


def with_store(database: Path, do: Callable[[SqliteStore], T], *, create: bool = False) -> T:
    store = SqliteStore.open(database, create=create)
    try:
        return do(store)
    finally:
        store.close()
