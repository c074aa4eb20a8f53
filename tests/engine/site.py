"""A small site for tests that act: rules on disk, a store beside them, and events by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from engine.facts import Event, FieldValue, Instant
from engine.run import Engine
from engine.store.sqlite import SqliteStore
from engine.wall import parse_instant

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
tier gold "Gold" {
  calendar office
  target high resolution within 4h on always
  target low resolution within 8h
  target high, low response within 1h on always
  warn at 50%, 75%
  pause by client
}
default tier gold
"""


def at(text: str) -> Instant:
    """An instant, from UTC written like 2026-03-02 09:00."""
    return Instant(parse_instant(text, "UTC"))


@dataclass
class Site:
    folder: Path
    number: int = 0
    stores: list[SqliteStore] = field(default_factory=list)

    @property
    def root(self) -> Path:
        return self.folder / "sla.rules"

    @property
    def database(self) -> Path:
        return self.folder / "sla.db"

    def write(self, rules: str = RULES) -> None:
        self.root.write_text(rules, encoding="utf-8")

    def store(self) -> SqliteStore:
        store = SqliteStore.open(self.database, create=True)
        self.stores.append(store)
        return store

    def engine(self) -> tuple[Engine, SqliteStore]:
        store = self.store()
        return Engine(store, self.root), store

    def happen(self, store: SqliteStore, key: str, when: str, kind: str, **data: FieldValue) -> None:
        self.number += 1
        store.add_events("test", [(key, Event(at(when), kind, data, "test", str(self.number), self.number))])

    def close(self) -> None:
        for store in self.stores:
            store.close()
