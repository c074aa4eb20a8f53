"""Steps that undo each other: two reassignments at one moment, and raises of a priority that set each other off.

A priority is only ever raised and a step happens once for a clock, so that nothing can go on without end. What can happen
is that a step moves a ticket to where the next one is overdue already: then both act in the same moment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from dsl import syntax
from dsl.checks.climb import Climb, Promise, Stand, Way, condition, given, hours, meets, stand
from dsl.checks.disjoint import Demand, Demands, can_hold
from dsl.checks.steps import spelt
from dsl.condition import ANY_TICKET, AllOf, Condition
from dsl.finding import Finding, here
from dsl.model import Amount


def clash_findings(climb: Climb) -> Iterator[Finding]:
    """Pairs of steps, each told once."""
    for name, declared in climb.ladders.items():
        for one, other in _neighbours(climb, name):
            if why := _together(climb, name, one, other):
                yield Finding(
                    "E0705",
                    f"the ticket is reassigned twice at one moment: {why}",
                    here(other, declared.key),
                    "keep one, or let `for` or `when` keep them apart",
                    labels=((here(one, declared.key), "goes off together with this one"),),
                )
    told: set[tuple[str, ...]] = set()
    for name in climb.ladders:
        for way in climb.ways.get(name, ()):
            for step in climb.steps(name):
                for finding in _sets_off(climb, way, step):
                    lines = tuple(str(where) for where in (finding.at, *(at for at, _ in finding.labels)))
                    if lines not in told:
                        told.add(lines)
                        yield finding


# ---------------------------------------------------------------- two reassignments


def _neighbours(climb: Climb, ladder: str) -> list[tuple[syntax.Step, syntax.Step]]:
    """Pairs of lines that reassign, in their order, all that may stand at one point among them."""
    steps = [step for step in climb.steps(ladder) if step.action.kind == "reassign"]
    if len(steps) < 2:
        return []
    ways = climb.ways.get(ladder, ())
    amounts = {
        metric: {promise.amount for way in ways for promise in climb.promises(way, metric)}
        for metric in {step.trigger.metric.text for step in steps}
    }
    points: defaultdict[object, list[int]] = defaultdict(list)
    for number, step in enumerate(steps):
        stands = {item for way in ways for item in climb.stands(way, step)}
        needs = {_need(item, amount, step) for amount in amounts[step.trigger.metric.text] for item in stands}
        for point in {stand(step) or step.trigger.kind, *needs}:
            points[point].append(number)
    pairs = {pair for numbers in points.values() if len(numbers) > 1 for pair in _meeting(steps, numbers)}
    return [(steps[one], steps[other]) for one, other in sorted(pairs)]


def _meeting(steps: Sequence[syntax.Step], numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Pairs of some steps, given by their numbers, that one ticket may be meant by, and perhaps of others."""
    others = Demands()
    for number in numbers:
        demand = Demand(condition(steps[number]) or ANY_TICKET)
        yield from ((other, number) for other in others.near(demand))
        others.add(number, demand)


def _together(climb: Climb, ladder: str, one: syntax.Step, other: syntax.Step) -> str:
    """When two lines of a ladder that reassign do so at the same moment, "" if never."""
    metric = one.trigger.metric.text
    if spelt(one.action.to[0]) == spelt(other.action.to[0]) or metric != other.trigger.metric.text:
        return ""
    if hours(one) != hours(other):
        return ""
    both = [name for name in climb.order if meets(one, name) and meets(other, name)]
    both = [name for name in both if _possible((condition(one), name), (condition(other), name))]
    if not both:
        return ""
    same = stand(one) == stand(other) if stand(one) else one.trigger.kind == other.trigger.kind
    if same:
        return "both lines stand at the same point"
    for way in climb.ways.get(ladder, ()):
        for promise in climb.promises(way, metric) if way.priority in both else ():
            if not _possible(
                *((limit, way.priority) for limit in (condition(one), condition(other), promise.when))
            ):
                continue
            needs = {_need(item, promise.amount, one) for item in climb.stands(way, one)}
            if needs & {_need(item, promise.amount, other) for item in climb.stands(way, other)}:
                return f"both stand at the same point for {way.priority} tickets of tier `{way.tier}`"
    return ""


