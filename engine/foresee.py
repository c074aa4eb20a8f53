"""Looking ahead: what time alone will bring to tickets is worked out while nothing else waits.

An evaluation holds from its instant until its `next_at`. So a ticket that comes due soon can be looked at as of then, and when
its time has come a cycle only decides and writes. What has happened to a ticket meanwhile shows in the claim: it awaits an
engine, or somebody has written it since.
"""

from __future__ import annotations

from typing import NamedTuple

from engine.facts import Instant
from engine.graph import Graph
from engine.looks import Looked, look
from engine.store.protocol import Claim, Store

AHEAD = 900
"""Seconds: what comes within them is looked at ahead."""

MOST = 10_000
"""Tickets that are remembered."""

PORTION = 500
"""Tickets looked at in one go: whoever rings meanwhile waits for a tenth of a second at most."""


class _Foreseen(NamedTuple):
    written: int
    at: int
    looked: Looked


class Foresight:
    """Tickets as they will be when their time has come, under the rules of one graph."""

    def __init__(self) -> None:
        self._graph: Graph | None = None
        self._found: dict[int, _Foreseen] = {}  # the soonest first
        self._reached = (0, 0)

    def prepare(self, store: Store, graph: Graph, now: Instant) -> int:
        """Look at the next tickets that come due, PORTION at most; answer how many. For a moment in which nothing waits.

        Raises StoreError.
        """
        if graph is not self._graph:
            self._graph, self._found, self._reached = graph, {}, (0, 0)
        for ticket in list(self._found):
            if self._found[ticket].at > now:
                break
            del self._found[ticket]  # it was taken by somebody else, or its time was moved
        after = max(self._reached, (now, 0))
        coming = store.coming(after, Instant(now + AHEAD), min(PORTION, MOST - len(self._found)))
        tickets = {ticket.id: ticket for ticket in store.tickets([item.ticket_id for item in coming])}
        for item in coming:
            if item.ticket_id not in tickets:
                continue
            looked = look(tickets[item.ticket_id], graph, item.at)
            self._found[item.ticket_id] = _Foreseen(item.written, item.at, looked.moved_on(item.at))
        if coming:
            self._reached = (coming[-1].at, coming[-1].ticket_id)
        return len(coming)

    def take(self, claim: Claim, graph: Graph, now: Instant) -> Looked | None:
        """A claimed ticket as it is `now`, if that was foreseen and nothing has come in between."""
        found = self._found.pop(claim.ticket_id, None)
        if found is None or graph is not self._graph or claim.anew or claim.written != found.written:
            return None
        until = found.looked.now.next_at
        return found.looked.found(now) if found.at <= now and (until is None or now < until) else None
