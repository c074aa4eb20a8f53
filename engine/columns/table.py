"""Tickets by the million, as columns: what a load, a reload or a report evaluates in one go.

Tickets that share their terms and the situation they open in stand next to each other as a block, so that in a block nearly
everything is one number: the target, the hours, what pauses. Whatever is too irregular for that (a target that changes
under way, a change of customer, a pause that may reach its limit) is recognised exactly and left to `evaluate`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from dsl.model import BUILT_IN_METRICS, Metric
from engine import facts
from engine.graph import Graph
from engine.plan import Plan
from engine.predicate import Situation
from engine.terms import Terms

U16: TypeAlias = NDArray[np.uint16]
U32: TypeAlias = NDArray[np.uint32]
I64: TypeAlias = NDArray[np.int64]

REPLY, MESSAGE = 1, 2
_FIRST_MARK = 4


@dataclass(frozen=True, slots=True)
class Block:
    """Tickets `[first, last)` that share `terms` (None: nothing is promised) and open in the situation `opening`.

    `situations` are the indices of all that any of them is ever in.
    """

    first: int
    last: int
    terms: Terms | None
    opening: int
    situations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """Events of many tickets, ticket after ticket, each in its order, the opening first.

    Ticket `i` is `ids[i]` with the events `starts[i]` to `starts[i + 1]`. `at` counts seconds from `epoch`; `mark` holds the
    bits REPLY and MESSAGE, and those of `kinds` for what declared metrics wait for; `situation` is the index in
    `situations` of what holds after the event. `apart` are the ids of tickets that do not fit in columns.
    """

    epoch: int
    ids: I64
    starts: I64
    at: U32
    mark: U16
    situation: U16
    situations: tuple[Situation, ...]
    blocks: tuple[Block, ...]
    kinds: dict[str, int] = field(default_factory=dict)
    apart: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)


def kinds_of(metrics: Iterable[Metric]) -> dict[str, int]:
    """The bit of every kind of event that declared metrics wait for. Those beyond sixteen bits are left out."""
    named = dict.fromkeys(kind for metric in metrics for kind in (metric.start, metric.stop))
    bits = {facts.REPLY: REPLY, facts.MESSAGE: MESSAGE}
    for kind in named:
        if kind not in bits and len(bits) < 16:
            bits[kind] = _FIRST_MARK << (len(bits) - 2)
    return bits


def metrics_of(plan: Plan, graph: Graph) -> list[str]:
    """The metrics that a plan has targets for and that have clocks."""
    return [
        metric for metric in plan.options if metric in BUILT_IN_METRICS or graph.metric(metric) is not None
    ]
