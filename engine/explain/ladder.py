"""What a ladder did about a clock and what it will do: one line a step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.clock import Clock
from engine.graph import Graph
from engine.ladder.decision import Decision
from engine.wall import format_local


def climbed(clock: Clock, decisions: Iterable[Decision], graph: Graph, zone: str, now: int) -> Iterator[str]:
    """The decided steps of a clock in their order, then the steps to come; nothing where no ladder watches it."""
    own = [item for item in decisions if (item.metric, item.cycle) == (clock.metric, clock.cycle)]
    known = {(item.ladder, item.step, item.number) for item in own}
    ladders = dict.fromkeys((*(item.ladder for item in own), *(point.ladder for point in clock.points)))
    for name in ladders:
        ladder = graph.ruleset.escalations.get(name)
        where = f" ({graph.where(ladder.origin)})" if ladder else " (no longer in the rules)"
        yield f"escalation {name}{where}"
        for item in (item for item in own if item.ladder == name):
            again = f", repetition {item.number}" if item.number else ""
            reason = f": {item.reason}" if item.reason else ""
            yield f"  {format_local(item.at, zone)}  {item.outcome.value}{again}{reason}  {item.step}"
        for point in clock.points:
            if point.ladder != name or (name, point.name, point.number) in known:
                continue
            again = f", repetition {point.number}" if point.number else ""
            if point.at is not None and clock.stopped is None:
                word = "next" if point.at >= now else "due now"
                yield f"  {format_local(point.at, zone)}  {word}{again}  {point.name}"
            elif clock.stopped is None and not point.number:
                yield f"  not reached while it stands so  {point.name}"
