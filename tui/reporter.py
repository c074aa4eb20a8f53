"""Declared reports beside an engine: a thread looks what is due, and a process of its own makes it, so that no cycle waits for paper."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Event, Thread
from typing import TYPE_CHECKING

from dsl.errors import SlaError
from engine.facts import Instant
from tui.logs import say
from tui.plain import plain

if TYPE_CHECKING:
    from engine.graph import Graph
    from engine.settings import Reports
    from engine.store.place import Place
    from engine.store.report_runs import Key
    from engine.store.sql import SqlStore
    from reports.running import Made
    from reports.schedule import Due

LOOK = 30.0
"""Seconds between two looks for what is due."""
AGAIN = 3600
"""Seconds after which a report that could not be made is tried again."""


class Reporter:
    """Makes what is due of the store at `place` by the rules that `graph` answers, None while there are none."""

    def __init__(self, place: Place, settings: Reports, graph: Callable[[], Graph | None]) -> None:
        self._place = place
        self._settings = settings
        self._graph = graph
        self._stop = Event()
        self._thread: Thread | None = None
        self._failed: dict[Key, int] = {}
        self._said = ""

    def start(self) -> None:
        """Begin, on a thread."""
        self._thread = Thread(target=self._watch, name="sla-reports", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End; a report that is being made is made after the next start."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def once(self, now: Instant) -> None:
        """Make what is due, here. Raises StoreError."""
        from engine.store.opening import open_store

        graph = self._graph()
        if graph is None or not graph.ruleset.reports:
            return
        with closing(open_store(self._place)) as store:
            for made in _made(store, graph, self._settings, now, self._due(now)):
                self._tell(made, now)

    def _due(self, now: Instant) -> list[Due]:
        from engine.store.opening import open_store
        from reports.running import due_now

        graph = self._graph()
        if graph is None:
            return []
        with closing(open_store(self._place)) as store:
            found = due_now(store, graph, now)
        return [one for one in found if not now < self._failed.get(one.key, 0) <= now + AGAIN]

    def _watch(self) -> None:
        while not self._stop.is_set():
            try:
                now = Instant(int(time.time()))
                if due := self._due(now):
                    self._apart(due, now)
                self._said = ""
            except SlaError as error:
                if str(error) != self._said:
                    self._said = str(error)
                    say(f"reports: {plain(error, 500)}", event="reports-trouble", level=logging.WARNING)
            self._stop.wait(LOOK)

    def _apart(self, due: Sequence[Due], now: Instant) -> None:
        """Make these in a process, and tell of each as it is made."""
        context = get_context("spawn")
        here, there = context.Pipe(duplex=False)
        worker = context.Process(
            target=work, args=(there, self._place, self._settings, now, list(due)), daemon=True
        )
        worker.start()
        there.close()
        try:
            while not self._stop.is_set():
                if here.poll(0.5):
                    self._tell(here.recv(), now)
        except EOFError:
            pass  # all are told
        finally:
            if self._stop.is_set():
                worker.terminate()
            worker.join()
            here.close()

    def _tell(self, made: Made | str, now: Instant) -> None:
        if isinstance(made, str):
            say(f"reports: {plain(made, 500)}", event="reports-trouble", level=logging.WARNING)
            return
        report, period, customer = made.key
        what = f"report {report} of {period} for {plain(customer, 60)}"
        fields = {"report": report, "period": period, "customer": customer}
        if made.error:
            self._failed[made.key] = now + AGAIN
            say(
                f"{what}: {plain(made.error, 500)}",
                event="report-failed",
                level=logging.WARNING,
                fields=fields,
            )
        elif not made.known:
            say(f"{what}: made", event="report-made", fields=fields)
        for name in made.unmailed:
            say(
                f"{what}: nobody to mail it to: {plain(name, 60)}",
                event="report-unmailed",
                level=logging.WARNING,
            )


def work(told: Connection, place: Place, settings: Reports, now: Instant, due: Sequence[Due]) -> None:
    """What the process does: make these and tell of each. Nothing that it leaves undone is half done."""
    import signal

    from engine.in_force import stored_graph
    from engine.store.opening import open_store

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the engine ends it
    with suppress(BrokenPipeError), closing(told):
        try:
            with closing(open_store(place)) as store:
                graph = stored_graph(store)
                if graph is not None:
                    for made in _made(store, graph, settings, now, due):
                        told.send(made)
        except SlaError as error:
            told.send(str(error))


def _made(
    store: SqlStore, graph: Graph, settings: Reports, now: Instant, due: Sequence[Due]
) -> Iterator[Made]:
    """Make what the rules still declare."""
    from functools import cache

    from reports.render.look import look_of
    from reports.render.pdf import Press
    from reports.running import make_all

    known = [
        one for one in due if one.report in graph.ruleset.reports and one.customer in graph.ruleset.customers
    ]
    return make_all(store, graph, cache(lambda: Press(look_of(settings))), now, known)
