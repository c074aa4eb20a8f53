"""One ticket as lines: facts, clocks on their time lines, terms and why, what happened."""

from __future__ import annotations

from datetime import tzinfo

from engine.clock import FAILED_STATES, OPEN_STATES, Clock, State
from engine.facts import Event
from engine.snapshot import TicketDetail
from reports.render.sheet import Cell
from tui.coloured import coloured
from tui.export import Sheet
from tui.glyphs import Glyphs
from tui.line import Line, Piece, fit, wrap
from tui.messages import about, to_whom
from tui.moment import countdown, day_clock, iso, span
from tui.plain import plain
from tui.timeline import draw
from tui.view_flags import flag_log
from tui.view_ladder import ladder_lines, message_lines, steps_of

_FIRST = ("customer", "priority", "status", "assignee", "team", "queue", "tags")
_ELSEWHERE = ("subject", "by")  # the heading, and who did the last thing: that stands with the events
_LONG = 60
_MOST_EVENTS = 500
_BAR_MOST = 110


def ticket_page(detail: TicketDetail, now: int, zone: tzinfo, glyphs: Glyphs, cells: int) -> list[Line]:
    """The whole page for a width; what matters now comes first."""
    out: list[Line] = [(), *_facts(detail, glyphs, cells), ()]
    clocks = sorted(detail.clocks, key=_urgency)
    if not clocks:
        out += [(("No promise covers this ticket: it has no clock.", "unmanaged"),), ()]
    for clock in clocks:
        out += [*_clock(detail, clock, now, zone, glyphs, cells), ()]
    flags = flag_log(detail.events, zone, glyphs, cells)
    if flags:
        out += [(("Flags to management and their reviews", "heading"),), *flags, ()]
    if detail.messages:
        out += [(("What was sent to whom", "heading"),)]
        out += [*message_lines(detail.messages, now, zone, glyphs, cells), ()]
    out += [(("What was found", "heading"),)]
    for found in reversed(detail.transitions):
        late = found.found - found.at
        role = (
            "breached" if found.what == "breach" else "warning" if found.what.startswith("warning") else "met"
        )
        words = f"{found.metric} cycle {found.cycle}: {found.what}, by {found.cause}"
        tail = f"  found {span(late)} late" if late > 60 else ""
        out.append(
            (
                (fit(day_clock(found.at, zone), 18), "muted"),
                (glyphs.text(plain(words, 200)), role),
                (tail, "warning"),
            )
        )
    if not detail.transitions:
        out.append((("nothing yet", "muted"),))
    out += [(), (("Events, newest first", "heading"),)]
    for event in list(reversed(detail.events))[:_MOST_EVENTS]:
        out += _event(event, zone, glyphs, cells)
    if len(detail.events) > _MOST_EVENTS:
        out.append(((f"and {len(detail.events) - _MOST_EVENTS:,} older ones", "muted"),))
    return out


def _urgency(clock: Clock) -> tuple[bool, int, str, int]:
    return (
        clock.state not in OPEN_STATES,
        clock.due if clock.due is not None else 1 << 62,
        clock.metric,
        -clock.cycle,
    )


