"""Which tickets two rule sets can tell differently: those for whom their decision tables differ.

Tables are compared once for each promise, so that of a million tickets only those are evaluated that may come to something else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from dsl.model import BUILT_IN_METRICS
from engine.columns.build import whose
from engine.columns.told import I64, LAST, LIVE, Flags, Told, events_that
from engine.contract.change import About
from engine.contract.difference import of_site, together
from engine.contract.difference_terms import Comparison
from engine.contract.table import Contract, Whom, stretches
from engine.facts import OPENED
from engine.graph import Graph
from engine.terms import Terms

_STILL = frozenset({About.UPTIME, About.CREDITS, About.PEOPLE})
"""What moves no clock of a ticket and adds no step to it."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What both rule sets promise to some tickets, and of which metrics they tell other clocks or steps; None is any."""

    before: Terms | None
    after: Terms | None
    metrics: frozenset[str] | None

    @property
    def differs(self) -> bool:
        """Whether anything of these tickets may differ."""
        return self.metrics is None or bool(self.metrics)

    def about(self, metric: str) -> bool:
        """Whether its clocks or steps may differ."""
        return self.metrics is None or metric in self.metrics


@dataclass(frozen=True, slots=True)
class Placed:
    """Tickets by place: which may differ, and the number of what they are promised in `pairs`."""

    touched: Flags
    pair: I64
    pairs: tuple[Pair, ...]


def _later(told: Told, say: Flags) -> tuple[I64, I64]:
    """What events say of these things, but for openings that come first, and the places of their tickets."""
    places, ticket = events_that(told, say)
    opens = np.array([kind == OPENED for kind, _ in told.sayings], dtype=np.bool_)
    usual = (places == told.starts[ticket]) & opens[told.saying[places]]
    return told.saying[places[~usual]].astype(np.int64), ticket[~usual]


