"""Which tickets have ended, so that no clock of theirs goes on: told by the last thing that moved them, before any is evaluated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from dsl.model import RuleSet
from engine import facts
from engine.columns.told import Flags, Saying, Told, events_that
from engine.graph import Graph
from engine.history import ENDED, MOVES, Writer

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


def _rules(graph: Graph | None) -> Iterator[RuleSet]:
    """Those in force, and those behind them that know what is not declared any more."""
    while graph is not None:
        yield graph.ruleset
        graph = graph.fallback


def _says(sayings: Iterable[Saying], graph: Graph) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    """What each of these does to a ticket."""
    starts = {metric.start for rules in _rules(graph) for metric in rules.metrics.values()} - {facts.OPENED}
    ending = _GOES_ON if starts.intersection(one.value for one in ENDED) else _ENDS
    known: dict[object, int] = {}

    def says(kind: str, status: facts.FieldValue | None) -> int:
        if kind in starts:
            return _STARTS
        if kind in facts.DEEDS or (status is None and kind not in MOVES):
            return _NOTHING
        writer = Writer(graph)
        writer.take(kind, {} if status is None else {"status": status})
        return ending if writer.situation.status_class in ENDED else _GOES_ON

    found = []
    for kind, data in sayings:
        status = None if "status" in facts.no_fields(kind) else data.get("status")
        key = (kind, type(status), status)
        if key not in known:
            known[key] = says(kind, status)
        found.append(known[key])
    return np.array(found, dtype=np.int8)
