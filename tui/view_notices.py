"""A person's notices as a list: what the product's own inbox holds for them and their teams."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from engine.delivery.outbox import Queued
from tui.columns import Column
from tui.fate import ROLES, WIDEST, clock_name, fate, reading
from tui.glyphs import Glyphs
from tui.line import Line, Piece
from tui.lists import Part, equal, text_column, when_column, wrapped
from tui.messages import about, to_whom
from tui.moment import day_clock
from tui.plain import plain
from tui.view_messages import messages_sheet

Notices = Sequence[Queued]
_STATES = ("unread", "read", "acknowledged")


def parts(zone: tzinfo) -> tuple[Part[Notices, Queued], ...]:
    """The one list of the screen."""

    def state(item: Queued, _: int, glyphs: Glyphs) -> Piece:
        return fate(reading(item), glyphs)

    def what(item: Queued, _: int, glyphs: Glyphs) -> Piece:
        return glyphs.text(line_of(item)), "strong" if reading(item) == "unread" else ""

    columns: tuple[Column[Queued], ...] = (
        Column(
            "state", "State", WIDEST, WIDEST, 0, state, lambda item: _STATES.index(reading(item)), "read?"
        ),
        when_column("at", "When", 1, lambda item: item.created, zone, "when it came"),
        text_column("ticket", "Ticket", 10, 14, 0, lambda item: item.ticket, "about which ticket", "strong"),
        text_column("customer", "Customer", 12, 22, 2, _customer, "who opened it"),
        Column("what", "What", 18, 80, 1, what, lambda item: about(item).casefold(), "what it is about"),
        text_column(
            "for", "For", 10, 20, 3, lambda item: to_whom(item.message), "you, or a team of yours", "muted"
        ),
    )
    return (
        Part(
            key="notices",
            title="Notices",
            items=lambda data: data,
            ident=lambda item: item.id,
            ticket=lambda item: item.ticket_id,
            columns=columns,
            wide="what",
            texts={
                "ticket": lambda item: item.ticket,
                "customer": _customer,
                "what": about,
                "for": lambda item: to_whom(item.message),
                "kind": lambda item: item.message.kind.value,
            },
            lengths={"age": lambda item, now: now - item.created},
            choices={"is": {word: equal(reading, word) for word in _STATES}},
            example="is:unread customer:acme age:<1d",
            about=_about,
            empty="No notice for you or your teams.",
            sheet=lambda items, _, zone: messages_sheet("notices", items, zone),
        ),
    )


def unread(notices: Notices) -> int:
    """How many nobody has read."""
    return sum(1 for item in notices if reading(item) == "unread")


def line_of(item: Queued) -> str:
    """What a notice says in one line."""
    return plain(about(item), 300)


def _customer(item: Queued) -> str:
    return item.decision.customer if item.decision is not None else ""


def _about(item: Queued, _: int, zone: tzinfo, glyphs: Glyphs, cells: int) -> list[Line]:
    out = wrapped(about(item), "strong", glyphs, cells)
    decision = item.decision
    if decision is not None:
        clock = f"{clock_name(decision.metric, decision.cycle)} of {decision.ticket} ({decision.customer}), {decision.ladder}"
        reason = f"; {decision.reason}" if decision.reason else ""
        out += wrapped(f"{clock}; due {day_clock(decision.at, zone)}{reason}", "", glyphs, cells)
    words = [f"for {to_whom(item.message)}", f"came {day_clock(item.created, zone)}"]
    words += [f"read {day_clock(item.read_at, zone)}"] if item.read_at is not None else []
    words += (
        [f"acknowledged {day_clock(item.acknowledged_at, zone)}"] if item.acknowledged_at is not None else []
    )
    return [*out, *wrapped(", ".join(words), ROLES["read"], glyphs, cells)]
