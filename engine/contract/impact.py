"""What other rules would have made of a history: every clock and every step of a ladder that comes out differently.

Both rule sets replay the same tickets. Only those whom any difference touches are evaluated, in columns where these are exact, and
what differs is named ticket by ticket. Pure: who reads portions, and where, is told apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from engine.calendar.batch import NEVER
from engine.columns.fold import FAILED, ClockColumns
from engine.columns.told import I64, LIVE, Flags, Told
from engine.contract.ended import ended
from engine.contract.impact_faults import Faulted, Faults, together
from engine.contract.impact_found import Found, How, Kind, Part
from engine.contract.impact_steps import CYCLES, Steps, keys_of, once, rewritten, steps_of
from engine.contract.touched import Placed, Touch
from engine.graph import Graph
from engine.replay.judge import Portion, Replayed, replay

_LAST = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Impact:
    """What differs in `past`, had the rules always been others, and `today`, for the open tickets with what was promised to them.

    `tickets` is how many were looked at in the past, `touched` how many of these any difference of the rules is about; `apart` were
    told one by one. `faults` are the breaches that the old and the new rules may pay for.
    """

    past: Found = field(default_factory=Found)
    today: Found = field(default_factory=Found)
    tickets: int = 0
    touched: int = 0
    apart: int = 0
    faults: tuple[Faults, Faults] = field(default_factory=lambda: ({}, {}))


class Judge:
    """Compares portions under two rule sets at `now`: tickets that opened from `since` on, and those that are open. Of the customers
    who are `credited` it counts the breaches of every ticket."""

    def __init__(
        self, old: Graph, new: Graph, since: int, now: int, credited: frozenset[str] = frozenset()
    ) -> None:
        self._old = old
        self._new = new
        self._since = since
        self._now = now
        self._touch = Touch(old, new)
        self._lines = rewritten(old, new)
        self._faulted = [
            Faulted(graph, credited, since, now, after=after) for graph, after in ((old, False), (new, True))
        ]

    def past(self, portion: Portion) -> Impact:
        """What would have come, had each rule set promised what it says on the day of the opening."""
        told = portion.told
        unpinned = Portion(
            replace(told, pinned=np.full(len(told), LIVE, dtype=np.int32), terms=[]),
            lambda place: replace(portion.ticket(place), pins=()),
            portion.keys,
        )
        opened = _opened(portion)
        known = opened <= self._now
        wanted = known & (opened >= self._since)
        placed = self._touch.placed(unpinned.told)
        credited = known & (
            self._faulted[0].concerned(portion.told) | self._faulted[1].concerned(portion.told)
        )
        keep = wanted & placed.touched
        replayed = self._replayed(unpinned, placed.touched & (wanted | credited))
        found, apart = self._found(replayed, placed, keep, open_only=False)
        return Impact(
            past=found,
            tickets=int(wanted.sum()),
            touched=int(keep.sum()),
            apart=apart,
            faults=self._faults(unpinned, placed, replayed, credited),
        )

    def _replayed(self, portion: Portion, keep: Flags) -> _Both | None:
        """The tickets that are kept, under both rule sets."""
        if not keep.any():
            return None
        few = replace(portion, told=_narrowed(portion.told, keep))
        return _Both(few, replay(few, self._old, self._now), replay(few, self._new, self._now))

    def _faults(
        self, portion: Portion, placed: Placed, replayed: _Both | None, credited: Flags
    ) -> tuple[Faults, Faults]:
        """What is touched fails as each rule set says, all else under both alike."""
        rest = self._alike(portion, placed, credited & ~placed.touched)
        if replayed is None or not credited.any():
            return rest
        few = replayed.portion
        was, will = (
            one.faults(few, placed, side) for one, side in zip(self._faulted, replayed.sides, strict=True)
        )
        return together((was, rest[0])), together((will, rest[1]))

    def _alike(self, portion: Portion, placed: Placed, keep: Flags) -> tuple[Faults, Faults]:
        if not keep.any():
            return {}, {}
        few = replace(portion, told=_narrowed(portion.told, keep))
        side = replay(few, self._old, self._now)
        return self._faulted[0].faults(few, placed, side), self._faulted[1].faults(few, placed, side)

    def today(self, portion: Portion) -> Impact:
        """What would come at once for the open tickets, which keep what was promised to them."""
        placed = self._touch.placed(portion.told)
        keep = placed.touched & (_opened(portion) <= self._now)
        keep &= ~ended(portion.told, (self._old, self._new))
        found, apart = self._found(self._replayed(portion, keep), placed, keep, open_only=True)
        return Impact(today=found, apart=apart)

    def _found(
        self, replayed: _Both | None, placed: Placed, keep: Flags, *, open_only: bool
    ) -> tuple[Found, int]:
        if replayed is None or not keep.any():
            return Found(), 0
        few, old, new = replayed.portion, replayed.old, replayed.new
        pairs = {
            metric: _Paired.of(old, new, metric, keep, open_only=open_only) for metric in _metrics(old, new)
        }
        steps = steps_of(few, placed, (self._old, self._new), (old, new), self._now, self._lines)
        rows = [*_clocks(pairs), *_steps(pairs, steps)]
        apart = int(np.count_nonzero(keep[sorted({*old.apart, *new.apart, *steps.close})]))
        return _found(few, new, rows), apart


def _found(portion: Portion, replayed: Replayed, rows: Sequence[tuple[How, _Rows]]) -> Found:
    if not rows:
        return Found()
    whole = _Rows.together([found for _, found in rows])
    places, ticket = np.unique(whole.keys >> CYCLES, return_inverse=True)
    part = Part(
        hows=tuple(how for how, _ in rows),
        customers=replayed.customers,
        tickets=portion.keys(places.tolist()),
        how=np.repeat(np.arange(len(rows)), [len(found.keys) for _, found in rows]),
        customer=replayed.customer[places][ticket],
        ticket=ticket,
        cycle=whole.keys & ((1 << CYCLES) - 1),
        before=whole.before,
        after=whole.after,
    )
    return Found((part,))


def added(parts: Iterable[Impact]) -> Impact:
    """All of them together, in order."""
    given = list(parts)
    return Impact(
        Found([one for part in given for one in part.past.parts]),
        Found([one for part in given for one in part.today.parts]),
        sum(part.tickets for part in given),
        sum(part.touched for part in given),
        sum(part.apart for part in given),
        (together(part.faults[0] for part in given), together(part.faults[1] for part in given)),
    )


def new_breaches(impact: Impact) -> int:
    """How many clocks the new rules breach and the old ones do not, in the past or today, each once."""
    return len({*impact.past.of_kind(Kind.BREACH_GAINED), *impact.today.of_kind(Kind.BREACH_GAINED)})


# ---------------------------------------------------------------- clock by clock


@dataclass(frozen=True, slots=True)
class _Both:
    """Some tickets of a portion under the old and the new rules; all others have no events in it."""

    portion: Portion
    old: Replayed
    new: Replayed

    @property
    def sides(self) -> tuple[Replayed, Replayed]:
        return self.old, self.new


@dataclass(frozen=True, slots=True)
class _Rows:
    """Clocks by their keys, with both dues."""

    keys: I64
    before: I64
    after: I64

    @classmethod
    def together(cls, parts: Sequence[_Rows]) -> _Rows:
        """One after the other."""
        keys, before, after = (
            np.concatenate([getattr(part, name) for part in parts]) for name in ("keys", "before", "after")
        )
        return cls(keys, before, after)

    def only(self, which: Flags | I64) -> _Rows:
        return _Rows(self.keys[which], self.before[which], self.after[which])


@dataclass(frozen=True, slots=True)
class _Paired:
    """The clocks of a metric under both rule sets, by their keys in order; NEVER is the due of one that is not there or has none.
    `there` and `failed` say of each side which are there and which have failed."""

    rows: _Rows
    there: tuple[Flags, Flags]
    failed: tuple[Flags, Flags]

    @classmethod
    def of(cls, old: Replayed, new: Replayed, metric: str, keep: Flags, *, open_only: bool) -> _Paired:
        """Those of the tickets that are kept, with `open_only` those that have not stopped under both."""
        sides = [next((one for one in side.clocks if one.metric == metric), None) for side in (old, new)]
        parts = [_ordered(side) for side in sides]
        (old_keys, _), (new_keys, _) = parts
        same = np.array_equal(old_keys, new_keys)
        keys = old_keys if same else once(np.concatenate([old_keys, new_keys]))
        due, there, failed, still = [], [], [], np.zeros(len(keys), dtype=np.bool_)
        for part_keys, clocks in parts:
            place = np.searchsorted(keys, part_keys)
            known, dues, late = (
                np.zeros(len(keys), np.bool_),
                np.full(len(keys), NEVER),
                np.zeros(len(keys), np.bool_),
            )
            if clocks is not None:
                known[place], dues[place], late[place] = True, clocks.due, FAILED[clocks.state]
                still[place] |= clocks.stopped == NEVER
            due.append(dues)
            there.append(known)
            failed.append(late)
        kept = keep[keys >> CYCLES]
        if open_only:
            kept &= still
        if not kept.all():
            keys, due = keys[kept], [one[kept] for one in due]
            there, failed = [one[kept] for one in there], [one[kept] for one in failed]
        return cls(_Rows(keys, due[0], due[1]), (there[0], there[1]), (failed[0], failed[1]))


def _ordered(clocks: ClockColumns | None) -> tuple[I64, ClockColumns | None]:
    if clocks is None:
        return np.zeros(0, dtype=np.int64), None
    keys = keys_of(clocks)
    order = np.argsort(keys, kind="stable")
    return keys[order], clocks.only(order)


def _metrics(old: Replayed, new: Replayed) -> list[str]:
    return sorted({clocks.metric for side in (old, new) for clocks in side.clocks})


_Row = tuple[How, _Rows]


def _clocks(pairs: Mapping[str, _Paired]) -> Iterator[_Row]:
    for metric, paired in pairs.items():
        was, will = paired.there
        lost, gained = paired.failed
        both = was & will
        before, after = (
            np.where(due == NEVER, _LAST, due) for due in (paired.rows.before, paired.rows.after)
        )
        for kind, which in (
            (Kind.BREACH_GAINED, gained & ~lost),
            (Kind.BREACH_LOST, lost & ~gained),
            (Kind.EARLIER, both & (after < before)),
            (Kind.LATER, both & (after > before)),
            (Kind.PROMISED, will & ~was),
            (Kind.WITHDRAWN, was & ~will),
        ):
            if which.any():
                yield (kind, metric, ""), paired.rows.only(which)


def _steps(pairs: Mapping[str, _Paired], steps: Steps) -> Iterator[_Row]:
    for metric, step in sorted(steps.before.keys() | steps.after.keys()):
        nothing = np.zeros(0, dtype=np.int64)
        was, will = (side.get((metric, step), nothing) for side in (steps.before, steps.after))
        rows = pairs[metric].rows
        for kind, keys in (
            (Kind.STEP_ADDED, np.setdiff1d(will, was, assume_unique=True)),
            (Kind.STEP_REMOVED, np.setdiff1d(was, will, assume_unique=True)),
        ):
            place = np.searchsorted(rows.keys, keys)
            there = (
                np.flatnonzero(rows.keys[np.minimum(place, len(rows.keys) - 1)] == keys)
                if len(rows.keys)
                else keys[:0]
            )
            if len(there):
                yield (kind, metric, step), rows.only(place[there])


# ---------------------------------------------------------------- tickets


def _opened(portion: Portion) -> I64:
    """By place the instant of the first event; of tickets without any event after the end of time."""
    told = portion.told
    found = np.full(len(told), _LAST, dtype=np.int64)
    has = told.starts[1:] > told.starts[:-1]
    found[has] = told.at[told.starts[:-1][has]]
    for place in np.flatnonzero(told.apart).tolist():
        found[place] = min((event.at for event in portion.ticket(place).events), default=_LAST)
    return found


def _narrowed(told: Told, keep: Flags) -> Told:
    """The same tickets, those that are not kept without their events."""
    sizes = np.diff(told.starts)
    events = np.repeat(keep, sizes)
    starts = np.zeros(len(told) + 1, dtype=np.int64)
    np.cumsum(np.where(keep, sizes, 0), out=starts[1:])
    return replace(
        told, starts=starts, at=told.at[events], saying=told.saying[events], apart=told.apart & keep
    )
