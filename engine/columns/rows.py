"""When each clock of many tickets starts and stops: `engine.cycles` for columns.

A row is one clock: the run of events `[low, high)` during which it goes, and how it ended. Event `high` stops it, if that
still belongs to the ticket.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from dsl.model import Metric, Reopen
from engine.columns.table import I64, MESSAGE, REPLY, U16, U32
from engine.facts import OPENED

Flags: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Part:
    """Some tickets of a block. Events are counted from the part's first; ticket `i` has `starts[i]` to `starts[i + 1]`.

    `ended`, `cancelled` and `closed` are true of events after which the ticket is so; `ends` where it becomes ended.
    `void` are the tickets that are cancelled, None if none is.
    """

    starts: I64
    at: U32
    mark: U16
    ended: Flags
    cancelled: Flags
    closed: Flags
    ends: Flags
    any_ended: bool
    any_reopened: bool
    void: Flags | None


@dataclass(frozen=True, slots=True)
class Rows:
    """`stopped` and `cancelled` say how a row ended; `irregular` are tickets that these rows do not tell right."""

    ticket: I64
    cycle: I64
    low: I64
    high: I64
    stopped: Flags
    cancelled: Flags
    irregular: Flags | None = None

    def only(self, keep: Flags) -> Rows:
        """The rows that are marked."""
        return Rows(
            self.ticket[keep],
            self.cycle[keep],
            self.low[keep],
            self.high[keep],
            self.stopped[keep],
            self.cancelled[keep],
        )


def rows_of(
    metric: str, part: Part, reopen: Reopen, declared: Metric | None, kinds: dict[str, int]
) -> Rows | None:
    """The clocks of a metric; None if columns cannot tell."""
    rows = _rows_of(metric, part, reopen, declared, kinds)
    if rows is None or part.void is None:
        return rows
    void = part.void[rows.ticket]
    irregular = np.zeros_like(part.void) if rows.irregular is None else rows.irregular.copy()
    irregular[rows.ticket[void & ~rows.stopped]] = True
    return replace(rows, cancelled=rows.cancelled | void, irregular=irregular)


def _rows_of(
    metric: str, part: Part, reopen: Reopen, declared: Metric | None, kinds: dict[str, int]
) -> Rows | None:
    match metric:
        case "resolution":
            return _resolution(part, reopen)
        case "response":
            return _answered(part, _until_first(part, part.starts[:-1], _marked(part, REPLY) | part.ends))
        case "update":
            return _answered(part, _update(part))
        case "next-response":
            return _answered(part, _next_response(part))
    return _declared(part, declared, kinds) if declared else None


def _marked(part: Part, bit: int) -> Flags:
    found: Flags = (part.mark & np.uint16(bit)) != 0
    return found


def _first_of_ticket(part: Part) -> Flags:
    first = np.zeros(len(part.mark), dtype=np.bool_)
    first[part.starts[:-1]] = True
    return first


def _next_at(hits: Flags, after: I64, size: int) -> I64:
    """The first hit at or after each index; `size` if there is none."""
    places = np.append(np.flatnonzero(hits), size)
    found: I64 = places[np.searchsorted(places, after)]
    return found


def _resolution(part: Part, reopen: Reopen) -> Rows:
    starts, size = part.starts, len(part.starts) - 1
    low, high = starts[:-1], starts[1:]
    ticket = np.arange(size)
    if not part.any_ended:
        none = np.zeros(size, dtype=np.bool_)
        return Rows(ticket, np.ones(size, dtype=np.int64), low, high, none, none)
    stopped = part.ended[high - 1]
    entries = np.flatnonzero(part.ends)
    last = high.copy()
    irregular = None
    if part.any_reopened:
        # Where a ticket has ended, what follows its last entry is ended too, so that entry is its stop.
        last[stopped] = entries[np.searchsorted(entries, high[stopped]) - 1]
        if reopen is not Reopen.RESUMES:
            entered = np.add.reduceat(part.ends.astype(np.int32), low)
            irregular = entered > stopped
    else:
        last[stopped] = entries
    cancelled = np.zeros(size, dtype=np.bool_)
    cancelled[stopped] = part.cancelled[last[stopped]]
    return Rows(ticket, np.ones(size, dtype=np.int64), low, last, stopped, cancelled, irregular)


def _until_first(part: Part, low: I64, hits: Flags, ticket: I64 | None = None, after: int = 0) -> Rows:
    """One clock a ticket, from `low` to the first hit (`after` events later at the soonest)."""
    ticket = np.arange(len(part.starts) - 1) if ticket is None else ticket
    end = part.starts[ticket + 1]
    found = _next_at(hits, low + after, len(part.mark))
    stopped = found < end
    high = np.minimum(found, end)
    cancelled = np.zeros(len(low), dtype=np.bool_)
    cancelled[stopped] = (part.ends & part.cancelled)[high[stopped]]
    return Rows(ticket, np.ones(len(low), dtype=np.int64), low, high, stopped, cancelled)


def _update(part: Part) -> Rows:
    first = _first_of_ticket(part)
    before_ended = np.empty_like(part.ended)
    before_ended[0] = False
    before_ended[1:] = part.ended[:-1]
    begins = ~part.ended & (first | _marked(part, REPLY) | before_ended)
    rows = _between(part, np.flatnonzero(begins), begins | part.ends)
    # As there: two replies in one second, or a reply with the resolution, are no silence to be judged.
    lasting = ~rows.stopped
    lasting[rows.stopped] = part.at[rows.high[rows.stopped]] > part.at[rows.low[rows.stopped]]
    ticket = rows.ticket[lasting]
    return Rows(
        ticket,
        _numbers(ticket),
        rows.low[lasting],
        rows.high[lasting],
        rows.stopped[lasting],
        rows.cancelled[lasting],
    )


def _next_response(part: Part) -> Rows:
    message, reply = _marked(part, MESSAGE), _marked(part, REPLY)
    first = _first_of_ticket(part)
    places = np.flatnonzero(message | reply | part.ended | first)
    begins = message[places] & ~part.ended[places]
    begins[1:] &= ~(
        message[places[:-1]] & ~first[places[1:]] & ~reply[places[:-1]] & ~part.ended[places[:-1]]
    )
    rows = _between(part, places[begins], reply | part.ends)
    # A message to a ticket that has ended counts once it is reopened: that is for the other evaluator.
    irregular = np.add.reduceat((message & part.ended).astype(np.int32), part.starts[:-1]) > 0
    return Rows(rows.ticket, rows.cycle, rows.low, rows.high, rows.stopped, rows.cancelled, irregular)


def _between(part: Part, low: I64, hits: Flags) -> Rows:
    """Clocks that start at `low` and stop at the next hit, numbered within their ticket."""
    ticket = np.searchsorted(part.starts, low, side="right") - 1
    rows = _until_first(part, low, hits, ticket, after=1)
    return Rows(ticket, _numbers(ticket), rows.low, rows.high, rows.stopped, rows.cancelled)


def _answered(part: Part, rows: Rows) -> Rows:
    """Rows that a reply stops: one that cancels the ticket as well has stopped them first."""
    if not rows.cancelled.any():
        return rows
    answered = np.zeros_like(rows.cancelled)
    answered[rows.stopped] = _marked(part, REPLY)[rows.high[rows.stopped]]
    return replace(rows, cancelled=rows.cancelled & ~answered)


def _numbers(ticket: I64) -> I64:
    """1, 2, 3 .. within each run of the same ticket."""
    index = np.arange(len(ticket))
    begins = np.ones(len(ticket), dtype=np.bool_)
    begins[1:] = ticket[1:] != ticket[:-1]
    numbers: I64 = index - np.maximum.accumulate(np.where(begins, index, 0)) + 1
    return numbers


def _declared(part: Part, metric: Metric, kinds: dict[str, int]) -> Rows | None:
    if metric.stop not in kinds or (metric.start not in kinds and metric.start != OPENED):
        return None
    closes = part.closed.copy()
    closes[1:] &= ~part.closed[:-1] | _first_of_ticket(part)[1:]
    hits = _marked(part, kinds[metric.stop]) | part.ends | closes
    everyone = np.arange(len(part.starts) - 1)
    if metric.start == OPENED:
        rows = _until_first(part, part.starts[:-1], hits)
        ticket = everyone
    else:
        found = _next_at(_marked(part, kinds[metric.start]), part.starts[:-1], len(part.mark))
        ticket = everyone[found < part.starts[1:]]
        rows = _until_first(part, found[ticket], hits, ticket, after=1)
    by_itself = np.zeros(len(rows.low), dtype=np.bool_)
    by_itself[rows.stopped] = _marked(part, kinds[metric.stop])[rows.high[rows.stopped]]
    return Rows(ticket, rows.cycle, rows.low, rows.high, rows.stopped, rows.cancelled & ~by_itself)
