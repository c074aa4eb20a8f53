"""The inbox kept in order as single tickets change: what a change costs does not grow with what is open."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Mapping

from engine.overview import inbox_order
from engine.snapshot import Change, Row

_MANY = 8
"""From one in this many rows on, sorting anew is quicker than moving single ones."""


class OrderedRows:
    """Rows by id and in order of urgency."""

    def __init__(self) -> None:
        self._by_id: dict[int, Row] = {}
        self._ordered: list[Row] = []
        self.rows: tuple[Row, ...] = ()
        """The rows as they are now, for a snapshot to keep; the same object as long as nothing is different."""

    def change(self, told: Mapping[int, Row | None]) -> Change:
        """Take in rows, of which some may be known already; None takes a row out."""
        before = self.rows
        changed = [(was, row) for id_, row in told.items() if (was := self._by_id.get(id_)) != row]
        if len(changed) * _MANY > len(self._by_id):
            for was, row in changed:
                self._put(was, row)
            self._ordered = sorted(self._by_id.values(), key=inbox_order)
        else:
            for was, row in changed:
                if was is not None:
                    self._take_out(was)
                self._put(was, row)
                if row is not None:
                    insort(self._ordered, row, key=inbox_order)
        if changed:
            self.rows = tuple(self._ordered)
        return Change(before, tuple(changed))

    def _put(self, was: Row | None, row: Row | None) -> None:
        if row is not None:
            self._by_id[row.id] = row
        elif was is not None:
            del self._by_id[was.id]

    def _take_out(self, row: Row) -> None:
        at = bisect_left(self._ordered, inbox_order(row), key=inbox_order)
        while self._ordered[at].id != row.id:
            at += 1
        del self._ordered[at]
