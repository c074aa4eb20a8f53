"""Which tickets have ended, so that no clock of theirs goes on: told by the last thing that moved them, before any is evaluated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from dsl.condition import StatusClass
from engine import facts
from engine.columns.told import Flags, Saying, Told, events_that
from engine.graph import Graph
from engine.history import ENDED, Writer
from engine.predicate import Situation

_NOTHING, _GOES_ON, _ENDS, _STARTS = range(4)


def ended(told: Told, graphs: Iterable[Graph]) -> Flags:
    """By place, whether a ticket has under all of these rules; not those that are told apart, or of which a clock may have begun since:
    what ends again what has ended stops none."""
    found = ~told.apart
    for graph in graphs:
        says = _says(told.sayings, graph)
        events, ticket = events_that(told, says != _NOTHING)
        last = np.zeros(len(told), dtype=np.int8)
        last[ticket] = says[told.saying[events]]  # of several of a ticket the last stays
        found &= last == _ENDS
        _, started = events_that(told, says == _STARTS)
        found[started] = False
    return found


def _says(sayings: Sequence[Saying], graph: Graph) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    """What each of these does to a ticket."""
    starts = {metric.start for rules in graph.rulesets for metric in rules.metrics.values()} - {facts.OPENED}
    ending = _GOES_ON if starts.intersection(one.value for one in ENDED) else _ENDS

    def says(kind: str, moved: StatusClass | None) -> int:
        if kind in starts:
            return _STARTS
        return _NOTHING if moved is None else ending if moved in ENDED else _GOES_ON

    found = [says(kind, moved) for (kind, _), moved in zip(sayings, brought(sayings, graph), strict=True)]
    return np.array(found, dtype=np.int8)


def brought(sayings: Iterable[Saying], graph: Graph) -> Iterator[StatusClass | None]:
    """The class that each of these brings a ticket into, whatever was before; None if it leaves it in its own."""
    known: dict[object, StatusClass | None] = {}
    for kind, data in sayings:
        status = {"status": data["status"]} if "status" in data else {}
        key = (kind, *((type(value), value) for value in status.values()))
        if key not in known:
            ends = set()
            for one in (StatusClass.WORKING, StatusClass.CANCELLED):  # what leaves it alone ends in both
                writer = Writer(graph, Situation({}, one, "", ""))
                writer.take(kind, dict(status))
                ends.add(writer.situation.status_class)
            known[key] = ends.pop() if len(ends) == 1 else None
        yield known[key]
