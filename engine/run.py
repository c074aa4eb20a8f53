"""The engine as a loop: reload when the files say so, turn once a second, stop when asked."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

from engine.cycle import Turn
from engine.facts import Instant
from engine.reload import Rules
from engine.snapshot import RulesStatus
from engine.store.protocol import Store
from engine.watch import Watcher

TICK = 1.0
"""Seconds between two looks at the store."""


class Engine:
    """Rules and a store, turned by whoever holds it; one thread at a time."""

    def __init__(self, store: Store, root: Path | None) -> None:
        self._store = store
        self.rules = Rules(root)

    def start(self, now: Instant) -> Turn:
        """Put the rules in force and catch up with what happened while no engine ran."""
        turn = self.rules.start(self._store, now)
        return Turn.of((turn, self.step(now)))

    def reload(self, now: Instant) -> Turn:
        """Look at the rule files again."""
        return self.rules.refresh(self._store, now)

    def step(self, now: Instant) -> Turn:
        """Take in what has happened, under the rules that the store has in force."""
        return self.rules.cycle(self._store, now)


def run(
    engine: Engine,
    root: Path | None,
    stop: Event,
    told: Callable[[Turn], None],
    ruled: Callable[[RulesStatus], None] = lambda _: None,
) -> None:
    """Turn until `stop` is set. `told` hears of every turn, `ruled` of the rules after every look at their files."""

    def heard(turn: Turn) -> None:
        told(turn)
        if engine.rules.now is not None:
            ruled(engine.rules.now.status)

    # Made before the first load, so that an edit during it is noticed.
    watcher = Watcher(root, lambda: engine.rules.files) if root is not None else None
    try:
        heard(engine.start(Instant(int(time.time()))))
        while not stop.is_set():
            if watcher is None:
                stop.wait(TICK)
            elif watcher.wait(TICK):
                heard(engine.reload(Instant(int(time.time()))))
            told(engine.step(Instant(int(time.time()))))
    finally:
        if watcher is not None:
            watcher.close()
