"""Scorecards of customers, for whoever looks: made a little at a time, so that nothing else waits for it; and what is known of one of them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from math import inf
from operator import itemgetter

from engine.calendar.period import before, month
from engine.commitment.words import retainer
from engine.contract.table import bound, stretches
from engine.facts import Instant
from engine.graph import Graph
from engine.snapshot import Row
from engine.store.sql import SqlStore
from reports.compliance import Figures
from reports.paper import Month
from reports.renegotiation import Talk
from reports.reviewing import reviews
from reports.scorecard import MONTHS, Scorecard
from reports.scoring import Scorer
from tui.figures import UPTIMES
from tui.period_text import period_text
from tui.publishing import published
from tui.view_customers import Contract, Customer, CustomerDetail, Customers, worst_first

SHARE = 10
"""A round that took long is not begun again before so many times its length have passed."""
OVER = 600
"""Seconds after which a month that is over is counted anew, for what comes late."""
PORTION = 0.1
"""Seconds of work at a time."""
TOLD = 1.0
"""Seconds after which what has been made so far is put together anew."""


class Scorecards:
    """Keeps what was made. Each question does a portion of what is missing or old; the answer says whether there is more to do."""

    def __init__(self, *, past: bool = False) -> None:
        """Of the `past` everything is judged by the rules of then, once."""
        self._past = past
        self._digest = ""
        self._scorecards: dict[str, Scorecard] = {}
        self._coming: dict[str, Scorecard] | None = None
        self._round: Iterator[Scorecard] = iter(())
        self._begun = 0
        self._made = 0
        self._worked = 0.0
        self._months: dict[str, tuple[int, Mapping[str, Figures]]] = {}
        self._talks: dict[str, tuple[int, tuple[Talk, ...]]] = {}
        self._joined: dict[
            str, Scorecard
        ] = {}  # scorecards with their months and talks, until one of these is made anew
        self._entries: tuple[Customer, ...] = ()
        self._told_at = -inf

    def at(
        self, store: SqlStore, graph: Graph, rows: Sequence[Row], now: Instant, *, months: bool = True
    ) -> Customers:
        """How they stand, with the tickets of `rows` that are open now; months that are over are counted with `months`.
        Raises StoreError."""
        if graph.digest != self._digest:
            self.__init__(past=self._past)  # type: ignore[misc]
            self._digest = graph.digest
        self._portion(store, graph, now, months=months)
        return self._told(graph, rows, now, months=months)

    def whole(self, store: SqlStore, graph: Graph, rows: Sequence[Row], now: Instant) -> Customers:
        """The same with everything made. Raises StoreError."""
        while (found := self.at(store, graph, rows, now)).more:
            pass
        return found

    # ------------------------------------------------------------ portions

    def _portion(self, store: SqlStore, graph: Graph, now: Instant, *, months: bool) -> None:
        begun = time.monotonic()
        if self._coming is not None or self._is_old(now) or (months and self._owes(graph, now)):
            self._joined = {}
        if self._coming is None and self._is_old(now):
            self._coming, self._begun, self._worked = {}, now, 0.0
            self._round = Scorer(store, graph, now, anew=self._past).so_far()
        if self._coming is None:
            if months and not self._count_a_month(store, graph, now):
                self._review(store, graph, now, begun + PORTION)
            return
        for scorecard in self._round:
            self._coming[scorecard.name] = scorecard
            if time.monotonic() > begun + PORTION:
                break
        else:
            self._scorecards, self._coming, self._made = self._coming, None, self._begun
        self._worked += time.monotonic() - begun

    def _is_old(self, now: int) -> bool:
        return not self._made or not self._made <= now < self._made + max(UPTIMES, SHARE * self._worked)

    def _count_a_month(self, store: SqlStore, graph: Graph, now: Instant) -> bool:
        name = next(self._due(now), None)
        if name is not None:
            scorer = Scorer(store, graph, now, anew=self._past)
            self._months[name] = (now, scorer.figures(month(name)))
        return name is not None

    def _review(self, store: SqlStore, graph: Graph, now: Instant, until: float) -> None:
        """See who needs another talk."""
        for name in self._unseen(graph, now):
            period = month(self._scorecards[name].period)
            talks = reviews(store, graph, now, period, [name])[name]
            self._talks[name] = (now, tuple(talk for talk in talks if talk.needed))
            if time.monotonic() > until:
                break

    def _owes(self, graph: Graph, now: int) -> bool:
        return next(self._due(now), None) is not None or bool(self._unseen(graph, now))

    def _unseen(self, graph: Graph, now: int) -> list[str]:
        """Whose renegotiations have not been looked at, or not lately; of the past nobody's: closed months were told later."""
        if self._past or not graph.ruleset.renegotiations:
            return []
        declared = (name for name, scorecard in self._scorecards.items() if scorecard.declared)
        return [name for name in declared if not _fresh(self._talks.get(name), now)]

    def _due(self, now: int) -> Iterator[str]:
        """Months that are to be counted: those that are missing first, then the old ones."""
        wanted = {
            one.name
            for period in {scorecard.period for scorecard in self._scorecards.values()}
            for one in before(month(period), MONTHS - 1)
        }
        ordered = sorted(wanted, reverse=True)
        yield from (name for name in ordered if name not in self._months)
        yield from (name for name in ordered if not _fresh(self._months[name], now))

    # ------------------------------------------------------------ what is told

    def _told(self, graph: Graph, rows: Sequence[Row], now: int, *, months: bool) -> Customers:
        more = self._coming is not None or (months and self._owes(graph, now))
        if not more or time.monotonic() >= self._told_at + TOLD:
            self._told_at = time.monotonic()
            open_ = Counter(row.customer for row in rows)
            breached = Counter(row.customer for row in rows if row.due is not None and row.due < now)
            for name, scorecard in (self._scorecards or self._coming or {}).items():
                if name not in self._joined:
                    talks = self._talks.get(name, (0, ()))[1]
                    self._joined[name] = replace(scorecard, months=self._before(scorecard), talks=talks)
            self._entries = worst_first(
                Customer(scorecard, open_[name], breached[name]) for name, scorecard in self._joined.items()
            )
        return Customers(self._entries, self._made or self._begun, more)

    def _before(self, scorecard: Scorecard) -> tuple[Month, ...]:
        wanted = [one.name for one in reversed(before(month(scorecard.period), MONTHS - 1))]
        found = [
            Month(name, self._months[name][1].get(scorecard.name, Figures()))
            for name in wanted
            if name in self._months
        ]
        first = next((at for at, one in enumerate(found) if one.figures.percent), len(found))
        return tuple(found[first:])


