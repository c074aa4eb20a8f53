"""An engine that tells what it does: how long each cycle took, what it brought, and what the store refused.

Around the engine and not in it: the loop knows nothing of being watched.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from engine.cycle import Turn
from engine.errors import StoreError
from engine.facts import Instant
from engine.run import Engine
from engine.snapshot import RulesStatus
from engine.store.database import ALL
from engine.store.protocol import Store


class Observer(Protocol):
    """Hears of every cycle. `seconds` is how long it took, `now` its end on a clock that only grows."""

    def turned(self, turn: Turn, seconds: float, now: float) -> None: ...

    def ruled(self, status: RulesStatus) -> None: ...

    def failed(self, error: StoreError) -> None: ...


class ObservedEngine(Engine):
    """An engine with observers; nothing else is different."""

    def __init__(
        self,
        store: Store,
        root: Path | None,
        observers: Sequence[Observer],
        *,
        planned: bool | None = None,
    ) -> None:
        super().__init__(store, root, planned=planned)
        self._observers = observers
        self._within = False  # a start and a reload have a step in them, and are one cycle

    def start(self, now: Instant, chunks: int = ALL) -> Turn:
        return self._observed(super().start, now, chunks)

    def reload(self, now: Instant, chunks: int = ALL) -> Turn:
        return self._observed(super().reload, now, chunks)

    def step(self, now: Instant, chunks: int = ALL) -> Turn:
        return self._observed(super().step, now, chunks)

    def _observed(self, work: Callable[[Instant, int], Turn], now: Instant, chunks: int) -> Turn:
        if self._within:
            return work(now, chunks)
        began = time.monotonic()
        self._within = True
        try:
            turn = work(now, chunks)
        except StoreError as error:
            for observer in self._observers:
                observer.failed(error)
            raise
        finally:
            self._within = False
        ended = time.monotonic()
        for observer in self._observers:
            observer.turned(turn, ended - began, ended)
            if self.rules.now is not None:
                observer.ruled(self.rules.now.status)
        return turn
