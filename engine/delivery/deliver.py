"""Delivering what the outbox holds: a lane for each channel, on threads of their own, for one pass or until asked to end.

A channel that hangs must not keep another waiting, so each lane has its thread and its own connection to the store. One more
thread looks whether there is something to do; an engine that has queued something need not wait for it and says so.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from random import random as chance
from secrets import token_hex
from threading import Event, Lock, Thread

from dsl.errors import SlaError
from dsl.ladder import EMAIL, INBOX
from dsl.model import RuleSet
from engine.channels.deadline import LateError, within
from engine.channels.door import LaterError, NeverError, UnsetError, open_way
from engine.delivery import compose
from engine.delivery.lane import (
    Delivered,
    Lane,
    Observed,
    Office,
    limits_of,
    links_of,
    reasons_against,
    seen_now,
)
from engine.delivery.outbox import Kind
from engine.delivery.page import Entry, Page, page_of
from engine.errors import EngineError
from engine.facts import Instant
from engine.graph import Graph
from engine.settings import Settings
from engine.store.opening import open_store
from engine.store.place import Place
from engine.store.sql import SqlStore

__all__ = ["Delivered", "Deliverer", "Preview", "send_test"]

LOOK = 0.5
"""Seconds between two calls of what a pass is asked to do meanwhile."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be sent now by one channel to one recipient: the messages' ids, and the text as it would read.

    `suppressed` are the messages (id, reason) that would not be sent any more.
    """

    channel: str
    recipient: str
    messages: tuple[int, ...]
    subject: str
    text: str
    suppressed: tuple[tuple[int, str], ...] = ()


@dataclass(slots=True)
class _Running:
    lane: Lane
    thread: Thread
    work: Event = field(default_factory=Event)


class Deliverer:
    """Drains the outbox of the store at `place`.

    `rules` answers the rules in force, None while there are none: then nothing is sent, for nothing could be checked. `told`
    hears of trouble in words, `observed` of every send. `environment` has the addresses of channels; `clock` answers UTC
    seconds, `elapsed` seconds that only grow, by which a pass measures how far it is past the instant that it was begun at.
    """

    def __init__(
        self,
        place: Place,
        settings: Settings,
        rules: Callable[[], Graph | None],
        *,
        told: Callable[[str], None] = lambda _: None,
        environment: Mapping[str, str] | None = None,
        random: Callable[[], float] = chance,
        clock: Callable[[], float] = time.time,
        elapsed: Callable[[], float] = time.monotonic,
        observed: Observed = lambda *_: None,
    ) -> None:
        self._place = place
        self._settings = settings
        self._rules = rules
        self._told = told
        self._clock = clock
        self._elapsed = elapsed
        self._stop = Event()
        self._wake = Event()
        self._lock = Lock()
        self._trouble: dict[str, str] = {}  # of each lane, and of the look for work
        self._watcher: Thread | None = None
        self._running: dict[str, _Running] = {}
        self._drained: dict[str, Lane] = {}
        self._pass: tuple[int, float] | None = (
            None  # when the pass under way began, and what `elapsed` said then
        )
        self._office = Office(
            settings,
            os.environ if environment is None else environment,
            f"{socket.gethostname()}/{os.getpid()}/{token_hex(4)}",
            random,
            self._now,
            self._stop.is_set,
            observed,
        )

    def _now(self) -> int:
        if self._pass is None:
            return int(self._clock())
        began, mark = self._pass
        return began + int(self._elapsed() - mark)

    # ---------------------------------------------------------------- one pass

    def drain(self, now: Instant, meanwhile: Callable[[], None] = lambda: None) -> Delivered:
        """One pass over all channels at once, begun at `now`; not while `start`ed. `meanwhile` is called again and again, in the
        caller's thread, until the pass is over. Raises StoreError and EngineError, after the other channels have had their turn.
        """
        graph = self._rules()
        if graph is None:
            return Delivered()
        self._pass = now, self._elapsed()
        try:
            store = open_store(self._place)
            try:
                channels = store.outbox.channels_waiting(now)
            finally:
                store.close()
            return self._all(channels, graph, meanwhile) if channels else Delivered()
        finally:
            self._pass = None

    def _all(self, channels: Sequence[str], graph: Graph, meanwhile: Callable[[], None]) -> Delivered:
        """A pass over these channels, each on a thread and a connection to the store of its own."""
        with ThreadPoolExecutor(len(channels), thread_name_prefix="sla-deliver") as threads:
            under_way: list[Future[Delivered]] = []
            try:
                for channel in channels:
                    lane = self._drained.setdefault(channel, Lane(channel, self._office))
                    under_way.append(threads.submit(self._once, lane, graph))
                while wait(under_way, LOOK).not_done:
                    meanwhile()
            except BaseException:
                self._stop.set()  # else ctrl+c would wait until all is sent
                raise
        return sum((lane.result() for lane in under_way), Delivered())

    def _once(self, lane: Lane, graph: Graph) -> Delivered:
        store = open_store(self._place)
        try:
            return lane.drain(store, graph)
        finally:
            store.close()

    def preview(self, now: Instant) -> list[Preview]:
        """What a pass would send now; nothing is claimed and nothing written. Raises StoreError and EngineError."""
        graph = self._rules()
        if graph is None:
            return []
        found = []
        store = open_store(self._place)
        try:
            for channel in store.outbox.channels_waiting(now):
                limits = limits_of(channel, self._settings, graph.ruleset)
                for batch in store.outbox.peek(
                    channel,
                    now,
                    lease=self._settings.delivery.lease,
                    apart=limits.apart,
                    most=1_000_000,
                    limit=limits.most,
                    per=limits.per,
                ):
                    seen = seen_now(store, batch, graph, now)
                    reasons = reasons_against(batch, seen, graph, now)
                    kept = [item for item in batch.messages if item.id not in reasons]
                    page = page_of(batch, kept, seen, graph, now, listed=self._settings.delivery.listed)
                    words = (compose.subject(page), compose.text(page)) if kept else ("", "")
                    ids = tuple(item.id for item in kept)
                    found.append(Preview(channel, batch.recipient, ids, *words, tuple(reasons.items())))
        finally:
            store.close()
        return found

    # ---------------------------------------------------------------- on threads

    def start(self) -> None:
        """Begin to deliver. Raises EngineError for settings that cannot be worked with."""
        links_of(self._settings)
        self._watcher = Thread(target=self._watch, name="sla-deliver", daemon=True)
        self._watcher.start()

    def wake(self) -> None:
        """Something was queued: look at once."""
        self._wake.set()

    def stop(self) -> None:
        """Send nothing after what is being sent: a pass gives back what it has claimed, and ends."""
        self._stop.set()

    def close(self) -> None:
        """Finish what is being sent, give back what is not, and end the threads; at most a few time-outs long."""
        self._stop.set()
        self._wake.set()
        if self._watcher is not None:
            self._watcher.join()
        for running in self._running.values():
            running.work.set()
        for running in self._running.values():
            running.thread.join(self._settings.delivery.lease)

    def _watch(self) -> None:
        """Set the lanes to work that have something to do."""
        store: SqlStore | None = None
        try:
            while not self._stop.is_set():
                try:
                    store = store or open_store(self._place)
                    for channel in store.outbox.channels_waiting(Instant(self._now())):
                        self._lane(channel).work.set()
                    self._fine("")
                except SlaError as error:
                    self._said("", error)
                self._wake.wait(self._settings.delivery.poll)
                self._wake.clear()
        finally:
            if store is not None:
                store.close()

    def _lane(self, channel: str) -> _Running:
        running = self._running.get(channel)
        if running is None or not running.thread.is_alive():
            lane = Lane(channel, self._office)
            thread = Thread(target=self._drive, args=(channel,), name=f"sla-deliver-{channel}", daemon=True)
            running = self._running[channel] = _Running(lane, thread)
            thread.start()
        return running

    def _drive(self, channel: str) -> None:
        """A lane's thread: work when there is some."""
        running = self._running[channel]
        store: SqlStore | None = None
        try:
            while not self._stop.is_set():
                running.work.wait()
                running.work.clear()
                graph = self._rules()
                if graph is None or self._stop.is_set():
                    continue
                try:
                    store = store or open_store(self._place)
                    running.lane.drain(store, graph)
                    self._fine(channel)
                except SlaError as error:
                    self._said(channel, error)
        finally:
            if store is not None:
                store.close()

    def _said(self, who: str, error: SlaError) -> None:
        """Tell of trouble once, however many lanes have it and however often they try."""
        with self._lock:
            words = str(error)
            known = words in self._trouble.values()
            self._trouble[who] = words
            if not known:
                self._told(f"delivery: {words}")

    def _fine(self, who: str) -> None:
        with self._lock:
            self._trouble.pop(who, None)


