"""The inbox kept in order as single tickets change: what a change costs does not grow with what is open."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Mapping

from engine.overview import inbox_order
from engine.snapshot import Row

_MANY = 8
"""From one in this many rows on, sorting anew is quicker than moving single ones."""


class OrderedRows:
    """Rows by id and in order of urgency."""

    def __init__(self) -> None:
        self._by_id: dict[int, Row] = {}
        self._ordered: list[Row] = []

    def change(self, changed: Mapping[int, Row | None]) -> None:
        """Take in rows that are new or different; None takes a row out."""
        if len(changed) * _MANY > len(self._by_id):
            for id_, row in changed.items():
                self._put(id_, row)
            self._ordered = sorted(self._by_id.values(), key=inbox_order)
            return
        for id_, row in changed.items():
            before = self._by_id.get(id_)
            if before is not None:
                self._take_out(before)
            self._put(id_, row)
            if row is not None:
                insort(self._ordered, row, key=inbox_order)

    def frozen(self) -> tuple[Row, ...]:
        """The rows as they are now, for a snapshot to keep."""
        return tuple(self._ordered)

    def _put(self, id_: int, row: Row | None) -> None:
        if row is None:
            self._by_id.pop(id_, None)
        else:
            self._by_id[id_] = row

    def _take_out(self, row: Row) -> None:
        at = bisect_left(self._ordered, inbox_order(row), key=inbox_order)
        while self._ordered[at].id != row.id:
            at += 1
        del self._ordered[at]