def _need(item: Stand, amount: Amount, step: syntax.Step) -> tuple[int, int, int]:
    """Where a step stands; delays that another calendar counts are told apart from those of the clock."""
    if hours(step):
        return (-1, item.share, item.seconds)
    return item.need(amount)


def _possible(*limits: tuple[Condition | None, str]) -> bool:
    """Whether one ticket can fulfil all these conditions, each while it has that priority."""
    known = tuple(given(limit, priority) for limit, priority in limits if limit is not None)
    return can_hold(AllOf(known))


# ---------------------------------------------------------------- raises


def _sets_off(climb: Climb, way: Way, step: syntax.Step) -> Iterator[Finding]:
    """Steps that are overdue as soon as `step` has raised a ticket of this way."""
    if step.action.kind != "raise" or way not in climb.live(way.ladder, step):
        return
    to = climb.above(way, step)
    after = climb.way(way.tier, to) if to else None
    if after is None:
        return
    for later in climb.steps(after.ladder):
        if after not in climb.live(after.ladder, later) or hours(step) != hours(later):
            continue
        first = _undone(climb, way, step, later) if later.action.kind == "reassign" else None
        raises = later.action.kind == "raise" and climb.above(after, later)
        if (raises or first) and _overdue(climb, way, step, after, later):
            what = f"raises it to {raises} at once" if raises else "reassigns it at once"
            yield Finding(
                "E0706",
                f"a {way.priority} ticket of tier `{way.tier}` that is raised to {to} is overdue here already: this {what}",
                here(later, climb.ladders[after.ladder].key),
                "let the first step raise it to where it belongs, or keep this one from such tickets with `for` or `when`",
                labels=(
                    (here(step, climb.ladders[way.ladder].key), "raised here"),
                    *(((here(first, climb.ladders[way.ladder].key), "reassigned here"),) if first else ()),
                ),
            )


def _undone(climb: Climb, way: Way, step: syntax.Step, later: syntax.Step) -> syntax.Step | None:
    """A reassignment to others that stands where `step` stands, and that `later` undoes."""
    return next(
        (
            one
            for one in climb.steps(way.ladder)
            if one.action.kind == "reassign"
            and one is not later
            and way in climb.live(way.ladder, one)
            and spelt(one.action.to[0]) != spelt(later.action.to[0])
            and one.trigger.metric.text == step.trigger.metric.text
            and hours(one) == hours(step)
            and stand(one) is not None
            and stand(one) == stand(step)
            and _possible((condition(one), way.priority), (condition(step), way.priority))
        ),
        None,
    )


def _overdue(climb: Climb, way: Way, step: syntax.Step, after: Way, later: syntax.Step) -> bool:
    """Whether what `step` waits for is at least what `later` does, with any targets on one calendar."""
    metric = step.trigger.metric.text
    if metric != later.trigger.metric.text:
        return False
    for promise in climb.promises(way, metric):
        for other in climb.promises(after, metric):
            if promise.calendar != other.calendar or type(promise.amount) is not type(other.amount):
                continue
            limits = [(limit, way.priority) for limit in (condition(step), promise.when)]
            limits += [(limit, after.priority) for limit in (condition(later), other.when)]
            if not _possible(*limits):
                continue
            for item in climb.stands(way, step):
                for other_item in climb.stands(after, later):
                    again = step is later and item.share == other_item.share
                    if not again and _reaches(item, promise, other_item, other):
                        return True
    return False


def _reaches(item: Stand, promise: Promise, other_item: Stand, other: Promise) -> bool:
    one, two = item.need(promise.amount), other_item.need(other.amount)
    if one[0] == two[0] == 0:
        return one >= two
    # Of business days only that is certain which every part says, however long a day is.
    return all(mine >= theirs for mine, theirs in zip(one, two, strict=True))
