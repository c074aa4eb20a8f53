"""Who watches a `sla run`: the service manager that started it and, where it listens, whoever asks for metrics or health."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from dsl.errors import SlaError
from engine.cycle import Turn
from engine.errors import UnreachableError
from engine.facts import Instant
from engine.monitor.observed import Observer
from engine.monitor.service import Manager
from tui.erasing import done_words
from tui.logs import say

if TYPE_CHECKING:
    from engine.delivery.lane import Observed
    from engine.monitor.metrics import Metrics
    from engine.monitor.server import Monitor
    from engine.settings import Settings
    from engine.store.erasure import Erased
    from engine.store.sql import SqlStore

_LOOPBACK = ("127.", "[::1]")


class Watched:
    """While it is entered, a port is open where the settings or `listen` name one. Raises SlaError where that is not possible."""

    def __init__(self, settings: Settings, listen: str | None, open_store: Callable[[], SqlStore]) -> None:
        self._manager = Manager()
        self._metrics: Metrics | None = None
        self._monitor: Monitor | None = None
        self._gone = ""
        self.observers: tuple[Observer, ...] = ()
        where = settings.monitor.listen if listen is None else listen
        if where:
            self._listen(where, settings.monitor.stale, open_store)

    def _listen(self, where: str, stale: int, open_store: Callable[[], SqlStore]) -> None:
        try:
            from engine.monitor.metrics import Metrics
        except ModuleNotFoundError as error:
            if error.name is None or error.name.split(".")[0] != "prometheus_client":
                raise
            raise SlaError(
                "--listen needs an extra that is not installed", help="pip install 'tiercel[metrics]'"
            ) from error
        from engine.monitor.pulse import Pulse
        from engine.monitor.server import Monitor, Reading
        from engine.store.standing import Standing, standing
        from tui.version import __version__

        def read() -> Standing:
            store = open_store()
            try:
                return standing(store.connection, Instant(int(time.time())))
            finally:
                store.close()

        reading = Reading(read)
        pulse = Pulse(stale, time.monotonic())
        self._metrics = Metrics(__version__, time.time, reading)
        self._monitor = Monitor(where, self._metrics, pulse, reading)
        self.observers = (self._metrics, pulse)
        address = self._monitor.address
        say(f"metrics and health: http://{address}", event="listening", fields={"address": address})
        if not address.startswith(_LOOPBACK):
            say("whoever reaches this address reads them: there is no login", event="listening-openly")

    @property
    def sent(self) -> Observed:
        """Hears of every send."""
        return self._metrics.sent if self._metrics is not None else lambda *_: None

    def turned(self, _: Turn) -> None:
        """A cycle has ended: say that we are alive."""
        self._manager.alive()
        if self._gone:
            self._gone = ""
            say("the store is back", event="store-back")

    def away(self, error: UnreachableError) -> None:
        """The store was out of reach; the engine goes on trying, and a restart would not help it."""
        self._manager.alive()
        if str(error) != self._gone:
            self._gone = str(error)
            say(f"{error}; trying again", event="store-unreachable", level=logging.WARNING)

    def erased(self, found: Erased) -> None:
        """Personal text that had come of age was erased."""
        say(
            f"retention: {done_words(found)}",
            event="text-erased",
            fields={"tickets": found.tickets, "events": found.events, "messages": found.messages},
        )
        if self._metrics is not None:
            self._metrics.erased(found.tickets)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._manager.stopping()
        if self._monitor is not None:
            self._monitor.close()
