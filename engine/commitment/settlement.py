"""What a month of a customer comes to by one set of rules: uptime, the retainer and what is paid back. Pure.

Where a customer has several tiers in a month, each pays for what it has promised: a breach by the credits of the tier that the ticket's
terms name, uptime by those of the tier that makes the commitment, on the dates on which it does. Each credits has a cap of its own.
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
    found = [(_paid_by(graph, one.tier), one) for one in breaches]
    lines: list[Line] = []
    for name in sorted({name for name, _ in found} | _promised(graph, customer)):
        credits_ = graph.ruleset.credits.get(name)
        if credits_ is not None:
            uptimes = figures(graph, customer, *span, history, now, paid_by=name)
            lines += statement(credits_, paid, uptimes, (one for whose, one in found if whose == name)).lines
    return Settled(paid, tuple(figures(graph, customer, *span, history, now)), tuple(lines))


def _paid_by(graph: Graph, tier: str) -> str:
    declared = graph.tier(tier)
    return declared.credits if declared else ""


def _promised(graph: Graph, customer: str) -> set[str]:
    """The credits of every tier that the customer ever has and that promises uptime."""
    tiers = (graph.tier(one.terms.tier) for one in stretches(graph, customer) if one.terms)
    return {tier.credits for tier in tiers if tier and tier.uptimes}


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
