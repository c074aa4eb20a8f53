"""What of a ticket decides anything under the rules that it is under: which of its events, and which values of its fields.

Nobody is asked what a rule might look at: the plans of the ticket say which metrics are promised to it, and what their targets, pauses and
ladders test. A value that no test tells from the one before it decides nothing, nor does an event that leaves every cycle as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from dsl.condition import BUILT_IN_FIELDS, Condition, FieldType
from dsl.condition_text import tests_of
from dsl.ladder import Flag, LadderStep, RaisePriority, Reassign, Tag
from dsl.model import Reopen
from engine import facts
from engine.cycles import Cycle, cycles
from engine.evaluate import Life
from engine.facts import Event, Instant
from engine.graph import Graph
from engine.history import ENDED, Reading
from engine.plan import Plan
from engine.predicate import Predicate, Situation, as_text, compile_condition, fields_of


@dataclass(frozen=True, slots=True)
class Deciding:
    """`metrics` are those that are promised, `fields` those that anything asks for, with their types; of the fields in `exact` every value
    counts, of others what the `tests` say of them. `acknowledged` and `flagged`: whether a ladder heeds that."""

    graph: Graph
    metrics: frozenset[str]
    fields: dict[str, FieldType]
    exact: frozenset[str]
    tests: dict[str, tuple[Predicate, ...]]
    acknowledged: bool
    flagged: bool

    def differ(self, field: str, one: Situation, other: Situation) -> bool:
        """Whether two situations differ in what the rules see of a field."""
        if field == "status" and self.metrics and _end(one) is not _end(other):
            return True
        if field in self.exact and _text(field, one) != _text(field, other):
            return True
        return any(test(one) is not test(other) for test in self.tests.get(field, ()))

    def starts_or_stops(self, kind: str, at: Instant, known: Reading) -> bool:
        """Whether an event of that kind, without fields, after those that are `known` makes any cycle another one, now or after a reopening."""
        event, reopened = (Event(at, one, {}, "", "") for one in (kind, facts.REOPENED))
        follow = ((), (reopened,)) if known.ended else ((),)
        return any(self._cycles(known, then) != self._cycles(known, (event, *then)) for then in follow)

    def _cycles(self, known: Reading, then: Sequence[Event]) -> list[list[Cycle]]:
        reading = known.copy()
        reading.take(then)
        history = reading.history
        # Only a change of status moves the resolution, and that is seen by itself.
        metrics = self.metrics - {"resolution"}
        return [
            cycles(name, history, self.graph.metric(name), lambda _: Reopen.RESUMES)
            for name in sorted(metrics)
        ]


def deciding(life: Life | None, graph: Graph) -> Deciding:
    """What decides for a ticket that has such a life."""
    promised = [(state.plan, state.situation) for state in life.states.states if state.plan] if life else []
    plans = list({id(plan): plan for plan, _ in promised}.values())
    steps = [step for plan in plans for step in _steps(plan)]
    done = {type(step.action) for step in steps}
    # A ladder that raises priorities may bring the ticket what is promised to any of them.
    raised = RaisePriority in done
    metrics = {name for plan, at in promised for name in (plan.options if raised else plan.metrics(at))}
    asked = [test for plan in plans for one in _conditions(plan, metrics, graph) for test in tests_of(one)]
    tests: dict[str, dict[Condition, Predicate]] = {}
    for test in asked:
        for field in fields_of(test):
            tests.setdefault(field, {})[test] = compile_condition(test)
    changed = {"assignee"} if Reassign in done else set()
    changed |= {"tags"} if Tag in done else set()
    types = {**BUILT_IN_FIELDS, **{name: one.type for name, one in graph.ruleset.fields.items()}}
    names = {"customer", "priority", "status", *tests}
    return Deciding(
        graph,
        frozenset(metrics),
        {name: types[name] for name in types if name in names},
        frozenset({"customer", "priority", *changed.intersection(tests)}),
        {field: tuple(found.values()) for field, found in tests.items()},
        any(step.repeat is not None for step in steps),
        Flag in done,
    )


def _steps(plan: Plan) -> Iterator[LadderStep]:
    for of_priority in plan.rungs.values():
        for rungs in of_priority.values():
            yield from (rung.step for rung in rungs)


def _conditions(plan: Plan, metrics: Iterable[str], graph: Graph) -> Iterator[Condition]:
    for metric in metrics:
        options = plan.options.get(metric, ())
        yield from (option.target.when for option in options if option.target.when is not None)
        yield from (rule.pause.when for rule in plan.pauses.get(metric, ()))
    yield from (step.when for step in _steps(plan) if step.when is not None)
    ladders = {rung.key[0] for found in plan.rungs.values() for rungs in found.values() for rung in rungs}
    for name in sorted(ladders):
        yield from graph.ruleset.escalations[name].stop


def _end(situation: Situation) -> object:
    """The class of a ticket that has ended; whether others work or wait, tests of the status say."""
    return situation.status_class if situation.status_class in ENDED else None


def _text(field: str, situation: Situation) -> str:
    return as_text(situation.fields.get(field)).strip().casefold()
