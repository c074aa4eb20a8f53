"""The metrics of an engine, as Prometheus knows them; docs/operations.md says what each is for.

Labels are names that the rules declare and words of our own: nothing that a stranger wrote. The only module that knows
prometheus_client, imported when somebody listens.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from threading import Lock

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from engine.cycle import Turn
from engine.errors import StoreError
from engine.snapshot import RulesStatus
from engine.store.standing import Standing

disable_created_metrics()  # type: ignore[no-untyped-call]  # a series more for each one, and nobody asks for it

_CYCLE = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_SEND = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

Read = Callable[[], Standing | None]
"""How the store stands; None while it cannot be read."""


class Metrics:
    """What an engine counts. One for each process; used by any thread."""

    def __init__(self, version: str, clock: Callable[[], float], read: Read) -> None:
        registry = self._registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._clock = clock
        self._lock = Lock()
        self._last: RulesStatus | None = None
        build = Gauge(
            "sla_build_info", "Which program runs; always 1.", ["version", "python"], registry=registry
        )
        build.labels(version, platform.python_version()).set(1)
        self._evaluated = Counter("sla_tickets_evaluated", "Tickets evaluated.", registry=registry)
        self._transitions = Counter(
            "sla_transitions", "What has happened to clocks, by what.", ["what"], registry=registry
        )
        self._decisions = Counter(
            "sla_decisions", "Steps of ladders decided, by outcome.", ["outcome"], registry=registry
        )
        self._seconds = Histogram(
            "sla_cycle_seconds", "How long a cycle took.", buckets=_CYCLE, registry=registry
        )
        self._cycled = Gauge(
            "sla_last_cycle_timestamp_seconds", "When the last cycle ended that did.", registry=registry
        )
        self._store_errors = Counter(
            "sla_store_errors", "Cycles given up because of the store.", registry=registry
        )
        self._generation = Gauge(
            "sla_rules_generation", "Generation of the rules in force.", registry=registry
        )
        self._loaded = Gauge(
            "sla_rules_loaded_timestamp_seconds",
            "When the rules in force were put in force.",
            registry=registry,
        )
        self._broken = Gauge(
            "sla_rules_broken",
            "1 while the rules on disk are refused and older ones are in force.",
            registry=registry,
        )
        self._reloads = Counter(
            "sla_rules_reloads", "Edits of the rules, adopted or refused.", ["outcome"], registry=registry
        )
        self._sends = Counter(
            "sla_sends", "Messages by what became of a send.", ["channel", "outcome"], registry=registry
        )
        self._send_seconds = Histogram(
            "sla_send_seconds",
            "How long one send took, whatever became of it.",
            ["channel"],
            buckets=_SEND,
            registry=registry,
        )
        self._erased = Counter(
            "sla_tickets_erased", "Tickets whose personal text was erased.", registry=registry
        )
        for outcome in ("adopted", "refused"):
            self._reloads.labels(outcome)
        for outcome in ("fired", "skipped", "suppressed"):
            self._decisions.labels(outcome)
        registry.register(_Store(read))

    # ---------------------------------------------------------------- what the engine does

    def turned(self, turn: Turn, seconds: float, now: float) -> None:
        """A cycle has come to its end."""
        self._seconds.observe(seconds)
        self._cycled.set(self._clock())
        self._evaluated.inc(turn.evaluated)
        for item in turn.transitions:
            self._transitions.labels(item.what).inc()
        for decision in turn.decisions:
            self._decisions.labels(decision.outcome.value).inc()

    def ruled(self, status: RulesStatus) -> None:
        """These rules are in force. The first ones are no reload."""
        last, self._last = self._last, status
        self._generation.set(status.generation)
        self._loaded.set(status.loaded_at)
        self._broken.set(bool(status.broken))
        if last is not None and status.generation != last.generation:
            self._reloads.labels("adopted").inc()
        if status.broken and (last is None or status.broken != last.broken):
            self._reloads.labels("refused").inc()

    def failed(self, error: StoreError) -> None:
        """A cycle was given up because of the store."""
        self._store_errors.inc()

    def erased(self, tickets: int) -> None:
        """The personal text of so many tickets is gone."""
        self._erased.inc(tickets)

    # ---------------------------------------------------------------- what delivery does

    def sent(self, channel: str, outcome: str, messages: int, seconds: float) -> None:
        """A send by a channel has come to its end: `sent`, `put off` or `dead`."""
        self._sends.labels(channel, outcome).inc(messages)
        self._send_seconds.labels(channel).observe(seconds)

    # ---------------------------------------------------------------- what is asked

    def text(self, accept: str) -> tuple[bytes, str]:
        """All of it in the format that the asker would have, and that format's name."""
        encode, kind = choose_encoder(accept)
        with self._lock:
            return encode(self._registry), kind


class _Store(Collector):
    """What the store says at the moment it is asked."""

    def __init__(self, read: Read) -> None:
        self._read = read

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing beforehand: else the store would be asked at the start."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        found = self._read()
        yield GaugeMetricFamily("sla_store_up", "1 while the store can be read.", int(found is not None))
        if found is None:
            return
        yield GaugeMetricFamily("sla_open_tickets", "Tickets that are open.", found.open_tickets)
        yield GaugeMetricFamily(
            "sla_awaiting_tickets", "Tickets with news that no engine has taken in.", found.awaiting
        )
        yield GaugeMetricFamily(
            "sla_lag_seconds", "By how much the oldest due threshold is late; 0 if none is.", found.lag
        )
        messages = GaugeMetricFamily(
            "sla_outbox_messages", "Messages that have not left.", labels=["channel", "status"]
        )
        oldest = GaugeMetricFamily(
            "sla_outbox_oldest_timestamp_seconds",
            "When the oldest of these messages was written.",
            labels=["channel", "status"],
        )
        for item in found.messages:
            messages.add_metric([item.channel, item.status], item.messages)
            oldest.add_metric([item.channel, item.status], item.since)
        yield messages
        yield oldest
