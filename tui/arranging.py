"""Which rows a view shows and in which order, kept so as single tickets change: what a change costs does not grow with what is open. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Sequence
from functools import cmp_to_key
from typing import Any

from engine.overview import inbox_order
from engine.snapshot import Change, Row
from tui.filter import BadFilter, Filter, compile_filter, parse
from tui.standing import Standings, at_risk
from tui.view import BY_KEY, Arranged, View

MOVING = 5
"""Seconds after which rows are chosen anew where time alone decides which of them pass."""
_MANY = 8
"""From one in this many rows on, choosing anew is quicker than moving single ones."""


def arrange(
    rows: Sequence[Row],
    view: View,
    now: int,
    *,
    wanted: Collection[int] = (),
    stopped: Callable[[], bool] = lambda: False,
) -> Arranged | None:
    """Choose and order rows; None if `stopped` said so on the way. Snoozed rows wait out of sight, counted."""
    made = Arrangement(rows, view, now, stopped)
    return made.shown(now, wanted) if made.whole else None


class Arrangement:
    """The rows of one view. `whole` is false if `stopped` said so on the way: then it is of no use."""

    def __init__(
        self, rows: Sequence[Row], view: View, now: int, stopped: Callable[[], bool] = lambda: False
    ) -> None:
        parsed = parse(view.filter)
        chosen = Filter() if isinstance(parsed, BadFilter) else parsed
        self.view = view
        self.rows = rows
        self.whole = False
        self._problem = parsed if isinstance(parsed, BadFilter) else None
        self._shows_snoozed = any(term.field == "is" and term.value == "snoozed" for term in chosen.terms)
        self._test = compile_filter(chosen)
        self._moves_at = now + MOVING if view.at_risk or chosen.moves else None
        self._snoozed: dict[int, Row] = {}
        self._kept: list[Row] = []
        for index, row in enumerate(rows):
            if not index % 4096 and stopped():
                return
            if self._takes(row, now):
                self._kept.append(row)
        if view.sort in BY_KEY:
            self._kept.sort(key=BY_KEY[view.sort].order, reverse=view.reverse)  # type: ignore[arg-type]
        elif view.reverse:
            self._kept.reverse()
        self._place = _place(view)
        self._standings = Standings(self._kept)
        self.whole = True

    def follow(self, rows: Sequence[Row], change: Change | None, now: int) -> bool:
        """Become the arrangement of `rows`, which are a `change` of those at hand; false where that cannot be, or it is time to choose
        all of them anew."""
        if rows is not self.rows:
            if change is None or change.before is not self.rows or len(change.rows) * _MANY > len(rows):
                return False
            for was, row in change.rows:
                self._change(was, row, now)
            self.rows = rows
        stale = self._stale_at()
        return stale is None or now < stale

    def shown(self, now: int, wanted: Collection[int] = ()) -> Arranged:
        """The rows as they are now; later changes do not touch them."""
        kept = tuple(self._kept)
        where = {row.id: index for index, row in enumerate(kept) if row.id in wanted} if wanted else {}
        return Arranged(
            kept,
            self.view,
            len(self.rows),
            len(self._snoozed),
            where,
            self._standings.at(now),
            self._stale_at(),
            self._problem,
        )

    def _stale_at(self) -> int | None:
        wakes = [row.snoozed_until for row in self._snoozed.values() if row.snoozed_until is not None]
        if self._moves_at is not None:
            wakes.append(self._moves_at)
        return min(wakes, default=None)

    def _takes(self, row: Row, now: int) -> bool:
        if row.snoozed_until is not None and row.snoozed_until > now and not self._shows_snoozed:
            self._snoozed[row.id] = row
            return False
        return (self._test is None or self._test(row, now)) and (not self.view.at_risk or at_risk(row, now))

    def _change(self, was: Row | None, row: Row | None, now: int) -> None:
        if was is not None and self._snoozed.pop(was.id, None) is None:
            at = self._find(was)
            if at is not None:
                del self._kept[at]
                self._standings.remove(was)
        if row is not None and self._takes(row, now):
            self._kept.insert(bisect_left(self._kept, self._place(row), key=self._place), row)
            self._standings.add(row)

    def _find(self, row: Row) -> int | None:
        place, kept = self._place(row), self._kept
        for at in range(bisect_left(kept, place, key=self._place), len(kept)):
            if kept[at].id == row.id:
                return at
            if self._place(kept[at]) != place:
                break
        return None


def _place(view: View) -> Callable[[Row], Any]:
    """What rows of a view are ordered by: equal ones by urgency, whichever way the column goes."""
    if view.sort not in BY_KEY:
        return (
            cmp_to_key(lambda one, other: _compare(inbox_order(other), inbox_order(one)))
            if view.reverse
            else inbox_order
        )
    order = BY_KEY[view.sort].order
    if not view.reverse:
        return lambda row: (order(row), inbox_order(row))

    def compare(one: Row, other: Row) -> int:
        return _compare(order(other), order(one)) or _compare(inbox_order(one), inbox_order(other))

    return cmp_to_key(compare)


def _compare(one: Any, other: Any) -> int:  # noqa: ANN401 - whatever a column is ordered by
    return -1 if one < other else int(one > other)