def _fresh(made: tuple[int, object] | None, now: int) -> bool:
    return made is not None and made[0] <= now < made[0] + OVER


# ---------------------------------------------------------------- one of them


def detail(
    store: SqlStore, graph: Graph, customer: Customer, now: Instant, *, more: bool = False
) -> CustomerDetail:
    """What is known of a customer beside its figures, of which `more` may be to come. Raises StoreError."""
    name = customer.scorecard.name
    return CustomerDetail(customer, _contract(graph, name), published(store, name, now), more)


def _contract(graph: Graph, name: str) -> Contract:
    declared = graph.ruleset.customers.get(name)
    group = graph.ruleset.groups.get(declared.group) if declared else None
    paid = (declared.retainers or (group.retainers if group else ())) if declared else ()
    return Contract(
        tuple(_tiers(graph, name)),
        tuple(retainer(one) for one in paid),
        declared.account_manager if declared else "",
        graph.where(declared.origin) if declared else "",
    )


def _tiers(graph: Graph, name: str) -> Iterator[tuple[str, str]]:
    """Each tier with its dates; overrides make no difference."""
    zone = graph.zone(name)
    spans = ((one.terms.tier if one.terms else "", one) for one in stretches(graph, name))
    for tier, group in groupby(spans, key=itemgetter(0)):
        held = [one for _, one in group]
        yield _title(graph, tier), period_text((bound(held[0].start, zone), bound(held[-1].end, zone)))


def _title(graph: Graph, tier: str) -> str:
    found = graph.tier(tier)
    return (found.title or tier) if found else tier
