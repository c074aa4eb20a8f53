"""What a month of a customer comes to by one set of rules: uptime, the retainer and what is paid back. Pure.

Where a customer has several tiers in a month, each pays for what it has promised: a breach by the credits of the tier that the ticket's
terms name, uptime by those of the tier that makes the commitment, the first one of several that make it alike. Each credits has a cap of
its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from dsl.commitment import Money
from engine.calendar.period import Span
from engine.commitment.credits import Breach, Line, retainer_on, statement, totals
from engine.commitment.uptime import Figure, History, figures
from engine.contract.table import stretches
from engine.graph import Graph


@dataclass(frozen=True, slots=True)
class Settled:
    """`retainer` is None where none is paid; `lines` are those of the month alone."""

    retainer: Money | None = None
    figures: tuple[Figure, ...] = ()
    lines: tuple[Line, ...] = ()

    @property
    def credits(self) -> tuple[Money, ...]:
        """What is paid back, in each currency."""
        return totals(line.amount for line in self.lines)


def settle(
    graph: Graph,
    customer: str,
    day: date,
    span: Span,
    history: History,
    breaches: Iterable[Breach],
    now: int,
    retainer: Money | None = None,
) -> Settled:
    """The month `span` that begins with a local `day`, nothing for a customer that is not declared. `retainer` stands in where the
    rules have none. Raises EngineError for a share of no retainer."""
    declared = graph.ruleset.customers.get(customer)
    if declared is None:
        return Settled()
    own = retainer_on(day, declared, graph.ruleset.groups.get(declared.group))
    paid = own.money if own else retainer
    counted = tuple(figures(graph, customer, *span, history, now))
    owed: dict[str, tuple[list[Figure], list[Breach]]] = {}
    for figure in counted:
        owed.setdefault(_credits(graph, _promiser(graph, customer, figure)), ([], []))[0].append(figure)
    for breach in breaches:
        owed.setdefault(_credits(graph, breach.tier), ([], []))[1].append(breach)
    lines: list[Line] = []
    for name in sorted(owed):
        credits_ = graph.credits_named(name)
        if credits_ is not None:
            lines += statement(credits_, paid, *owed[name]).lines
    return Settled(paid, counted, tuple(lines))


def _credits(graph: Graph, tier: str) -> str:
    declared = graph.tier(tier)
    return declared.credits if declared else ""


def _promiser(graph: Graph, customer: str, figure: Figure) -> str:
    """The first tier that makes a figure's commitment in its period."""
    for one in stretches(graph, customer):
        begun = one.start is None or one.start < figure.end
        tier = graph.tier(one.terms.tier) if one.terms and begun else None
        if tier and figure.promise in tier.uptimes and (one.end is None or one.end > figure.start):
            return tier.name
    return ""


def window(graph: Graph, span: Span) -> Span:
    """All the time that figures of a month look at: rolling windows begin before it."""
    rolling = (one.window or 0 for tier in graph.ruleset.tiers.values() for one in tier.uptimes)
    return min(span[0], span[1] - max(rolling, default=0)), span[1]


def facts(customer: str, span: Span, history: History) -> str:
    """SHA-256 of what figures of that window follow from beside the rules: outages and notices that concern the customer, and since
    when they are known. Another digest says that they may come out otherwise, the same one that they do not."""
    start, end = span
    outages = sorted(
        (one.service, one.start, end if one.end is None else min(one.end, end))
        for one in history.outages
        if one.customer in ("", customer) and one.start < end and (one.end is None or one.end > start)
    )
    notices = sorted(
        (one.maintenance, one.service, one.announced, one.start or 0, one.end or 0)
        for one in history.notices
        if one.customer in ("", customer) and (one.start is None or one.start < end)
    )
    since = None if history.since is None else min(max(history.since, start), end)
    return hashlib.sha256(repr((outages, notices, since)).encode()).hexdigest()
