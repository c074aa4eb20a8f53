"""Hearing at once that there is work: a connection that only listens.

Apart from the store because it is a thread's own, and because nothing depends on it: whoever waits for work looks again by
itself, and hears of nothing while the server is away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Event, Thread

import psycopg

from engine.errors import StoreError
from engine.store.place import Server
from engine.store.postgres_connection import BELL, Driver
from engine.store.postgres_open import driver_of

SLICE = 0.1
"""Seconds within which the end is heard."""

AGAIN = 1.0
"""Seconds between two attempts to reach the server."""


class Bell:
    """Calls `rung` of what was rung for (`WORK` or `POST`), from a thread, until it is closed. After each connection all of them are
    called once: what was rung before is not heard."""

    def __init__(self, server: Server, rung: Mapping[str, Callable[[], object]]) -> None:
        self._server = server
        self._rung = rung
        self._stop = Event()
        self._thread = Thread(target=self._run, name="sla-bell", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._stop.set()
        self._thread.join(AGAIN)

    def _run(self) -> None:
        while not self._stop.is_set():
            # Whoever writes to the store says what is wrong with the server.
            with suppress(psycopg.Error, StoreError):
                driver, _ = driver_of(self._server, create=False, read_only=False)
                with driver:
                    self._listen(driver)
            self._stop.wait(AGAIN)

    def _listen(self, driver: Driver) -> None:
        driver.execute(f"LISTEN {BELL}")
        row = driver.execute("SELECT current_schema()").fetchone()
        assert row is not None
        for ring in self._rung.values():
            ring()
        while not self._stop.is_set():
            for note in driver.notifies(timeout=SLICE):
                what, _, schema = note.payload.partition(" ")
                if schema == row[0] and what in self._rung:
                    self._rung[what]()
