"""The ladder on the Ticket screen: its steps as points of a clock's time line, the list under it, and what was sent to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from engine.clock import Clock
from engine.delivery.outbox import Queued
from engine.snapshot import TicketDetail
from tui.fate import WIDEST, fate, step_name
from tui.glyphs import Glyphs
from tui.line import Line, Piece, fit, wrap
from tui.messages import PUNCTUAL, about, to_whom
from tui.moment import countdown, day_clock, span
from tui.plain import plain

MOST = 200
"""Messages of one ticket that are shown."""
_WHEN = 18
_NARROW = 30


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a ladder on a clock: `word` is what became of it ("fired", .. or "to come"), `at` its instant (UTC seconds),
    `found` when it was decided, None of one to come."""

    at: int
    word: str
    name: str
    ladder: str
    reason: str = ""
    found: int | None = None


def steps_of(detail: TicketDetail, clock: Clock) -> list[Step]:
    """The steps of one clock that were decided, and those to come, in order."""
    which = (clock.metric, clock.cycle)
    done = [
        Step(
            item.at,
            item.outcome.value,
            step_name(item.step, item.number),
            item.ladder,
            item.reason,
            item.found,
        )
        for item in detail.decisions
        if (item.metric, item.cycle) == which
    ]
    coming = [
        Step(item.at, "to come", step_name(item.step, item.number), item.ladder)
        for item in detail.upcoming
        if (item.metric, item.cycle) == which
    ]
    return sorted([*done, *coming], key=lambda step: (step.at, step.word == "to come", step.name))


def ladder_lines(steps: Sequence[Step], now: int, zone: tzinfo, glyphs: Glyphs, cells: int) -> list[Line]:
    """What fired when and why not, and what comes next and when."""
    if not steps:
        return []
    names = ", ".join(dict.fromkeys(step.ladder for step in steps))
    out: list[Line] = [(("ladder ", "muted"), (glyphs.text(plain(names, 100)), ""))]
    for step in steps:
        symbol, role = fate(step.word, glyphs)
        words = step.name
        notes = [step.reason] if step.reason else []
        if step.found is not None and step.found - step.at > PUNCTUAL and "late" not in step.reason:
            notes.append(f"found {span(step.found - step.at)} late")
        when = day_clock(step.at, zone)
        if step.found is None:
            notes.insert(0, countdown(step.at, now))
        head: list[Piece] = [("  ", ""), (fit(symbol, WIDEST), role), (fit(when, _WHEN), "muted")]
        indent = 2 + WIDEST + _WHEN
        room = cells - indent
        if room < _NARROW:  # the words go below
            out.append(tuple(head))
            indent, room = 4, cells - 4
            head = [(" " * indent, "")]
        for part in wrap(glyphs.text(plain(words, 400)), max(20, room)):
            out.append((*head, (part, "")))
            head = [(" " * indent, "")]
        for part in wrap(glyphs.text(plain("; ".join(notes), 400)), max(20, room)) if notes else []:
            out.append((*head, (part, role if step.found is None else "muted")))
    return out


def message_lines(
    messages: Sequence[Queued], now: int, zone: tzinfo, glyphs: Glyphs, cells: int
) -> list[Line]:
    """What was sent to whom, newest first: status, when, channel, recipient, and what the other side said."""
    out: list[Line] = []
    for item in messages[:MOST]:
        symbol, role = fate(item.status.value, glyphs)
        at = item.created if item.sent_at is None else item.sent_at
        head: Line = ((fit(day_clock(at, zone), _WHEN), "muted"), (fit(symbol, WIDEST), role))
        whom = glyphs.text(plain(f"{item.message.channel} to {to_whom(item.message)}", 300))
        tail = [about(item), item.answer, item.error]
        if item.error and item.status.value == "waiting":
            tail.append(f"next try {countdown(item.next_at, now)}")
        indent = _WHEN + WIDEST
        if cells - indent < _NARROW:  # the words go below
            out.append(head)
            indent, head = 4, ((" " * 4, ""),)
        parts = wrap(whom, max(20, cells - indent))
        out.append((*head, (parts[0], "strong")))
        out += [((" " * indent, ""), (part, "strong")) for part in parts[1:]]
        for words in tail:
            if words:
                shade = "warning" if words == item.error else "muted"
                for part in wrap(glyphs.text(plain(words, 600)), max(20, cells - indent)):
                    out.append(((" " * indent, ""), (part, shade)))
    if len(messages) > MOST:
        out.append(((f"and {len(messages) - MOST:,} older ones", "muted"),))
    return out
