"""Opening hours by the million: F, elapsed and due over arrays, answered from tables without a search.

The tables cover `[start, end)` and count in unsigned 32-bit seconds from `start`; work is done in chunks so that
everything in between stays in the second-level cache. `engine.calendar.hours` remains the authority: whatever a table
cannot answer goes to it, one by one.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.calendar.hours import PATIENCE_DAYS, OpenHours
from engine.calendar.tables import U32, BucketTable, GridTable, Scratch, grid_of
from engine.wall import DAY, zone

Instants: TypeAlias = NDArray[np.int64]

NEVER = np.iinfo(np.int64).min
"""What `due` answers where the scalar one answers None."""

CHUNK = 24_576
_LONGEST = 2**31
_HOUR = 3600


class BatchHours:
    """`OpenHours` for arrays of instants (int64, UTC seconds), fast for those in `[start, end)`."""

    def __init__(self, hours: OpenHours, start: int, end: int) -> None:
        """Raises ValueError for an empty window or one over 68 years."""
        if not 0 < end - start < _LONGEST:
            raise ValueError("the window must be longer than nothing and shorter than 68 years")
        self.hours = hours
        self.start = start = start // _HOUR * _HOUR  # so that boundaries on a grid of the day are on ours
        self.end = end
        self._before_start = hours.before(start)
        intervals = np.array(hours.intervals(start, end), dtype=np.int64).reshape(-1, 2) - start
        quantum = grid_of(intervals, end - start)
        shut = np.diff(intervals.ravel(), prepend=0, append=end - start)[::2]
        self._patient = bool((shut <= PATIENCE_DAYS * DAY).all())  # else only the scalar knows what is never
        self._open_days: _OpenDays | None = None
        self._table: GridTable | BucketTable = (
            GridTable(intervals, end - start, quantum) if quantum else BucketTable(intervals, end - start)
        )

    @property
    def quantum(self) -> int:
        """The grid in seconds on which every boundary lies, 0 where there is none that helps."""
        return self._table.quantum

    def before(self, t: Instants) -> Instants:
        """F of each instant, as `OpenHours.before`."""
        t = np.ascontiguousarray(t, dtype=np.int64)
        out = np.empty(len(t), dtype=np.int64)
        scratch = Scratch.of(CHUNK)
        offsets = np.empty(CHUNK, dtype=np.int64)
        sums = np.empty(CHUNK, dtype=np.uint32)
        for low in range(0, len(t), CHUNK):
            part, answer = t[low : low + CHUNK], out[low : low + CHUNK]
            if self._sums(part, offsets[: len(part)], sums[: len(part)], scratch):
                np.copyto(answer, sums[: len(part)])
                np.add(answer, self._before_start, out=answer)
            else:
                answer[:] = [self.hours.before(int(each)) for each in part]
        return out

    def open_before(self, offsets: U32) -> U32:
        """Open seconds since the window's `start`, at instants given as seconds from it, all of them in the window."""
        out = offsets.copy()
        scratch = Scratch.of(CHUNK)
        for low in range(0, len(out), CHUNK):
            self._table.sums(out[low : low + CHUNK], scratch)
        return out

    def elapsed(self, a: Instants, b: Instants) -> Instants:
        """Open seconds between each pair, as `OpenHours.elapsed`."""
        a = np.ascontiguousarray(a, dtype=np.int64)
        b = np.ascontiguousarray(b, dtype=np.int64)
        out = np.empty(len(a), dtype=np.int64)
        scratch = Scratch.of(CHUNK)
        offsets = np.empty(CHUNK, dtype=np.int64)
        sums_a = np.empty(CHUNK, dtype=np.uint32)
        sums_b = np.empty(CHUNK, dtype=np.uint32)
        for low in range(0, len(a), CHUNK):
            part_a, part_b, answer = a[low : low + CHUNK], b[low : low + CHUNK], out[low : low + CHUNK]
            size = len(part_a)
            if self._sums(part_a, offsets[:size], sums_a[:size], scratch) and self._sums(
                part_b, offsets[:size], sums_b[:size], scratch
            ):
                # F never falls, so a pair in the wrong order is the one with the greater first sum.
                np.maximum(sums_a[:size], sums_b[:size], out=sums_b[:size])
                np.subtract(sums_b[:size], sums_a[:size], out=sums_b[:size])
                answer[:] = sums_b[:size]
            else:
                answer[:] = [self.hours.elapsed(int(x), int(y)) for x, y in zip(part_a, part_b, strict=True)]
        return out

    def due(self, starts: Instants, seconds: Instants) -> Instants:
        """The due instant of each start, as `OpenHours.due`; NEVER for none."""
        starts = np.ascontiguousarray(starts, dtype=np.int64)
        seconds = np.ascontiguousarray(seconds, dtype=np.int64)
        out = np.empty(len(starts), dtype=np.int64)
        scratch = Scratch.of(CHUNK)
        offsets = np.empty(CHUNK, dtype=np.int64)
        goals = np.empty(CHUNK, dtype=np.uint32)
        targets = np.empty(CHUNK, dtype=np.uint32)
        for low in range(0, len(starts), CHUNK):
            part, wanted, answer = (
                starts[low : low + CHUNK],
                seconds[low : low + CHUNK],
                out[low : low + CHUNK],
            )
            size = len(part)
            chunk, goal, target = offsets[:size], goals[:size], targets[:size]
            # Seen as unsigned, what is negative is far too much.
            if wanted.view(np.uint64).max() < _LONGEST and self._sums(part, chunk, goal, scratch):
                np.copyto(target, wanted, casting="unsafe")
                np.add(goal, target, out=goal)
                if target.min() > 0 and goal.max() <= self._table.total and self._patient:
                    self._table.instants(goal, scratch)
                    np.copyto(answer, goal)
                    np.add(answer, self.start, out=answer)
                    continue
            self._due_mixed(part, wanted, answer)
        return out

    def business_days(self, starts: Instants, n: int) -> Instants:
        """What `n` business days from each start are worth, as `OpenHours.business_days`; NEVER for none."""
        starts = np.ascontiguousarray(starts, dtype=np.int64)
        if self._open_days is None:
            self._open_days = _OpenDays.of(self.hours, self.start, self.end)
        ends, certain = self._open_days.ends(starts, n)
        certain &= (starts >= self.start) & (starts < self.end) & self._patient
        out = np.maximum(self.elapsed(starts, np.where(certain, ends, starts)), 1)
        for index in np.flatnonzero(~certain).tolist():
            worth = self.hours.business_days(int(starts[index]), n)
            out[index] = NEVER if worth is None else worth
        return out

    def _due_mixed(self, starts: Instants, seconds: Instants, out: Instants) -> None:
        """A chunk in which some must be asked one by one."""
        due = self.hours.due
        for index, (start, target) in enumerate(zip(starts.tolist(), seconds.tolist(), strict=True)):
            answer = due(start, target)
            out[index] = NEVER if answer is None else answer

    def _sums(self, t: Instants, offsets: Instants, out: U32, scratch: Scratch) -> bool:
        """F from `start` on; False, and nothing done, if some instant is outside the window."""
        np.subtract(t, self.start, out=offsets)
        if offsets.view(np.uint64).max(initial=0) >= self.end - self.start:
            return False
        np.copyto(out, offsets, casting="unsafe")
        self._table.sums(out, scratch)
        return True


