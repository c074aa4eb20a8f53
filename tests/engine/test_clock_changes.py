"""Ladders on nights in which clocks are set forward or back, held against counting minutes of the wall clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from zoneinfo import ZoneInfo

import pytest

from dsl.ladder import Reached
from engine.evaluate import evaluate
from engine.facts import Event, Instant
from tests.engine.desk import graph, ticket
from tests.engine.ladders import PEOPLE

MINUTE = 60
RULES = """\
language 1
priorities high
statuses {{
  working "New"
}}
calendar nights "Nights" {{
  zone {zone}
  open mon-sun 22:00-04:00
}}
calendar early "The small hours" {{
  zone {zone}
  open mon-sun 00:30-03:30
}}
tier gold "Gold" {{
  target high resolution within 3h on {on}
  escalate via main
}}
default tier gold
escalation main "Main" {{
  at 50% of resolution tag "a"
  at 30m before resolution tag "b"
  at breach of resolution notify noc via pager repeat every 30m until acknowledged
  at 45m past resolution tag "c"
  at breach of resolution tag "d" only in early hours
  at 30m before resolution tag "e" only in early hours
  at 100m past resolution notify noc via pager only in early hours repeat every 30m until acknowledged
}}
"""
CHANGES = {
    "Europe/Berlin": ("2026-10-25T01:00", "2027-03-28T01:00"),
    "America/New_York": ("2026-11-01T06:00", "2027-03-14T07:00"),
}
OPEN = {"nights": ((22, 0), (4, 0)), "early": ((0, 30), (3, 30)), "always": ((0, 0), (24, 0))}


@dataclass(frozen=True)
class Wall:
    """Hours by the wall clock of a zone. None of their boundaries lies where clocks change."""

    zone: ZoneInfo
    begin: tuple[int, int]
    end: tuple[int, int]

    def open(self, at: int) -> bool:
        local = datetime.fromtimestamp(at, self.zone)
        now = (local.hour, local.minute)
        return self.begin <= now < self.end if self.begin < self.end else now >= self.begin or now < self.end

    def after(self, at: int, seconds: int) -> int:
        """When so much more of them has passed, as soon as that is so."""
        while seconds > 0:
            seconds -= MINUTE if self.open(at) else 0
            at += MINUTE
        return at

    def before(self, at: int, seconds: int) -> int:
        while seconds > 0:
            at -= MINUTE
            seconds -= MINUTE if self.open(at) else 0
        return at

    def opening(self, at: int) -> int:
        while not self.open(at):
            at += MINUTE
        return at


def expected(step, number, start, clock, early):
    """When a step comes, by counting."""
    target, shift = 3 * 3600, step.trigger.seconds
    need = {Reached.SHARE: target // 2, Reached.BEFORE: target - shift, Reached.PAST: target + shift}
    again = number * 30 * MINUTE
    if not step.calendar:
        return clock.after(start, need.get(step.trigger.reached, target) + again)
    due = clock.after(start, target)
    if step.trigger.reached is Reached.BEFORE:
        first = early.opening(early.before(due, shift))
        return first if first > start else None
    first = early.opening(early.after(due, shift) if step.trigger.reached is Reached.PAST else due)
    return early.opening(early.after(first, again))


@pytest.mark.parametrize("zone", CHANGES)
@pytest.mark.parametrize("on", ["nights", "always"])
def test_every_step_comes_when_a_wall_clock_says_so(zone, on):
    graph_ = graph(RULES.format(zone=zone, on=on) + PEOPLE)
    walls = {name: Wall(ZoneInfo(zone), *hours) for name, hours in OPEN.items()}
    rng = Random(5)
    compared = {True: 0, False: 0}
    for change in CHANGES[zone]:
        night = int(datetime.fromisoformat(change).replace(tzinfo=UTC).timestamp())
        for _ in range(12):
            start = night - rng.randrange(0, 20 * 3600, MINUTE)
            opened = Event(Instant(start), "opened", {"priority": "high", "status": "New"}, "test", "1")
            now = Instant(night + rng.randrange(-3600, 30 * 3600, MINUTE))
            [clock] = evaluate(ticket(opened), graph_, now).clocks
            for point in clock.points:
                at = expected(point.step, point.number, start, walls[on], walls["early"])
                assert point.at == at, (zone, change, start, now, point)
                compared[bool(point.number)] += 1
    assert compared[False] > 150
    assert compared[True] > 60
