"""The engine as a loop: reload when the files say so, turn once a second, stop when asked."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from engine.cycle import Turn
from engine.errors import UnreachableError
from engine.facts import Instant
from engine.reload import MANY, Rules
from engine.snapshot import RulesStatus
from engine.store.database import ALL
from engine.store.protocol import Store
from engine.watch import Watcher

if TYPE_CHECKING:
    from engine.columns.keeper import Keeper

TICK = 1.0
"""Seconds between two looks at the store."""

SLICE = 0.1
"""Seconds within which a bell or a stop is heard."""


class Engine:
    """Rules and a store, turned by whoever holds it; one thread at a time."""

    def __init__(self, store: Store, root: Path | None, *, planned: bool | None = None) -> None:
        self._store = store
        self.rules = Rules(root, planned=planned)
        self._keeper: Keeper | None = None

    def start(self, now: Instant, chunks: int = ALL) -> Turn:
        """Put the rules in force and catch up with what happened while no engine ran, or with so many chunks of it."""
        turn = self.rules.start(self._store, now)
        return Turn.of((turn, self.step(now, chunks)))

    def reload(self, now: Instant, chunks: int = ALL) -> Turn:
        """Look at the rule files again, and evaluate what they move."""
        turn = self.rules.refresh(self._store, now)
        return Turn.of((turn, self.step(now, chunks)))

    def step(self, now: Instant, chunks: int = ALL) -> Turn:
        """Take in what has happened, under the rules that the store has in force."""
        return self.rules.cycle(self._store, now, chunks)

    def released(self) -> bool:
        """Whether rules that were refused for want of a plan may be taken."""
        return self.rules.released(self._store)

    def foresee(self, now: Instant) -> int:
        """Look at some tickets that come due soon, so that their hour finds the engine ready; answer how many."""
        return self.rules.foresee(self._store, now)

    def keep(self, now: Instant) -> bool:
        """A portion of keeping the columns of open tickets, which a large reload begins with; whether there is more."""
        if self.rules.now is None:
            return False
        if self._keeper is None:
            if self._store.blocks.newest() <= MANY:
                return False  # and numpy need not be loaded
            from engine.columns.keeper import Keeper

            self._keeper = Keeper()
        return self._keeper.step(self._store, self.rules.now.graph, now)


def run(
    engine: Engine,
    root: Path | None,
    stop: Event,
    told: Callable[[Turn], None],
    ruled: Callable[[RulesStatus], None] = lambda _: None,
    away: Callable[[UnreachableError], None] = lambda _: None,
    bell: Event | None = None,
) -> None:
    """Turn until `stop` is set. `told` hears of every turn, `ruled` of the rules after every look at their files, `away` of
    every turn that found the store out of reach, which is tried again. `bell` is set by whoever knows of new work.

    A turn is one chunk, at the instant at which it is begun: what comes due while there is much to take in need not wait for
    the end of it.
    """

    def heard(turn: Turn) -> None:
        told(turn)
        if engine.rules.now is not None:
            ruled(engine.rules.now.status)

    # Made before the first load, so that an edit during it is noticed.
    watcher = Watcher(root, lambda: engine.rules.files) if root is not None else None
    bell = Event() if bell is None else bell
    ruling: Callable[[Instant, int], Turn] | None = engine.start  # what has to be done about the rules
    try:
        while not stop.is_set():
            bell.clear()
            busy = False
            try:
                turn = (ruling or engine.step)(Instant(int(time.time())), 1)
                (heard if ruling else told)(turn)
                ruling, busy = None, turn.evaluated > 0
                if engine.released():
                    ruling = engine.reload
                if not busy:
                    engine.foresee(Instant(int(time.time())))
                    engine.keep(Instant(int(time.time())))
            except UnreachableError as error:
                away(error)
            if _pause(watcher, stop, bell, 0 if busy else TICK):
                ruling = ruling or engine.reload
    finally:
        if watcher is not None:
            watcher.close()


def _pause(watcher: Watcher | None, stop: Event, bell: Event, seconds: float) -> bool:
    """Wait so long, for the bell, or for rule files to change: whether they have."""
    if not seconds:
        return watcher is not None and watcher.wait(0)
    end = time.monotonic() + seconds
    while not stop.is_set() and not bell.is_set() and time.monotonic() < end:
        if watcher is None:
            bell.wait(SLICE)
        elif watcher.wait(SLICE):
            return True
    return False
