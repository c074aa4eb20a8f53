"""What a change of the rules does to a history, as work that is spread over processes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dsl.model import RuleSet
from engine.contract.impact import Impact, Judge, added
from engine.graph import Graph
from engine.replay.judge import Portion
from engine.replay.read import Reader, Shelf, Source
from engine.replay.ways import Workbench, compiled
from engine.terms import Terms


@dataclass(frozen=True, slots=True)
class Planning:
    """Comparing two rule sets (each with those behind it) at `now` over tickets that opened from `since` on. `promised` are the terms
    that pins of the store name; tickets of an archive have ended, and nothing of theirs is read. Breaches are counted of the customers
    who are `credited`."""

    old: tuple[RuleSet, ...]
    new: tuple[RuleSet, ...]
    since: int
    now: int
    promised: Mapping[str, Terms]
    credited: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        old: Graph,
        new: Graph,
        since: int,
        now: int,
        promised: Mapping[str, Terms],
        credited: frozenset[str] = frozenset(),
    ) -> Planning:
        """The work of comparing these graphs."""
        return cls(old.rulesets, new.rulesets, since, now, promised, credited)

    def workbench(self, threads: int = 1) -> Workbench[Impact]:
        old, new = compiled(self.old), compiled(self.new)
        judge = Judge(old, new, self.since, self.now, self.credited)
        shelves = Reader((old, new), self.now, None, threads, ladders=True)
        rows = Reader((old, new), self.now, self.promised, threads, ladders=True)

        def read(source: Source) -> Portion:
            return (shelves if isinstance(source, Shelf) else rows).read(source)

        def judged(source: Source, portion: Portion) -> Impact:
            past = judge.past(portion)
            return past if isinstance(source, Shelf) else added((past, judge.today(portion)))

        return Workbench(read, judged)

    def added(self, parts: Iterable[Impact]) -> Impact:
        return added(parts)
