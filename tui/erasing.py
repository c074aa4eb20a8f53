"""What `sla forget` and `sla retain` have in common: by what they judge what stays, and how they say what went."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.erasure import Kept
    from engine.facts import Instant
    from engine.graph import Graph
    from engine.store.erasure import Erased
    from engine.store.sql import SqlStore


def kept_by(store: SqlStore, graph: Graph) -> Kept:
    """What stays by these rules and by what was ever promised."""
    from engine.erasure import Kept

    return Kept.by(graph, store.all_terms())


class Daily:
    """Retention beside an engine, on its thread and its connection: a chunk after a cycle, and a day's rest when all is done."""

    def __init__(
        self,
        store: SqlStore,
        months: int,
        graph: Callable[[], Graph | None],
        told: Callable[[Erased], None],
    ) -> None:
        from engine.forget import Retention
        from engine.store.scrub import overwriting

        self._store = store
        self._retention = Retention(months)
        self._graph = graph
        self._told = told
        self._kept: Kept | None = None
        self._done: Erased | None = None
        if months:
            overwriting(store.connection)

    def step(self, now: Instant) -> None:
        """Erase a little of what is to go. Raises StoreError."""
        graph = self._graph()
        if graph is None:
            return
        found = self._retention.step(self._store, lambda: self._by(graph), now)
        if _any(found):
            self._done = found if self._done is None else self._done + found
        elif self._done is not None:
            self._told(self._done)
            self._done = None

    def _by(self, graph: Graph) -> Kept:
        if self._kept is None or self._kept.graph is not graph:
            self._kept = kept_by(self._store, graph)
        return self._kept


def would_words(found: Erased) -> str:
    """What would go."""
    if not _any(found):
        return "there is no personal text"
    return f"{_what(found)} would go; --yes does it, and it cannot be undone{_note(found)}"


def done_words(found: Erased) -> str:
    """What went."""
    if not _any(found):
        return "there was no personal text"
    return f"{_what(found)} erased{_note(found)}"


def _any(found: Erased) -> bool:
    return bool(found.tickets or found.events or found.messages or found.notes or found.publications)


def _what(found: Erased) -> str:
    notes = f" and {found.notes:,} notes of outages" if found.notes else ""
    reports = f" and {found.publications:,} published reports" if found.publications else ""
    return f"the text of {found.tickets:,} tickets in {found.events:,} events, with {found.messages:,} messages{notes}{reports},"


def _note(found: Erased) -> str:
    if not found.stored_only:
        return ""
    return (
        f"\nof {found.stored_only:,} tickets the rules look into free text: "
        "their stored figures stay, and cannot be computed again"
    )
