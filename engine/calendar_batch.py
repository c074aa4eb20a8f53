"""Opening hours by the million: F, elapsed and due over arrays, answered from tables without a search.

The tables cover `[start, end)` and count in unsigned 32-bit seconds from `start`; work is done in chunks so that
everything in between stays in the second-level cache. `engine.calendar` remains the authority: whatever a table
cannot answer goes to it, one by one.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.calendar import OpenHours
from engine.calendar_tables import U32, BucketTable, GridTable, Scratch, grid_of

Instants: TypeAlias = NDArray[np.int64]

NEVER = np.iinfo(np.int64).min
"""What `due` answers where the scalar one answers None."""

CHUNK = 16_384
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
                if target.min() > 0 and goal.max() <= self._table.total:
                    self._table.instants(goal, scratch)
                    np.copyto(answer, goal)
                    np.add(answer, self.start, out=answer)
                    continue
            self._due_mixed(part, wanted, answer)
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
