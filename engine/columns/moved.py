"""Which of many open tickets new rules really move: both rule sets on the same columns, and the rows that differ.

A change of opening hours names every ticket of every tier that uses them; mostly few of their clocks end up elsewhere, and
only these are worth an evaluation of their own and a write.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from engine.columns.build import columns_of
from engine.columns.evaluate import evaluate_columns
from engine.columns.fold import ClockColumns
from engine.columns.told import Told
from engine.facts import Instant
from engine.graph import Graph

_TICKET = 0
"""The column of a row that holds the ticket's id."""


def moved(told: Told, old: Graph, new: Graph, now: Instant) -> list[int]:
    """Ids of the tickets with a clock that differs at `now`, and of those that columns cannot tell, in order."""
    before, apart_before = _rows(told, old, now)
    after, apart_after = _rows(told, new, now)
    found = apart_before | apart_after
    for key in before.keys() | after.keys():
        found.update(_differing(before.get(key), after.get(key)))
    return sorted(found)


_Rows = NDArray[np.int64]


def _rows(told: Told, graph: Graph, now: Instant) -> tuple[dict[tuple[object, ...], _Rows], set[int]]:
    """All clocks as rows of numbers, by metric and warnings."""
    answer = evaluate_columns(columns_of(told, graph, now), graph, now, warnings=True)
    parts: dict[tuple[object, ...], list[_Rows]] = {}
    for columns in answer.clocks:
        parts.setdefault((columns.metric, columns.warn), []).append(_table(columns))
    return {key: np.concatenate(tables) for key, tables in parts.items()}, set(answer.apart)


def _table(columns: ClockColumns) -> _Rows:
    return np.column_stack(
        (
            columns.ticket,
            columns.cycle,
            columns.state,
            columns.started,
            columns.stopped,
            columns.target,
            columns.due,
            columns.elapsed,
            columns.paused,
            *columns.warnings,
        )
    )


def _differing(before: _Rows | None, after: _Rows | None) -> Iterable[int]:
    """The tickets of rows that are in only one of the two."""
    tables = [table for table in (before, after) if table is not None]
    rows, counts = np.unique(np.concatenate(tables), axis=0, return_counts=True)
    return (int(id_) for id_ in rows[counts == 1][:, _TICKET])
