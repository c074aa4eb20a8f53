"""A made-up help desk for `sla demo`: what its customers and its people do, drawn from a seed.

Pure: the same desk, seed and instants give the same events. Every ticket has a plan from its opening to its close; live
tickets run through theirs faster, so that somebody who watches for a minute sees the desk move.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from dsl.condition import StatusClass
from dsl.model import RuleSet
from engine.facts import (
    AUTO_REPLY,
    CANCELLED,
    CHANGED,
    CLOSED,
    MESSAGE,
    NOTE,
    OPENED,
    REOPENED,
    REPLY,
    RESOLVED,
    Event,
    Fields,
    FieldValue,
    Instant,
)

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
SOURCE = "demo"

Happening = tuple[str, Event]
"""The ticket's key and what happened to it."""

_SUBJECTS = (
    "VPN drops every few minutes", "Mail queue is growing on the relay", "Backup job failed: no space left",
    "Point of sale terminal offline", "Cannot print from the warehouse", "Certificate expires tomorrow",
    "Core switch reports a fan fault", "Password reset for a new starter", "Database replica is behind",
    "Wi-Fi is slow on floor 3", "Monitoring shows packet loss on the uplink", "File share is read-only",
    "Badge reader does not open the door", "Invoice export ends with an error", "Phone line dead in the branch",
    "Laptop does not wake from sleep", "Firewall rule for the new supplier", "Web shop answers 502",
    "Storage latency over 50 ms", "Restore of last week's mailbox", "UPS on battery", "DNS answers differ by site",
)  # fmt: skip
_QUEUES = ("network", "servers", "workplace", "applications")
_PEOPLE = ("on-call-1", "on-call-2", "desk-1", "desk-2", "desk-3", "")
_SITES = ("main office", "line-4", "lab", "branch 12", "warehouse")


@dataclass(frozen=True, slots=True)
class Desk:
    """The words of one rule set: who may open tickets, how urgent they are, what their statuses are called."""

    customers: tuple[str, ...]
    priorities: tuple[str, ...]
    new: str
    working: str
    waiting: str
    resolved: str
    closed: str

    @classmethod
    def of(cls, rules: RuleSet) -> Desk:
        """The desk that these rules are written for, with one customer that they do not know."""

        def status(kind: StatusClass, nth: int, otherwise: str) -> str:
            names = [rules.status_names[name] for name, found in rules.statuses.items() if found is kind]
            return names[min(nth, len(names) - 1)] if names else otherwise

        known = tuple(
            _spoken(customer.aliases, customer.title or name) for name, customer in rules.customers.items()
        )
        return cls(
            customers=(*known, "Walk-in"),
            priorities=rules.priorities or ("normal",),
            new=status(StatusClass.WORKING, 0, "New"),
            working=status(StatusClass.WORKING, 2, "Open"),
            waiting=status(StatusClass.WAITING, 0, "Waiting"),
            resolved=status(StatusClass.RESOLVED, 0, "Resolved"),
            closed=status(StatusClass.CLOSED, 0, "Closed"),
        )


def _spoken(aliases: Sequence[str], title: str) -> str:
    return next((alias for alias in aliases if "*" not in alias), title)


class Simulation:
    """The desk at work; `until` hands out what happens up to an instant, each event once."""

    def __init__(self, desk: Desk, seed: int, start: Instant) -> None:
        self._desk = desk
        self._random = Random(seed)
        self._clock = start
        self._opened = 0
        self._coming: list[tuple[int, int, Happening]] = []

    def until(self, now: Instant, mean_gap: float, pace: float) -> list[Happening]:
        """Everything after the last call and not after `now`, in order.

        A ticket opens every `mean_gap` seconds on average in the busy hours; its plan takes `pace` of the usual time.
        """
        while self._clock <= now:
            if self._busy(self._clock):
                self._opened += 1
                for number, event in enumerate(self._plan(self._opened, self._clock, pace)):
                    heapq.heappush(
                        self._coming,
                        (event.at, self._opened * 100 + number, (f"T-{1000 + self._opened}", event)),
                    )
            self._clock = Instant(self._clock + max(1, round(self._random.expovariate(1 / mean_gap))))
        happened = []
        while self._coming and self._coming[0][0] <= now:
            happened.append(heapq.heappop(self._coming)[2])
        return happened

    def _busy(self, at: int) -> bool:
        hour, weekend = at // HOUR % 24, (at // DAY + 3) % 7 >= 5
        share = (1.0 if 6 <= hour < 18 else 0.4) * (0.4 if weekend else 1.0)
        return self._random.random() < share

    def _plan(self, number: int, opened: int, pace: float) -> Iterator[Event]:
        pick = self._random
        rank = min(pick.choices(range(4), (1, 3, 8, 4))[0], len(self._desk.priorities) - 1)
        patience = (4 * MINUTE, 14 * MINUTE, 55 * MINUTE, 2 * HOUR)[rank] * pace
        work = (70 * MINUTE, 4 * HOUR, 14 * HOUR, 30 * HOUR)[rank] * pace
        sequence = 0
        at = float(opened)

        def event(kind: str, after: float, **data: FieldValue) -> Event:
            nonlocal sequence, at
            sequence += 1
            at += after
            return self._event(number, sequence, Instant(round(at)), kind, data)

        yield event(OPENED, 0, **self._first_fields(rank))
        if pick.random() < 0.5:
            yield event(AUTO_REPLY, 2)
        if pick.random() < 0.03:
            yield event(CANCELLED, patience)
            return
        yield event(
            CHANGED,
            patience * pick.uniform(0.05, 0.5),
            assignee=pick.choice(_PEOPLE),
            status=self._desk.working,
        )
        yield event(REPLY, patience * pick.lognormvariate(-0.9, 0.8))
        if rank == 0 and pick.random() < 0.8:
            yield event("workaround-provided", work * pick.uniform(0.1, 0.5))
        if pick.random() < 0.15 and rank > 0:
            yield event(CHANGED, work * 0.05, priority=self._desk.priorities[rank - 1])
        if pick.random() < 0.4:
            yield event(CHANGED, work * pick.uniform(0.05, 0.3), status=self._desk.waiting)
            yield event(MESSAGE, work * pick.uniform(0.1, 1.5))
            yield event(CHANGED, MINUTE * pace, status=self._desk.working)
            yield event(NOTE, MINUTE * pace)
            yield event(REPLY, patience * pick.lognormvariate(-0.4, 0.8))
        yield event(RESOLVED, work * pick.lognormvariate(-0.7, 0.7), status=self._desk.resolved)
        if pick.random() < 0.06:
            yield event(REOPENED, 3 * HOUR * pace, status=self._desk.working)
            yield event(REPLY, patience)
            yield event(RESOLVED, work * 0.3, status=self._desk.resolved)
        yield event(CLOSED, 2 * DAY * pace, status=self._desk.closed)

    def _first_fields(self, rank: int) -> Fields:
        pick = self._random
        return {
            "customer": pick.choice(self._desk.customers),
            "priority": self._desk.priorities[rank],
            "status": self._desk.new,
            "subject": pick.choice(_SUBJECTS),
            "queue": pick.choice(_QUEUES),
            "team": "noc",
            "site": pick.choice(_SITES),
            "vip": pick.random() < 0.1,
            "impact": pick.choice((1, 5, 20, 150)),
        }

    @staticmethod
    def _event(number: int, sequence: int, at: Instant, kind: str, data: Fields) -> Event:
        return Event(at, kind, data, SOURCE, f"{number}-{sequence}", sequence)
