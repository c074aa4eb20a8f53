"""The two tables behind batches: constant work an element, in unsigned 32-bit seconds from the window's start.

`GridTable` serves boundaries on a coarse grid: one look-up a direction. `BucketTable` serves any boundaries: within
a bucket opening hours are one piece, or else the bucket is searched in.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

U32: TypeAlias = NDArray[np.uint32]
Intervals: TypeAlias = NDArray[np.int64]
"""Shape (n, 2): sorted, disjoint `[start, end)` in seconds from the window's start."""

_MOST_QUANTA = 2**20
_SHIFTS = (13, 12, 11, 10, 9)
_ONE = np.uint32(1)


class Scratch(NamedTuple):
    """What a chunk needs in between; made once a batch."""

    positions: NDArray[np.intp]
    a: U32
    b: U32

    @classmethod
    def of(cls, size: int) -> Scratch:
        return cls(np.empty(size, np.intp), np.empty(size, np.uint32), np.empty(size, np.uint32))


def grid_of(intervals: Intervals, length: int) -> int:
    """The coarsest grid in seconds that every boundary inside the window lies on; 0 if its table would be too big."""
    inside = intervals[(intervals > 0) & (intervals < length)]
    quantum = int(np.gcd.reduce(inside)) if len(inside) else 3600
    return quantum if length // quantum < _MOST_QUANTA else 0


