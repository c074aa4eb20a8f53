"""The Escalations screen as data: what fired and what comes next; the messages stand in `view_messages`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import Any

from engine.ladder.decision import Decision, Outcome
from engine.snapshot import Escalations, Upcoming
from tui.columns import Column
from tui.export import Sheet
from tui.fate import WIDEST, clock_name, fate, step_name
from tui.glyphs import Glyphs
from tui.line import Line, Piece
from tui.lists import Part, equal, text_column, when_column, wrapped
from tui.moment import countdown, day_clock, iso, span
from tui.plain import plain
from tui.view_messages import message_parts

NOTABLE = 60
"""Seconds from which on a delay is worth a word."""


def parts(zone: tzinfo) -> tuple[Part[Escalations, Any], ...]:
    """The lists of the screen, for times on the wall of `zone`."""
    return (_fired(zone), _next(zone), *message_parts(zone))


# ---------------------------------------------------------------- what fired


def late(decision: Decision) -> int:
    """Seconds between a step's instant and its decision."""
    return max(0, decision.found - decision.at)


def _fired(zone: tzinfo) -> Part[Escalations, Decision]:
    def outcome(item: Decision, _: int, glyphs: Glyphs) -> Piece:
        return fate(item.outcome.value, glyphs)

    def delay(item: Decision, _: int, __: Glyphs) -> Piece:
        return (span(late(item)) if late(item) > NOTABLE else ""), "warning"

    columns: tuple[Column[Decision], ...] = (
        when_column("at", "When", 0, lambda item: item.at, zone, "when the step was due"),
        Column(
            "outcome",
            "Outcome",
            WIDEST - 2,
            WIDEST,
            0,
            outcome,
            lambda item: item.outcome.value,
            "what came of it",
        ),
        text_column("ticket", "Ticket", 10, 14, 0, lambda item: item.ticket, "of which ticket", "strong"),
        Column("late", "Late by", 8, 8, 3, delay, late, "found so long after it was due", right=True),
        text_column(
            "step",
            "Step",
            18,
            60,
            1,
            lambda item: step_name(item.step, item.number),
            "the line of the ladder",
        ),
        text_column("reason", "Reason", 20, 80, 4, lambda item: item.reason, "why, or why not", "muted"),
        text_column("customer", "Customer", 12, 22, 5, lambda item: item.customer, "who opened it"),
        text_column("ladder", "Ladder", 10, 18, 6, lambda item: item.ladder, "the ladder's name", "muted"),
        text_column(
            "metric", "Metric", 13, 16, 7, lambda item: clock_name(item.metric, item.cycle), "clock", "muted"
        ),
    )
    return Part(
        key="fired",
        title="Fired",
        items=lambda data: data.decisions,
        ident=lambda item: item.id,
        ticket=lambda item: item.ticket_id,
        columns=columns,
        wide="step",
        texts={
            "ticket": lambda item: item.ticket,
            "customer": lambda item: item.customer,
            "ladder": lambda item: item.ladder,
            "step": lambda item: item.step,
            "metric": lambda item: item.metric,
            "reason": lambda item: item.reason,
            "cause": lambda item: item.cause,
        },
        lengths={"late": lambda item, _: late(item), "age": lambda item, now: now - item.at},
        choices={"outcome": {value.value: equal(lambda item: item.outcome, value) for value in Outcome}},
        example="outcome:suppressed customer:acme late:>5m",
        about=_about_decision,
        empty="No step of a ladder has come yet.",
        sheet=_decisions_sheet,
    )


def _about_decision(item: Decision, _: int, zone: tzinfo, glyphs: Glyphs, cells: int) -> list[Line]:
    symbol, role = fate(item.outcome.value, glyphs)
    facts = f"due {day_clock(item.at, zone)}, decided {day_clock(item.found, zone)}, by {item.cause}"
    return [
        *wrapped(step_name(item.step, item.number), "strong", glyphs, cells),
        ((symbol, role), (f": {glyphs.text(plain(item.reason or 'nothing spoke against it', 400))}", "")),
        *wrapped(
            f"{item.customer}  {item.ladder}, {clock_name(item.metric, item.cycle)}; {facts}",
            "muted",
            glyphs,
            cells,
        ),
    ]


def _decisions_sheet(items: Sequence[Decision], _: int, zone: tzinfo) -> Sheet:
    header = "at found late_seconds ticket customer metric cycle ladder step number outcome reason cause"
    return Sheet(
        "escalations-fired",
        tuple(header.split()),
        [
            (iso(i.at, zone), iso(i.found, zone), late(i), i.ticket, i.customer, i.metric, i.cycle, i.ladder, i.step,
             i.number, i.outcome.value, i.reason, i.cause)
            for i in items
        ],
    )  # fmt: skip


# ---------------------------------------------------------------- what comes next


def _next(zone: tzinfo) -> Part[Escalations, Upcoming]:
    def left(item: Upcoming, now: int, _: Glyphs) -> Piece:
        return countdown(item.at, now), "key" if item.at >= now else "warning"

    columns: tuple[Column[Upcoming], ...] = (
        Column("due", "Fires", 12, 12, 0, left, lambda item: item.at, "time left", right=True),
        when_column("at", "At", 3, lambda item: item.at, zone, "when it fires"),
        text_column("ticket", "Ticket", 10, 14, 0, lambda item: item.ticket, "of which ticket", "strong"),
        text_column("customer", "Customer", 12, 22, 2, lambda item: item.customer, "who opened it"),
        text_column(
            "step", "Step", 18, 60, 1, lambda item: step_name(item.step, item.number), "what will happen"
        ),
        text_column(
            "metric", "Metric", 13, 16, 4, lambda item: clock_name(item.metric, item.cycle), "clock", "muted"
        ),
        text_column("ladder", "Ladder", 10, 18, 5, lambda item: item.ladder, "the ladder's name", "muted"),
    )
    return Part(
        key="next",
        title="Next",
        items=lambda data: data.upcoming,
        ident=lambda i: hash((i.ticket_id, i.metric, i.cycle, i.ladder, i.step, i.number)),
        ticket=lambda item: item.ticket_id,
        columns=columns,
        wide="step",
        texts={
            "ticket": lambda item: item.ticket,
            "customer": lambda item: item.customer,
            "ladder": lambda item: item.ladder,
            "step": lambda item: item.step,
            "metric": lambda item: item.metric,
        },
        lengths={"due": lambda item, now: item.at - now},
        choices={},
        example="customer:acme due:<30m",
        about=lambda item, now, zone, glyphs, cells: [
            *wrapped(step_name(item.step, item.number), "strong", glyphs, cells),
            ((f"{countdown(item.at, now)}, {day_clock(item.at, zone)}, if nothing happens before", ""),),
            *wrapped(
                f"{item.customer}  {item.ladder}, {clock_name(item.metric, item.cycle)}",
                "muted",
                glyphs,
                cells,
            ),
        ],
        empty="No step of a ladder comes next.",
        sheet=lambda items, now, zone: Sheet(
            "escalations-next",
            ("at", "left_seconds", "ticket", "customer", "metric", "cycle", "ladder", "step", "number"),
            [
                (iso(i.at, zone), i.at - now, i.ticket, i.customer, i.metric, i.cycle, i.ladder, i.step, i.number)
                for i in items
            ],
        ),
    )  # fmt: skip
