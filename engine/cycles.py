"""When each clock of a ticket starts and stops: its cycles, from the steps alone, whatever is promised.

A cycle has one or more stretches of time (a resolution that resumes after reopening has several) and either an end or none yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dsl.model import Metric, Reopen, StatusClass
from engine.facts import MESSAGE, OPENED, REPLY
from engine.history import ENDED, History

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

    A metric that is neither built in nor declared has none.
    """
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


def _moves(history: History) -> Iterator[tuple[int, tuple[str, ...], StatusClass, bool, bool]]:
    """Each step with the status class after it, and whether it ends or reopens the ticket."""
    ended = False
    for step in history.steps:
        after = step.situation.status_class
        ends, reopens = after in ENDED and not ended, ended and after not in ENDED
        ended = after in ENDED
        yield step.at, step.marks, after, ends, reopens


def _response(history: History) -> list[Cycle]:
    for at, marks, after, ends, _ in _moves(history):
        if ends or REPLY in marks:
            return [Cycle(1, ((history.opened, at),), ends and after is StatusClass.CANCELLED)]
    return [Cycle(1, ((history.opened, FOREVER),))]


def _resolution(history: History, reopen: Callable[[int], Reopen]) -> list[Cycle]:
    finished: list[Cycle] = []
    stretches: list[Stretch] = []
    start: int | None = history.opened
    cancelled = False
    for at, _, after, ends, reopens in _moves(history):
        if ends and start is not None:
            stretches.append((start, at))
            start, cancelled = None, after is StatusClass.CANCELLED
        elif reopens:
            mode = reopen(at)
            if mode is Reopen.IGNORED:
                break
            if mode is Reopen.RESTARTS:
                finished.append(Cycle(len(finished) + 1, tuple(stretches), cancelled))
                stretches = []
            start, cancelled = at, False
    if start is not None:
        stretches.append((start, FOREVER))
    return [*finished, Cycle(len(finished) + 1, tuple(stretches), cancelled)]


def _update(history: History) -> Iterator[tuple[int, int, bool]]:
    start: int | None = history.opened
    for at, marks, after, ends, reopens in _moves(history):
        if start is not None and (ends or REPLY in marks):
            # Two replies in one second, or a reply with the resolution, are no silence to be judged.
            if at > start:
                yield start, at, ends and after is StatusClass.CANCELLED
            start = None if ends else at
        elif reopens:
            start = at
    if start is not None:
        yield start, FOREVER, False


def _next_response(history: History) -> Iterator[tuple[int, int, bool]]:
    start: int | None = None
    waiting = False  # a message to a ticket that had ended counts once somebody reopens it
    ended = False
    for at, marks, after, ends, reopens in _moves(history):
        ended = after in ENDED
        if start is not None and (ends or REPLY in marks):
            yield start, at, ends and after is StatusClass.CANCELLED
            start = None
        if ends or REPLY in marks:
            waiting = False
        elif MESSAGE in marks and ended:
            waiting = True
        elif MESSAGE in marks or (reopens and waiting):
            start = at if start is None else start
            waiting = False
    if start is not None:
        yield start, FOREVER, False


def _declared(history: History, metric: Metric) -> list[Cycle]:
    start = history.opened if metric.start == OPENED else None
    previous: StatusClass | None = None
    for at, marks, after, ends, _ in _moves(history):
        closes = after is StatusClass.CLOSED and previous is not StatusClass.CLOSED
        previous = after
        if start is None:
            start = at if metric.start in marks else None
        elif metric.stop in marks or ends or closes:
            cancelled = ends and after is StatusClass.CANCELLED and metric.stop not in marks
            return [Cycle(1, ((start, at),), cancelled)]
    return [] if start is None else [Cycle(1, ((start, FOREVER),))]


def _numbered(found: Iterator[tuple[int, int, bool]]) -> Iterator[Cycle]:
    for number, (start, stop, cancelled) in enumerate(found, 1):
        yield Cycle(number, ((start, stop),), cancelled)