def send_test(
    channel: str,
    to: str,
    settings: Settings,
    ruleset: RuleSet,
    *,
    dry_run: bool,
    now: int | None = None,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Send one message that is marked as a test, to `to` (of e-mail: an address or a person's name); answers in words.

    With `dry_run` nothing leaves, and the answer is what would. Raises EngineError with what went wrong.
    """
    if channel == INBOX:
        raise EngineError(
            "the inbox is in the store: nothing has to be sent to it", help="look at it in the console"
        )
    person = ruleset.people.get(to)
    recipient = person.email if person else to
    if channel == EMAIL and not recipient:
        raise EngineError(
            "e-mail needs a recipient", help="name an address, or a person of the rules who has one"
        )
    at = int(time.time()) if now is None else now
    entry = Entry(0, Kind.NOTICE, "TEST", subject="a test message", at=at, found=at)
    key = f"test.{token_hex(8)}"
    page = Page(key, channel, recipient if channel == EMAIL else "", to, at, (entry,), test=True)
    try:
        way = open_way(channel, settings, ruleset, os.environ if environment is None else environment)
        if dry_run:
            return f"{compose.subject(page)}\n\n{compose.text(page)}"
        try:
            answer = within(settings.timeout(channel), way, page)
        except LateError:
            raise
        except (LaterError, NeverError):
            way.close()
            raise
        way.close()
        return answer
    except (LaterError, NeverError) as error:
        unset = isinstance(error, UnsetError)
        raise EngineError(
            f"{channel}: {error}", help="sla config validate says what is missing" if unset else ""
        ) from error
