"""What is live around the promises of two sides: warnings, reopening, pauses, ladders and who is behind them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from dsl.condition import Condition
from dsl.condition_text import condition_text
from dsl.ladder import Flag, LadderStep, Notify, Reassign
from dsl.values import percentage
from engine.contract.change import About, Change, shared
from engine.contract.content import FAILS, names_of, narrowed, stops
from engine.contract.difference_side import Side, calendar_changes
from engine.lengths import written as amount


def live_changes(old: Side, new: Side, priorities: Iterable[str], metrics: Iterable[str]) -> Iterator[Change]:
    """What differs beside what is promised; where only one side promises anything, what stops and who climbs with it."""
    if old.plan and new.plan and old.terms and new.terms:
        if old.plan.warn != new.plan.warn:
            was, will = (", ".join(map(percentage, plan.warn)) for plan in (old.plan, new.plan))
            yield Change(About.WARNINGS, "warnings", was, will)
        promised = [one for one in metrics if {one} <= old.plan.options.keys() & new.plan.options]
        if old.terms.reopen is not new.terms.reopen and "resolution" in promised:
            yield Change(About.REOPENING, "reopening", old.terms.reopen.value, new.terms.reopen.value)
        for metric in promised:
            yield from _pauses(metric, old, new)
    elif old.pauses or new.pauses:
        yield Change(About.PAUSE, "pauses", ", ".join(old.pauses), ", ".join(new.pauses))
    yield from _ladders(old, new, priorities)


def _pauses(metric: str, old: Side, new: Side) -> Iterator[Change]:
    rules = tuple(
        {
            rule.name: rule
            for rule in (side.plan.pauses[metric] if side.plan else ())
            if side.content(rule)[0] != FAILS
        }
        for side in (old, new)
    )
    was, will = (
        {name: side.content(rule) for name, rule in found.items()}
        for side, found in zip((old, new), rules, strict=True)
    )
    if sorted(was.values(), key=repr) == sorted(will.values(), key=repr):
        return
    for name in (name for name in was if name in will):
        one, other = rules[0][name].pause, rules[1][name].pause
        if was[name][0] != will[name][0]:
            written = tuple(condition_text(pause.when) for pause in (one, other))
            narrow = tuple(_said((found[name][0],)) for found in (was, will))
            yield from _conditions(About.PAUSE, f"pause {name}", "when ", written, narrow)
        if one.limit != other.limit:
            limits = (f"limit {amount(pause.limit)}" if pause.limit else "" for pause in (one, other))
            yield shared(About.PAUSE, f"pause {name}", limits)
    gone = sorted((was[name] for name in was.keys() - will.keys()), key=repr)
    come = sorted((will[name] for name in will.keys() - was.keys()), key=repr)
    if gone != come:
        yield Change(About.PAUSE, f"{metric} pauses", ", ".join(was), ", ".join(will))


def _said(conditions: Iterable[Condition]) -> str:
    return " or ".join(condition_text(one) or "always" for one in conditions)


def _conditions(
    about: About, subject: str, word: str, written: Sequence[str], narrow: Sequence[str]
) -> Iterator[Change]:
    """A condition as it is written; where that is the same, what it comes to for the customer."""
    words = written if written[0] != written[1] else narrow
    if words[0] != words[1]:
        yield shared(about, subject, (f"{word}{one}" if one else "" for one in words))


def _ladders(old: Side, new: Side, priorities: Iterable[str]) -> Iterator[Change]:
    """What is climbed, priority by priority; in one where all of them climb another ladder."""
    climbing = 0
    others: dict[tuple[str, str], list[str]] = {}
    for priority in priorities:
        before, after = old.ladder(priority), new.ladder(priority)
        was, will = old.steps(before, priority), new.steps(after, priority)
        climbing += bool(was or will)
        still = bool(was or will) and stops(before, old.whom) != stops(after, new.whom)
        if was.keys() == will.keys() and not still:
            continue
        if before is None or after is None or before.name != after.name:
            names = (before.name if before else "", after.name if after else "")
            others.setdefault(names, []).append(priority)
            continue
        yield from _steps(f"ladder {after.name}", old, new, was, will)
        if still:
            said = (
                (_said(ladder.stop) for ladder in (before, after)),
                (_said(sorted(stops(*one), key=repr)) for one in ((before, old.whom), (after, new.whom))),
            )
            yield from _conditions(About.LADDER, f"ladder {after.name}", "stop when ", *map(tuple, said))
    for names, climbed in others.items():
        if len(climbed) == climbing:
            yield Change(About.LADDER, "ladder", *names)
        else:
            yield from (Change(About.LADDER, f"{one} ladder", *names) for one in climbed)


def _steps(
    subject: str,
    old: Side,
    new: Side,
    was: dict[object, LadderStep],
    will: dict[object, LadderStep],
) -> Iterator[Change]:
    gone = {step.rule: step for content, step in was.items() if content not in will}
    come = {step.rule: step for content, step in will.items() if content not in was}
    for rule, step in gone.items():
        if rule not in come:
            yield Change(About.LADDER, subject, rule, "", shared=True)
            continue
        yield from calendar_changes(old, new, step.calendar)
        yield from _people(old, new, step)
        if step.when is not None:
            whens = (_said((narrowed(step.when, side.whom),)) for side in (old, new))
            yield from _conditions(About.LADDER, f"{subject} {rule}", "when ", ("", ""), tuple(whens))
    for rule in come:
        if rule not in gone:
            yield Change(About.LADDER, subject, "", rule, shared=True)


def _people(old: Side, new: Side, step: LadderStep) -> Iterator[Change]:
    """Who else is in the teams that a step of both sides is for."""
    graphs = [side.contract.graph for side in (old, new)]
    match step.action:
        case Notify(to):
            names = [one.name for one in to]
        case Reassign(to):
            names = [to.name]
        case Flag():
            names = []
            words = tuple(", ".join(names_of(graph.people.management())) for graph in graphs)
            if words[0] != words[1]:
                yield shared(About.PEOPLE, "management", words)
        case _:
            names = []
    for name in names:
        was, will = (graph.ruleset.teams.get(name) for graph in graphs)
        for role in ("lead", "senior", "member"):
            people = (", ".join(getattr(team, role)) if team else "" for team in (was, will))
            words = tuple(f"{role} {one}" if one else "" for one in people)
            if words[0] != words[1]:
                yield shared(About.PEOPLE, f"team {name}", words)
