"""Runs the scenarios and checks of a rule set: each expectation beside what came out, with the reasons.

A failure is a diagnostic like any other, so that whatever shows those can show it; what it offers as a fix is to expect
what came out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from dsl import scenario
from dsl.diagnostic import Diagnostic, Edit, Fix, Severity
from dsl.model import RuleSet
from dsl.scenario_text import promised, said
from dsl.span import Origin, Span
from engine import promise
from engine.errors import EngineError
from engine.explain.clocks import why
from engine.explain.credits import credits_reasoning, retainer_reasoning
from engine.explain.rule import promised as reasons_of
from engine.graph import Graph
from engine.scenario.outcome import OfTicket, came_out
from engine.scenario.owed import OfMonth, came_to, owed, paid
from engine.scenario.rehearsal import Rehearsal, Witness
from engine.scenario.telling import above, tell

Locate = Callable[[Origin], Span]
"""Where a value of the rule set was written."""

_TWICE = "that night the clocks go back and this time comes twice: use `zone UTC` to tell them apart"


@dataclass(frozen=True, slots=True)
class Failure:
    """An expectation that does not hold: it and what came out as they stand in a rule file, and why that came out.

    `priority` is the one of several that a line of a check is about, "" where that is plain. Where nothing can come out, `got` says why
    not, and `error` is true. `twice`: `got` is the second of two equal readings of the scenario's
    clock, and would be read back as the first.
    """

    expected: str
    got: str
    reasons: tuple[str, ...]
    span: Span
    context: str
    priority: str = ""
    error: bool = False
    twice: bool = False

    @property
    def can_be_blessed(self) -> bool:
        """Whether what came out can take the expectation's place: not where nothing could, where it would mean another moment (an hour that
        comes twice), where several priorities share a line, or where the expectation goes over lines that may have comments."""
        alone = self.span.line == self.span.end_line and not self.priority
        return alone and not self.twice and not self.error

    @property
    def diagnostic(self) -> Diagnostic:
        """The same as every tool takes it, with the fix to expect what came out."""
        about = f"{self.priority}: " if self.priority else ""
        got = f"{self.got} (the second time that night)" if self.twice else self.got
        fix = Fix(f"expect {self.got}", (Edit(self.span, self.got),))
        return Diagnostic(
            scenario.FAILED,
            Severity.ERROR,
            f"{about}expected {self.expected}, got {got}",
            self.span,
            notes=self.reasons,
            fixes=(fix,) if self.can_be_blessed else (),
            context=self.context,
        )


@dataclass(frozen=True, slots=True)
class Result:
    """What a scenario or a check came to; `kind` is its keyword."""

    kind: str
    title: str
    span: Span
    expectations: int
    failures: tuple[Failure, ...]


def run_all(
    rules: RuleSet,
    graph: Graph,
    locate: Locate,
    wanted: Callable[[str], bool] = lambda _: True,
    witness: Witness | None = None,
) -> Iterator[Result]:
    """All checks and scenarios whose title is `wanted`, in the order of their files."""
    chosen: list[scenario.Check | scenario.Scenario] = [*rules.checks.values(), *rules.scenarios.values()]
    placed = sorted(
        ((locate(one.origin), number, one) for number, one in enumerate(chosen) if wanted(one.title)),
        key=lambda item: item[:2],
    )
    for span, _, one in placed:
        if isinstance(one, scenario.Check):
            yield run_check(one, graph, locate, span, witness)
        else:
            yield run(one, graph, locate, span, witness)


# ---------------------------------------------------------------- scenarios


def run(
    told: scenario.Scenario, graph: Graph, locate: Locate, span: Span, witness: Witness | None = None
) -> Result:
    """Tell the scenario, all its tickets on one axis of time."""
    if witness is not None:
        witness.begins()
    rehearsal = Rehearsal(graph, witness)
    failures: list[Failure] = []
    for name, line in tell(told, rehearsal):
        if isinstance(line.what, OfMonth):
            found = _of_month(above(told, line), name, line, line.what, graph, locate, witness)
        else:
            found = _failure(line, line.what, name, rehearsal.fork(), told.zone, locate)
        if found:
            failures.append(found)
    expected = sum(isinstance(line, scenario.Expect) for story in told.stories for line in story.lines)
    failures.sort(key=lambda failure: failure.span)
    return Result("scenario", told.title, span, expected, tuple(failures))


def _failure(
    line: scenario.Expect, what: OfTicket, name: str, rehearsal: Rehearsal, zone: str, locate: Locate
) -> Failure | None:
    found = came_out(what, name, rehearsal, zone)
    if found.holds:
        return None
    actor = rehearsal.actors[name]
    decisions = list(actor.decisions.values())
    reasons = why(actor.ticket, rehearsal.graph, found.at, found.metric, decisions, zone)
    if found.twice:
        reasons.insert(0, _TWICE)
    place = (locate(line.origin), line.origin.declaration)
    return Failure(said(what), said(found.actual), tidy(reasons), *place, twice=found.twice)


def _of_month(
    known: scenario.Scenario,
    name: str,
    line: scenario.Expect,
    what: OfMonth,
    graph: Graph,
    locate: Locate,
    witness: Witness | None,
) -> Failure | None:
    actual: scenario.Expectation
    reasons: Iterable[str]
    try:
        if isinstance(what, scenario.Retained):
            customer, actual = paid(known, name, what, graph)
            reasons = retainer_reasoning(customer, graph)
        else:
            found = owed(known, name, what, graph)
            if witness is not None:
                witness.pays(found.settled.lines)
            actual = came_to(what, found)
            reasons = credits_reasoning(found.customer, found.span, found.settled, found.breaches, graph)
    except EngineError as error:
        got, reasons, broken = str(error), (error.help,) if error.help else (), True
    else:
        if actual == what:
            return None
        got, broken = said(actual), False
    place = (locate(line.origin), line.origin.declaration)
    return Failure(said(what), got, tuple(reasons), *place, error=broken)


def tidy(lines: Sequence[str]) -> tuple[str, ...]:
    """Without empty lines at the end."""
    end = len(lines)
    while end and not lines[end - 1]:
        end -= 1
    return tuple(lines[:end])


# ---------------------------------------------------------------- checks


def run_check(
    check: scenario.Check, graph: Graph, locate: Locate, span: Span, witness: Witness | None = None
) -> Result:
    """What is promised to tickets that open on the day, beside what is expected; values of one promise are compared,
    not how they are written."""
    failures: list[Failure] = []
    count = 0
    for line in check.lines:
        for priority in line.priorities:
            ticket = promise.opened(line, priority, check.day, graph)
            if witness is not None:
                witness.begins()
                witness.sees(ticket.evaluated, ())
            for one in line.promises:
                count += 1
                got = promise.broken(one, ticket)
                if got is not None:
                    failures.append(
                        Failure(
                            promised(one),
                            promised(got),
                            tuple(reasons_of(ticket.life, one.metric, graph)),
                            locate(one.origin),
                            one.origin.declaration,
                            priority if len(line.priorities) > 1 else "",
                        )
                    )
    return Result("check", check.title, span, count, tuple(failures))