class Touch:
    """Compares what two graphs say of a customer text, each promise once."""

    def __init__(self, old: Graph, new: Graph) -> None:
        self._graphs = (old, new)
        self._contracts = (Contract(old), Contract(new))
        self._comparison = Comparison(*self._contracts)
        self._everything = any(True for _ in of_site(old, new))
        self._rows: dict[str, tuple[list[int], list[int]]] = {}
        self._pairs: list[Pair] = []
        self._numbers: dict[object, int] = {}
        self._odd: dict[tuple[int, bool], tuple[Terms, bool]] = {}

    def placed(self, told: Told) -> Placed:
        """Where the tickets stand that `told` tells, by what was pinned to them, else by the rules of their opening."""
        of_saying, texts = whose(told)
        pairs: list[int] = []
        turns: list[int] = []
        rows = []
        for number, text in enumerate(texts):
            starts, row = self._row(text)
            rows.append(row)
            turns += ((number << 33) + min(max(start, 0), LAST) for start in starts)
            pairs += row
        has = told.starts[1:] > told.starts[:-1]
        first = told.starts[:-1][has]
        text_of = np.maximum(of_saying[told.saying[first]], 0)
        place = np.searchsorted(
            np.array(turns, dtype=np.int64), (text_of << 33) + told.at[first], side="right"
        )
        found = np.zeros(len(told), dtype=np.int64)
        found[has] = np.array(pairs, dtype=np.int64)[place - 1]
        self._pinned(told, has, text_of, texts, found)
        touched = told.apart.copy()
        touched[has] |= np.array([pair.differs for pair in self._pairs], dtype=np.bool_)[found[has]]
        hit = np.array([any(self._pairs[pair].differs for pair in row) for row in rows], dtype=np.bool_)
        differs = self._differing(told.terms)
        for number in self._come_to(told, of_saying):
            hit[number] |= differs(texts[number])
        self._elsewhere(told, of_saying, hit, touched)
        return Placed(touched, found, tuple(self._pairs))

    def _pinned(self, told: Told, has: Flags, text_of: I64, texts: list[str], found: I64) -> None:
        """Put tickets in their places that were promised something when they opened."""
        pinned = told.pinned[has].astype(np.int64)
        known = pinned != LIVE
        if not known.any():
            return
        keys, which = np.unique(text_of[known] * len(told.terms) + pinned[known], return_inverse=True)
        numbers = []
        for key in keys.tolist():
            text, number = divmod(key, len(told.terms))
            terms = told.terms[number]
            numbers.append(self._pair(texts[text], terms, terms))
        found[np.flatnonzero(has)[known]] = np.array(numbers, dtype=np.int64)[which]

    @staticmethod
    def _elsewhere(told: Told, of_saying: I64, hit: Flags, touched: Flags) -> None:
        """Mark the tickets of which anything but the opening names a customer whom any difference touches."""
        if not hit.any():
            return
        _, ticket = _later(told, (of_saying >= 0) & hit[np.maximum(of_saying, 0)])
        touched[ticket] = True

    @staticmethod
    def _come_to(told: Told, of_saying: I64) -> list[int]:
        """The numbers of the customer texts that tickets come to name which may have been promised something then."""
        if not told.terms:
            return []
        sayings, _ = _later(told, of_saying >= 0)
        return [int(number) for number in np.unique(of_saying[sayings])]

    def _differing(self, promised: Sequence[Terms | None]) -> Callable[[str], bool]:
        """Tells of a customer text whether any of the promises that were made to somebody differs for it."""
        asking: list[Terms | None] = []
        plain: list[Terms | None] = []
        for terms in promised:
            asks = terms is not None and any(self._comparison.asks(side, terms) for side in (0, 1))
            (asking if asks else plain).append(terms)

        def any_of(text: str, found: Sequence[Terms | None]) -> bool:
            return any(self._pairs[self._pair(text, terms, terms)].differs for terms in found)

        known: dict[object, bool] = {}

        def differs(text: str) -> bool:
            one, other = self._whom(text)
            kinds = [(side.customer is None, side.declared is None) for side in (one, other)]
            key = (one.name == other.name, *kinds)
            if key not in known:
                known[key] = any_of(text, plain)  # which say the same to all of a kind
            return known[key] or any_of(text, asking)

        return differs

    def _whom(self, text: str) -> tuple[Whom, Whom]:
        """Who is meant by a customer text; nobody where it is not declared."""
        before, after = (graph.customer(text) for graph in self._graphs)
        return (
            Whom(before.name, before) if before else Whom(),
            Whom(after.name, after) if after else Whom(),
        )

    def _row(self, text: str) -> tuple[list[int], list[int]]:
        """From which instants on a customer text is promised which pair."""
        known = self._rows.get(text)
        if known is None:
            before, after = (stretches(graph, text) for graph in self._graphs)
            starts, row = [], []
            for start, _, one, other in together(before, after):
                starts.append(0 if start is None else start)
                row.append(self._pair(text, one.terms, other.terms))
            known = self._rows[text] = (starts, row)
        return known

    def _pair(self, text: str, before: Terms | None, after: Terms | None) -> int:
        metrics = self._metrics(text, before, after)
        key = (id(before), id(after), metrics)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._pairs)
            self._pairs.append(Pair(before, after, metrics))
        return number

    def _metrics(self, text: str, before: Terms | None, after: Terms | None) -> frozenset[str] | None:
        """The metrics that differ for a customer text; None if any may."""
        one, other = self._whom(text)
        if self._everything or one.name != other.name or self._beyond(one, before, after):
            return None
        changes = self._comparison.changes((one, other), before, after)
        moving = [change for change in changes if change.about not in _STILL]
        if all(change.about is About.TARGET for change in moving):
            return frozenset(change.subject.rpartition(" ")[2] for change in moving)
        return None

    def _beyond(self, whom: Whom, *promised: Terms | None) -> bool:
        """Whether these promises ask for what the tables leave out: texts of undeclared customers, and what no rules declare."""
        return any(
            terms is not None
            and ((whom.customer is None and contract.personal(terms)) or self._undeclared(contract, terms))
            for contract, terms in zip(self._contracts, promised, strict=True)
        )

    def _undeclared(self, contract: Contract, terms: Terms) -> bool:
        """Whether these promises are about priorities or metrics that the rules do not declare."""
        key = (id(terms), contract is self._contracts[0])
        known = self._odd.get(key)
        if known is None:
            rules = contract.graph.ruleset
            metrics = {*BUILT_IN_METRICS, *rules.metrics}
            found = any(
                target.metric not in metrics or not set(target.priorities) <= set(rules.priorities)
                for target in terms.targets
            )
            known = self._odd[key] = (terms, found)
        return known[1]