def _facts(detail: TicketDetail, glyphs: Glyphs, cells: int) -> list[Line]:
    subject = glyphs.text(plain(detail.fields.get("subject", ""), 600))
    head = wrap(subject, max(20, cells - 14))
    out: list[Line] = [
        ((fit(glyphs.text(plain(detail.key, 60)), 14, more=glyphs.more), "heading"), (head[0], "strong"))
    ]
    out += [((" " * 14, ""), (line, "strong")) for line in head[1:4]]
    pairs = [(name, detail.fields.get(name, "")) for name in _FIRST]
    pairs.insert(2, ("tier", detail.terms_tier or "none: unmanaged"))
    pairs += [(k, v) for k, v in detail.fields.items() if k not in _FIRST and k not in _ELSEWHERE]
    short = [(k, glyphs.text(_value(v, 300))) for k, v in pairs if v not in {"", None}]
    columns = max(1, min(3, cells // 40))
    each = cells // columns
    line: list[Piece] = []
    for name, value in short:
        if len(value) > each - 15:
            continue
        line += [
            (fit(plain(name, 40), 13, more=glyphs.more) + " ", "muted"),
            (fit(value, each - 14, more=glyphs.more), ""),
        ]
        if len(line) == columns * 2:
            out.append(tuple(line))
            line = []
    if line:
        out.append(tuple(line))
    for name, value in short:
        if len(value) > each - 15:
            out += [
                ((fit(plain(name, 40) if not at else "", 13, more=glyphs.more) + " ", "muted"), (part, ""))
                for at, part in enumerate(wrap(value, max(20, cells - 14)))
            ]
    return out


def _value(value: object, longest: int) -> str:
    """A field's value as rules write it."""
    return plain(str(value).lower() if isinstance(value, bool) else value, longest)


def _word(clock: Clock, now: int) -> tuple[str, str]:
    if clock.state is State.RUNNING:
        if clock.due is not None and now > clock.due:
            return "breached", "breached"
        warned = any(
            t.at is not None and t.at <= now for t in clock.thresholds if t.name.startswith("warning")
        )
        return ("at risk", "warning") if warned else ("running", "running")
    role = {"cancelled": "muted"}.get(clock.state.value, clock.state.value)
    return clock.state.value, role


def _clock(
    detail: TicketDetail, clock: Clock, now: int, zone: tzinfo, glyphs: Glyphs, cells: int
) -> list[Line]:
    word, role = _word(clock, now)
    left = countdown(clock.due, now) if clock.state in OPEN_STATES else ""
    cycle = f" #{clock.cycle}" if clock.cycle > 1 else ""
    figures = f"used {span(clock.elapsed)} of {span(clock.target)} on {plain(clock.calendar, 40)}"
    figures += f", paused {span(clock.paused)}" if clock.paused else ""
    figures += f", now paused by {plain(', '.join(clock.paused_by), 80)}" if clock.paused_by else ""
    out: list[Line] = [
        (
            (fit(plain(clock.metric, 40) + cycle, 18, more=glyphs.more), "heading"),
            (fit(f"{glyphs.standing[word]} {word}", 13), role),
            (f"{left}  " if left else "", role),
            (glyphs.text(figures), "muted"),
        )
    ]
    hours = detail.open_hours.get(clock.calendar, ())
    pauses = detail.pauses.get(clock.metric, ())
    steps = steps_of(detail, clock)
    marks = [(step.at, step.word) for step in steps]
    out += draw(clock, hours, pauses, now, zone, glyphs, max(10, min(cells, _BAR_MOST)), marks)
    out += ladder_lines(steps, now, zone, glyphs, cells)
    promise = clock.promise
    place = f"{plain(promise.where, 200)}  " if promise.where else ""
    out.append(
        (
            ("promised by ", "muted"),
            (glyphs.text(plain(promise.decided_by, 200)) + "  ", ""),
            (glyphs.text(place), "key"),
            *coloured(glyphs.text(plain(promise.rule, 300))),
        )
    )
    if clock.state in OPEN_STATES | FAILED_STATES:
        for why in detail.why.get((clock.metric, clock.cycle), ()):
            for at, part in enumerate(wrap(glyphs.text(plain(why, 1000)), max(20, cells - 4))):
                out.append((("  " if not at else "    ", ""), (part, "muted")))
    return out


def _event(event: Event, zone: tzinfo, glyphs: Glyphs, cells: int) -> list[Line]:
    data = "  ".join(f"{plain(name, 40)}={_value(value, 200)}" for name, value in event.data.items())
    lines = wrap(glyphs.text(data), max(20, cells - 34)) if data else [""]
    head: Line = (
        (fit(day_clock(event.at, zone), 18), "muted"),
        (fit(plain(event.kind, 40), 15, more=glyphs.more) + " ", "strong"),
    )
    return [(*head, (lines[0], "")), *(((" " * 34, ""), (line, "")) for line in lines[1:6])]


def ticket_sheet(detail: TicketDetail, zone: tzinfo) -> Sheet:
    """What happened to the ticket, in order: events and what was found."""
    rows: list[tuple[int, tuple[Cell, ...]]] = [
        (
            e.at,
            (
                iso(e.at, zone),
                "event",
                e.kind,
                "; ".join(f"{name}={value}" for name, value in e.data.items()),
            ),
        )
        for e in detail.events
    ]
    rows += [
        (t.at, (iso(t.at, zone), "found", t.what, f"{t.metric} cycle {t.cycle}, by {t.cause}"))
        for t in detail.transitions
    ]
    rows += [
        (
            d.at,
            (iso(d.at, zone), d.outcome.value, d.step, f"{d.metric} cycle {d.cycle}, {d.ladder} {d.reason}"),
        )
        for d in detail.decisions
    ]
    rows += [
        (
            m.created,
            (
                iso(m.created, zone),
                m.status.value,
                m.message.channel,
                f"to {to_whom(m.message)}: {about(m)} {m.answer or m.error}",
            ),
        )
        for m in detail.messages
    ]
    rows.sort(key=lambda item: item[0])
    return Sheet(
        f"ticket-{plain(detail.key, 40)}", ("at", "what", "kind", "details"), [row for _, row in rows]
    )
