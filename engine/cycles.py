"""When each clock of a ticket starts and stops: its cycles, from the steps alone, whatever is promised.

A cycle has one or more stretches of time (a resolution that resumes after reopening has several) and either an end or none yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dsl.condition import StatusClass
from dsl.model import Metric, Reopen
from engine.facts import MESSAGE, OPENED, REPLY
from engine.history import ENDED, History, Step

Stretch = tuple[int, int]

FOREVER = 1 << 62
"""The end of what has not ended."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """Half-open stretches in order; the last one ends at FOREVER if the cycle is open."""

    number: int
    stretches: tuple[Stretch, ...]
    cancelled: bool = False

    @property
    def start(self) -> int:
        return self.stretches[0][0]

    @property
    def stop(self) -> int | None:
        end = self.stretches[-1][1]
        return None if end == FOREVER else end


def cycles(
    metric: str, history: History, declared: Metric | None, reopen: Callable[[int], Reopen]
) -> list[Cycle]:
    """The cycles of a metric. `reopen` says what a reopening at an instant means to the resolution.

    A metric that is neither built in nor declared has none. Of a ticket that is cancelled all are, also those that a reply
    or a resolution had stopped before.
    """
    found = _cycles(metric, history, declared, reopen)
    return [_cancelled(cycle) for cycle in found] if history.cancelled else found


def _cycles(
    metric: str, history: History, declared: Metric | None, reopen: Callable[[int], Reopen]
) -> list[Cycle]:
    match metric:
        case "response":
            return _response(history)
        case "resolution":
            return _resolution(history, reopen)
        case "update":
            return list(_numbered(_update(history)))
        case "next-response":
            return list(_numbered(_next_response(history)))
    return _declared(history, declared) if declared else []


def _cancelled(cycle: Cycle) -> Cycle:
    """The cycle as one that counts nowhere; what only began after the ticket was cancelled takes no time."""
    stretches = ((cycle.start, cycle.start),) if cycle.stop is None else cycle.stretches
    return Cycle(cycle.number, stretches, True)


def _response(history: History) -> list[Cycle]:
    for step in history.steps:
        if step.ends or REPLY in step.marks:
            return [Cycle(1, ((history.opened, step.at),), _cut_off(step))]
    return [Cycle(1, ((history.opened, FOREVER),))]


def _resolution(history: History, reopen: Callable[[int], Reopen]) -> list[Cycle]:
    finished: list[Cycle] = []
    stretches: list[Stretch] = []
    start: int | None = history.opened
    cancelled = False
    for step in history.steps:
        if step.ends and start is not None:
            stretches.append((start, step.at))
            start, cancelled = None, _cancels(step)
        elif step.reopens:
            mode = reopen(step.at)
            if mode is Reopen.IGNORED:
                break
            if mode is Reopen.RESTARTS:
                finished.append(Cycle(len(finished) + 1, tuple(stretches), cancelled))
                stretches = []
            goes_on = mode is Reopen.CONTINUES and stretches
            start, cancelled = stretches.pop()[0] if goes_on else step.at, False
    if start is not None:
        stretches.append((start, FOREVER))
    return [*finished, Cycle(len(finished) + 1, tuple(stretches), cancelled)]


def _update(history: History) -> Iterator[tuple[int, int, bool]]:
    start: int | None = history.opened
    for step in history.steps:
        if start is not None and (step.ends or REPLY in step.marks):
            # Two replies in one second, or a reply with the resolution, are no silence to be judged.
            if step.at > start:
                yield start, step.at, _cut_off(step)
            start = None if step.ends else step.at
        elif step.reopens:
            start = step.at
    if start is not None:
        yield start, FOREVER, False


def _next_response(history: History) -> Iterator[tuple[int, int, bool]]:
    start: int | None = None
    waiting = False  # a message to a ticket that had ended counts once somebody reopens it
    for step in history.steps:
        if step.ends or REPLY in step.marks:
            if start is not None:
                yield start, step.at, _cut_off(step)
            start, waiting = None, False
        elif MESSAGE in step.marks and step.situation.status_class in ENDED:
            waiting = True
        elif MESSAGE in step.marks or (step.reopens and waiting):
            start = step.at if start is None else start
            waiting = False
    if start is not None:
        yield start, FOREVER, False


def _declared(history: History, metric: Metric) -> list[Cycle]:
    start = history.opened if metric.start == OPENED else None
    previous: StatusClass | None = None
    for step in history.steps:
        after = step.situation.status_class
        closes = after is StatusClass.CLOSED and previous is not StatusClass.CLOSED
        previous = after
        if start is None:
            start = step.at if metric.start in step.marks else None
        elif metric.stop in step.marks or step.ends or closes:
            cancelled = step.ends and _cancels(step) and metric.stop not in step.marks
            return [Cycle(1, ((start, step.at),), cancelled)]
    return [] if start is None else [Cycle(1, ((start, FOREVER),))]


def _cut_off(step: Step) -> bool:
    """Whether what a reply stops was stopped by a cancellation instead."""
    return step.ends and _cancels(step) and REPLY not in step.marks


def _cancels(step: Step) -> bool:
    return step.situation.status_class is StatusClass.CANCELLED


def _numbered(found: Iterator[tuple[int, int, bool]]) -> Iterator[Cycle]:
    for number, (start, stop, cancelled) in enumerate(found, 1):
        yield Cycle(number, ((start, stop),), cancelled)
