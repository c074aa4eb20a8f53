"""The breaches of a history that credits are paid for, by customer and month: what statements of many months are made of.

A month is one of the customer's zone, a breach is in it if it was decided in it, and one that somebody has excused counts in none.
Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

import numpy as np

from engine.calendar.period import month_of
from engine.columns.build import whose
from engine.columns.fold import FAILED
from engine.columns.told import I64, Flags, Told, events_that
from engine.commitment.credits import Breach
from engine.contract.touched import Placed
from engine.evaluate import Life, live
from engine.excuse import excuses
from engine.facts import DEEDS, EXCUSED
from engine.graph import Graph
from engine.predicate import as_text
from engine.replay.judge import Portion, Replayed, Single

Faults = Mapping[tuple[str, str], tuple[Breach, ...]]
"""Breaches by customer and month, like 2026-10."""


class Faulted:
    """Finds breaches of some declared customers that one side of a comparison may pay for: decided by `now`, in the month that `since`
    is in or later."""

    def __init__(
        self, graph: Graph, customers: Collection[str], since: int, now: int, *, after: bool
    ) -> None:
        rules = graph.ruleset
        self._graph = graph
        self._customers = customers
        self._since = max(since, 0)
        self._now = now
        self._after = after
        self._metrics = frozenset(one.metric for paid in rules.credits.values() for one in paid.breaches)

    def concerned(self, told: Told) -> Flags:
        """The tickets that may be of these customers."""
        found = np.zeros(len(told), dtype=np.bool_)
        if self._customers and self._metrics:
            of_saying, texts = whose(told)
            declared = [self._graph.customer(text) for text in texts]
            mine = np.array([one is not None and one.name in self._customers for one in declared])
            found[events_that(told, (of_saying >= 0) & mine[np.maximum(of_saying, 0)])[1]] = True
            found |= told.apart
        return found

    def faults(self, portion: Portion, placed: Placed, replayed: Replayed) -> Faults:
        """Those of the tickets of a portion that were replayed."""
        mine = np.array([name in self._customers for name in replayed.customers], dtype=np.bool_)
        rows: list[tuple[int, str, int, int]] = []
        for clocks in replayed.clocks:
            if clocks.metric in self._metrics:
                few = clocks.only(
                    FAILED[clocks.state] & (clocks.due >= 0) & mine[replayed.customer[clocks.ticket]]
                )
                columns = (few.ticket.tolist(), few.cycle.tolist(), few.due.tolist())
                rows += (
                    (place, clocks.metric, cycle, due) for place, cycle, due in zip(*columns, strict=True)
                )
        places = sorted({row[0] for row in rows})
        names = dict(zip(places, portion.keys(places), strict=True))
        priorities, tiers = self._at_last(portion, placed, replayed, places)
        excused = self._excused(portion, places)
        found: defaultdict[tuple[str, str], list[Breach]] = defaultdict(list)
        for place, metric, cycle, due in rows:
            customer = replayed.customers[int(replayed.customer[place])]
            zone = self._graph.zone(customer)
            month = month_of(due, zone).name
            if month >= month_of(self._since, zone).name and (place, metric, cycle) not in excused:
                found[customer, month].append(Breach(names[place], metric, priorities[place], tiers[place]))
        return {key: tuple(breaches) for key, breaches in found.items()}

    def _at_last(
        self, portion: Portion, placed: Placed, replayed: Replayed, places: Collection[int]
    ) -> tuple[dict[int, str], dict[int, str]]:
        """By place the priority that a ticket has, in lower case, and the tier that promises it something."""
        told = portion.told
        number = _priorities(told, self._now)
        priorities, tiers = {}, {}
        for place in places:
            single = replayed.apart.get(place)
            if single is not None:
                said = single.evaluated.fields.get("priority")
            else:
                said = told.sayings[number[place]][1].get("priority") if number[place] >= 0 else None
            priorities[place] = as_text(said).strip().casefold()
            tiers[place] = self._tier(portion, placed, place, single)
        return priorities, tiers

    def _tier(self, portion: Portion, placed: Placed, place: int, single: Single | None) -> str:
        """The tier that promises a ticket something by the rules of this side, whichever side it was told under."""
        if single is None or _placed_by_opening(portion.told, place, single.life):
            pair = placed.pairs[placed.pair[place]]
            promised = pair.after if self._after else pair.before
        else:
            life = live(portion.ticket(place), self._graph, self._now)
            plan = life.states.states[-1].plan if life else None
            promised = plan.terms if plan else None
        return promised.tier if promised else ""

    def _excused(self, portion: Portion, places: Iterable[int]) -> set[tuple[int, str, int]]:
        """What somebody has excused, as place, metric and cycle."""
        told = portion.told
        says = np.array([kind == EXCUSED for kind, _ in told.sayings], dtype=np.bool_)
        asked = told.apart.copy()
        asked[events_that(told, says)[1]] = True
        return {
            (place, metric, cycle)
            for place in places
            if asked[place]
            for metric, cycle in excuses(
                event for event in portion.ticket(place).events if event.at <= self._now
            )
        }


def _placed_by_opening(told: Told, place: int, life: Life | None) -> bool:
    """Whether what a ticket was promised follows from its first event alone."""
    return (
        life is not None
        and not told.apart[place]
        and life.history.first == 0
        and len(life.pinned.in_force) == 1
    )


def _priorities(told: Told, now: int) -> I64:
    """By place the last thing said by `now` that brings a priority, -1 for none."""
    says = np.array(["priority" in data and kind not in DEEDS for kind, data in told.sayings], dtype=np.bool_)
    events, ticket = events_that(told, says)
    known = told.at[events] <= now
    found = np.full(len(told), -1, dtype=np.int64)
    found[ticket[known]] = told.saying[events[known]]  # the last one written stays
    return found


def together(parts: Iterable[Faults]) -> Faults:
    """All of them, those of a month by their tickets."""
    found: defaultdict[tuple[str, str], list[Breach]] = defaultdict(list)
    for part in parts:
        for key, breaches in part.items():
            found[key] += breaches
    return {key: tuple(sorted(found[key], key=_order)) for key in sorted(found)}


def _order(breach: Breach) -> tuple[str, str, str, str]:
    return breach.ticket, breach.metric, breach.priority, breach.tier
