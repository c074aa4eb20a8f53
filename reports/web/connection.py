"""A connection that knows whose turn it is: a peer that keeps us waiting takes nobody's place.

The server has limits for idle connections after an answer, and for all of them at once; none for the time that a request takes to
arrive. It makes one of these for each connection.
"""

from __future__ import annotations

import asyncio
from collections import Counter

from uvicorn.protocols.http.h11_impl import H11Protocol

from reports.web.address import counted

PATIENCE = 10.0
"""Seconds in which a request arrives whole, its body included, and in which a peer takes at least some of an answer that lies ready."""

PLACES = 200
"""Connections at a time, as long as some of them keep us waiting."""


class Connection(H11Protocol):
    """HTTP/1.1 with a peer that is cut off when it has kept us waiting for PATIENCE, and earlier where others need its place.

    It is the peer's turn until a whole request is here, and while an answer is not taken. Where all places are filled, a connection
    that comes gets that of the one whose turn it has been longest, among those of the address that keeps us waiting most often.
    """

    waits_since: float | None = None
    """When it became the peer's turn, on the loop's clock; None while it is ours."""

    address = ""
    """Of the peer, as tries are counted."""

    _ready = 0
    """Bytes of an answer that were not taken when it was last looked at."""

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.address = counted(self.client[0]) if self.client else ""
        self._turn()
        if len(self.connections) > PLACES:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        self._ours()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._turn()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._turn()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._turn()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._turn()

    def _turn(self) -> None:
        """Whose it is, after something has happened."""
        cycle = self.cycle
        whole = cycle is not None and not cycle.more_body and not cycle.response_complete
        if whole and not self.flow.write_paused:
            self._ours()
        elif self.waits_since is None:
            self._wait()

    def _ours(self) -> None:
        self.waits_since = None
        if self._late is not None:
            self._late.cancel()

    def _wait(self) -> None:
        self.waits_since = self.loop.time()
        self._ready = self.transport.get_write_buffer_size()
        self._late = self.loop.call_later(PATIENCE, self._waited)

    def _waited(self) -> None:
        if 0 < self.transport.get_write_buffer_size() < self._ready:
            self._wait()
        else:
            self.cut()

    def cut(self) -> None:
        """End it, with what was not taken of an answer."""
        self._ours()
        self.connections.discard(self)  # its place is free at once, not when the loop comes round to it
        self.transport.abort()

    def _make_room(self) -> None:
        waiting = [
            (one.waits_since, one)
            for one in self.connections
            if isinstance(one, Connection) and one is not self and one.waits_since is not None
        ]
        often = Counter(one.address for _, one in waiting)
        if waiting:
            min(waiting, key=lambda found: (-often[found[1].address], found[0]))[1].cut()
