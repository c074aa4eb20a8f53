"""Why a month of a customer comes to its credits: the lines of the statement, and what was counted and pays nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dsl.scenario_text import money
from engine.calendar.period import Span
from engine.commitment import words
from engine.commitment.credits import Breach, reached, retainers, rule_of
from engine.commitment.settlement import Settled
from engine.graph import Graph
from engine.wall import format_local


def credits_reasoning(
    customer: str, span: Span, settled: Settled, breaches: Sequence[Breach], graph: Graph
) -> Iterator[str]:
    """The reasoning of the month `span`, in which these breaches count, a line each."""
    zone = graph.zone(customer)
    start, end = (format_local(at, zone) for at in span)
    named = ", ".join(dict.fromkeys(line.credits for line in settled.lines))
    retainer = f"retainer {words.money(settled.retainer)}" if settled.retainer else "no retainer"
    yield f"{customer}, {start} to {end} (times of {zone}): {f'credits {named}' if named else 'no credits'}, {retainer}"
    for line in settled.lines:
        where = graph.where(line.origin)
        yield f"  {money(line.amount)}  {line.rule}{f' ({where})' if where else ''}"
        yield f"    {line.because}"
    paying = [graph.credits_named(name) for name in dict.fromkeys(line.credits for line in settled.lines)]
    for figure in settled.figures:
        if not any(one and reached(one.bands, figure) for one in paying):
            yield f"  nothing  {words.measured(figure)}"
    for breach in breaches:
        if not _pays(breach, graph):
            yield f"  nothing  {_breach(breach)}"
    if not settled.figures:
        yield "  no tier of the customer in this month promises uptime"
    if not breaches:
        yield "  no breach was decided in this month"


def retainer_reasoning(customer: str, graph: Graph) -> Iterator[str]:
    """Every retainer of a declared customer, a line each."""
    declared = graph.ruleset.customers[customer]
    lines = retainers(declared, graph.ruleset.groups.get(declared.group))
    for one in lines:
        where = graph.where(one.origin)
        yield f"{customer}: retainer {words.retainer(one)}{f' ({where})' if where else ''}"
    if not lines:
        yield f"{customer} has no retainer"


def _pays(breach: Breach, graph: Graph) -> bool:
    credits_ = graph.credits(breach.tier)
    return credits_ is not None and rule_of(credits_.breaches, breach) is not None


def _breach(breach: Breach) -> str:
    priority = f" of a {breach.priority} ticket" if breach.priority else ""
    return f"{breach.ticket}: breach of {breach.metric}{priority}, for which no credits of tier {breach.tier} pay"