class _OpenDays(NamedTuple):
    """The open local dates of a window: their numbers, hours and offsets; `steady` where no clock changes on them.

    `changes` are the instants at which the offset becomes the next of `offsets`.
    """

    days: Instants
    opening: Instants
    closing: Instants
    offset: Instants
    steady: NDArray[np.bool_]
    changes: Instants
    offsets: Instants

    @classmethod
    def of(cls, hours: OpenHours, start: int, end: int) -> _OpenDays:
        where = zone(hours.zone)
        changes = where.changes(start - 2 * DAY, end + 2 * DAY)
        unsteady = {day for at, _, _ in changes for day in (where.day(at - 1), where.day(at))}
        rows = [
            (day, *bounds, where.offset(bounds[0]), day not in unsteady)
            for day in range(where.day(start), where.day(end) + 1)
            if (bounds := hours.hours_on(day)) is not None
        ]
        table = np.array(rows, dtype=np.int64).reshape(-1, 5)
        first = changes[0][1] if changes else where.offset(start)
        return cls(
            table[:, 0].copy(),
            table[:, 1].copy(),
            table[:, 2].copy(),
            table[:, 3].copy(),
            table[:, 4] == 1,
            np.array([at for at, _, _ in changes], dtype=np.int64),
            np.array([first, *(after for _, _, after in changes)], dtype=np.int64),
        )

    def ends(self, starts: Instants, n: int) -> tuple[Instants, NDArray[np.bool_]]:
        """Where `n` business days from each start end, and whether that is certain."""
        if n < 1 or not len(self.days):
            return starts, np.zeros(len(starts), np.bool_)
        walls = starts + self.offsets[np.searchsorted(self.changes, starts, "right")]
        today = walls // DAY
        index = np.searchsorted(self.days, today, "right") + (n - 1)
        certain = index < len(self.days)
        np.minimum(index, len(self.days) - 1, out=index)
        certain &= self.steady[index]
        same_time = self.days[index] * DAY + (walls - today * DAY) - self.offset[index]
        return np.minimum(np.maximum(same_time, self.opening[index]), self.closing[index]), certain