class GridTable:
    """All of a quantum is open or none of it. `starts[j] << 1 | open[j]` leads from an instant to F, and one shift a
    quantum of open time leads back."""

    def __init__(self, intervals: Intervals, length: int, quantum: int) -> None:
        self.quantum = quantum
        count = -(-length // quantum)
        steps = np.zeros(count + 1, np.int8)
        steps[intervals[:, 0] // quantum] += 1
        steps[-(-intervals[:, 1] // quantum)] -= 1
        opened = np.cumsum(steps[:count], dtype=np.int64)
        starts = (np.cumsum(opened) - opened) * quantum
        self.total = int((intervals[:, 1] - intervals[:, 0]).sum())
        self._table: U32 = (starts << 1 | opened).astype(np.uint32)
        where = np.flatnonzero(opened)
        self._shift: U32 = ((where - np.arange(len(where))) * quantum).astype(np.uint32)

    def sums(self, t: U32, scratch: Scratch) -> None:
        """Turn instants into F, in place."""
        size = len(t)
        index, a, b = scratch.positions[:size], scratch.a[:size], scratch.b[:size]
        np.floor_divide(t, np.uint32(self.quantum), out=a)
        np.copyto(index, a)
        np.multiply(a, np.uint32(self.quantum), out=a)
        np.subtract(t, a, out=a)
        self._table.take(index, out=b, mode="wrap")
        np.right_shift(b, _ONE, out=t)
        np.bitwise_and(b, _ONE, out=b)
        np.multiply(a, b, out=a)
        np.add(t, a, out=t)

    def instants(self, goals: U32, scratch: Scratch) -> None:
        """Turn values of F, from 1 to `total`, into the earliest instants that have them, in place."""
        size = len(goals)
        index, a = scratch.positions[:size], scratch.a[:size]
        np.subtract(goals, _ONE, out=a)
        np.floor_divide(a, np.uint32(self.quantum), out=a)
        np.copyto(index, a)
        self._shift.take(index, out=a, mode="wrap")
        np.add(goals, a, out=goals)


class BucketTable:
    """Buckets of a power of two seconds. In one, F is a slope between two instants; back, it is one of two shifts."""

    quantum = 0

    def __init__(self, intervals: Intervals, length: int) -> None:
        self._starts, self._ends = intervals[:, 0].copy(), intervals[:, 1].copy()
        self._until = np.cumsum(self._ends - self._starts)
        self.total = int(self._until[-1]) if len(self._until) else 0
        self._forward_shift = self._build_forward(length)
        self._back_shift = self._build_back()

    def _build_forward(self, length: int) -> int:
        for shift in _SHIFTS:
            begin = np.arange((length >> shift) + 1, dtype=np.int64) << shift
            end = begin + (1 << shift)
            first = np.searchsorted(self._ends, begin, "right")
            pieces = np.searchsorted(self._starts, end, "left") - first
            if (pieces > 1).sum() * 1000 <= len(begin):
                break
        one = pieces == 1
        piece = np.minimum(first, max(len(self._starts) - 1, 0))
        low, high = begin.copy(), begin.copy()
        low[one] = np.maximum(self._starts[piece[one]], begin[one])
        high[one] = np.minimum(self._ends[piece[one]], end[one])
        self._low: U32 = low.astype(np.uint32)
        self._high: U32 = high.astype(np.uint32)
        self._base: U32 = (self._searched_sums(begin) - low).astype(np.uint32)
        self._hard = pieces > 1 if (pieces > 1).any() else None
        return shift

    def _build_back(self) -> int:
        shifts = self._ends - self._until
        last = max(len(shifts) - 1, 0)
        for shift in _SHIFTS:
            begin = np.arange((self.total >> shift) + 1, dtype=np.int64) << shift
            first = np.searchsorted(self._until, begin, "right")
            after = np.minimum(np.searchsorted(self._until, begin + (1 << shift), "left"), last)
            first = np.minimum(first, last)
            if (after - first > 1).sum() * 1000 <= len(begin):
                break
        if len(shifts):
            self._break: U32 = self._until[first].astype(np.uint32)
            self._move: U32 = shifts[first].astype(np.uint32)
            self._more: U32 = (shifts[after] - shifts[first]).astype(np.uint32)
        self._hard_back = after - first > 1 if (after - first > 1).any() else None
        return shift

    def _searched_sums(self, t: NDArray[np.int64]) -> NDArray[np.int64]:
        """F by binary search: slower, and right everywhere."""
        if not len(self._starts):
            return np.zeros(len(t), np.int64)
        k = np.searchsorted(self._starts, t, "right") - 1
        at = np.maximum(k, 0)
        inside = np.minimum(t, self._ends[at]) - self._ends[at]
        return np.where(k < 0, 0, self._until[at] + inside)

    def _searched_instants(self, goals: NDArray[np.int64]) -> NDArray[np.int64]:
        k = np.searchsorted(self._until, goals, "left")
        return goals + self._ends[k] - self._until[k]

    def sums(self, t: U32, scratch: Scratch) -> None:
        """Turn instants into F, in place."""
        size = len(t)
        index, a = scratch.positions[:size], scratch.a[:size]
        np.right_shift(t, np.uint32(self._forward_shift), out=a)
        np.copyto(index, a)
        hard = None if self._hard is None else np.flatnonzero(self._hard.take(index, mode="wrap"))
        searched = None if hard is None else self._searched_sums(t[hard].astype(np.int64))
        self._low.take(index, out=a, mode="wrap")
        np.maximum(t, a, out=t)
        self._high.take(index, out=a, mode="wrap")
        np.minimum(t, a, out=t)
        self._base.take(index, out=a, mode="wrap")
        np.add(t, a, out=t)
        if searched is not None:
            t[hard] = searched

    def instants(self, goals: U32, scratch: Scratch) -> None:
        """Turn values of F, from 1 to `total`, into the earliest instants that have them, in place."""
        size = len(goals)
        index, a, b = scratch.positions[:size], scratch.a[:size], scratch.b[:size]
        np.subtract(goals, _ONE, out=a)
        np.right_shift(a, np.uint32(self._back_shift), out=a)
        np.copyto(index, a)
        hard = None if self._hard_back is None else np.flatnonzero(self._hard_back.take(index, mode="wrap"))
        searched = None if hard is None else self._searched_instants(goals[hard].astype(np.int64))
        self._break.take(index, out=a, mode="wrap")
        later = np.greater(goals, a)
        self._more.take(index, out=a, mode="wrap")
        np.multiply(a, later, out=a)
        self._move.take(index, out=b, mode="wrap")
        np.add(goals, a, out=goals)
        np.add(goals, b, out=goals)
        if searched is not None:
            goals[hard] = searched
