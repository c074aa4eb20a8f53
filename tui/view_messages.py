"""The outbox as lists: what waits, what could not be delivered, what has left; and the counts of each channel."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo

from engine.delivery.outbox import Queued, Status
from engine.snapshot import Escalations
from tui.columns import Column
from tui.export import Sheet
from tui.fate import WIDEST, fate
from tui.glyphs import Glyphs
from tui.line import Line, Piece, join, width
from tui.lists import Part, equal, text_column, when_column, wrapped
from tui.messages import about, to_whom
from tui.moment import countdown, day_clock, iso
from tui.plain import plain

OUTBOX_PART, DEAD = "outbox", "dead"
"""Keys of the lists whose messages a person can do something with."""


def message_parts(zone: tzinfo) -> tuple[Part[Escalations, Queued], ...]:
    """The lists, for times on the wall of `zone`."""
    return (_waiting(zone), _dead(zone), _gone(zone))


def counts_line(counts: Mapping[tuple[str, Status], int], glyphs: Glyphs, cells: int) -> Line:
    """How many messages of each channel were given up, wait, are under way and have left. Channels with dead letters come
    first; where there is no room, what has left is left out, then what waits and is under way is one number."""
    dead = {channel for (channel, status), count in counts.items() if status is Status.DEAD and count}
    channels = sorted({channel for channel, _ in counts}, key=lambda name: (name not in dead, name))
    if not channels:
        return (("No message was ever queued.", "muted"),)
    open_ = (Status.DEAD, Status.WAITING, Status.SENDING)
    gap = (f" {glyphs.dot} ", "off")
    for shown in ((*open_, Status.SENT, Status.SUPPRESSED), open_):
        whole = join((_counts_of(channel, counts, shown, glyphs) for channel in channels), gap)
        if width(whole) <= cells:
            return whole
    return join((_short_of(channel, counts, glyphs) for channel in channels), gap)


def _short_of(channel: str, counts: Mapping[tuple[str, Status], int], glyphs: Glyphs) -> Line:
    dead = counts.get((channel, Status.DEAD), 0)
    open_ = counts.get((channel, Status.WAITING), 0) + counts.get((channel, Status.SENDING), 0)
    return (
        (glyphs.text(plain(channel, 12)), "strong"),
        (f" {dead:,} dead" if dead else "", "breached"),
        (f" {open_:,} open", "key" if open_ else "muted"),
    )


def _counts_of(
    channel: str, counts: Mapping[tuple[str, Status], int], shown: Sequence[Status], glyphs: Glyphs
) -> Line:
    pieces: list[Piece] = [(glyphs.text(plain(channel, 20)), "strong")]
    for status in shown:
        count = counts.get((channel, status), 0)
        if count:
            symbol, role = fate(status.value, glyphs)
            pieces.append((f" {symbol[0]} {count:,} {status.value}", role))
    return (*pieces, (" idle", "muted")) if len(pieces) == 1 else tuple(pieces)


def _message_part(
    key: str,
    title: str,
    items: Callable[[Escalations], Sequence[Queued]],
    columns: tuple[Column[Queued], ...],
    wide: str,
    empty: str,
    statuses: Sequence[Status],
) -> Part[Escalations, Queued]:
    return Part(
        key=key,
        title=title,
        items=items,
        ident=lambda item: item.id,
        ticket=lambda item: item.ticket_id,
        columns=columns,
        wide=wide,
        texts={
            "ticket": lambda item: item.ticket,
            "channel": lambda item: item.message.channel,
            "to": lambda item: to_whom(item.message),
            "kind": lambda item: item.message.kind.value,
            "what": about,
            "error": lambda item: item.error,
            "answer": lambda item: item.answer,
        },
        lengths={"age": lambda item, now: now - item.created},
        choices={"status": {s.value: equal(lambda item: item.status, s) for s in statuses}},
        example="channel:email to:duty age:>1h",
        about=_about_message,
        empty=empty,
        sheet=lambda found, _, zone: messages_sheet(f"escalations-{key}", found, zone),
    )


def _status(item: Queued, _: int, glyphs: Glyphs) -> Piece:
    return fate(item.status.value, glyphs)


_STATUS: Column[Queued] = Column(
    "status", "Status", 12, WIDEST, 0, _status, lambda item: item.status.value, "how far it is"
)
_CHANNEL: Column[Queued] = text_column(
    "channel", "Channel", 8, 14, 0, lambda item: item.message.channel, "by which way", "strong"
)
_TO: Column[Queued] = text_column("to", "To", 16, 40, 1, lambda item: to_whom(item.message), "who it is for")
_TICKET: Column[Queued] = text_column(
    "ticket", "Ticket", 10, 14, 2, lambda item: item.ticket, "about which ticket", "strong"
)
_TRIES: Column[Queued] = Column(
    "attempts",
    "Tries",
    5,
    5,
    3,
    lambda item, _, __: (str(item.attempts), "muted"),
    lambda item: item.attempts,
    "how often it was tried",
    right=True,
)
_ERROR: Column[Queued] = text_column(
    "error", "Last error", 16, 120, 2, lambda item: item.error, "what went wrong", "warning"
)
_WHAT: Column[Queued] = text_column("what", "What", 16, 60, 4, about, "what it is about", "muted")


def _waiting(zone: tzinfo) -> Part[Escalations, Queued]:
    def next_try(item: Queued, now: int, _: Glyphs) -> Piece:
        if item.status is Status.SENDING:
            return "under way", "running"
        return ("now", "key") if item.next_at <= now else (countdown(item.next_at, now), "")

    columns: tuple[Column[Queued], ...] = (
        _STATUS,
        _CHANNEL,
        _TO,
        _TICKET,
        _TRIES,
        Column(
            "next", "Next try", 11, 12, 1, next_try, lambda item: item.next_at, "when it is tried", right=True
        ),
        _ERROR,
        when_column("created", "Queued", 5, lambda item: item.created, zone, "when it was queued"),
        _WHAT,
    )
    empty = "Nothing waits to be sent."
    open_ = (Status.WAITING, Status.SENDING)
    return _message_part(OUTBOX_PART, "Outbox", lambda data: data.waiting, columns, "error", empty, open_)


def _dead(zone: tzinfo) -> Part[Escalations, Queued]:
    columns: tuple[Column[Queued], ...] = (
        when_column("given-up", "Given up", 2, lambda item: item.next_at, zone, "when it was given up"),
        _CHANNEL,
        _TO,
        _TICKET,
        _TRIES,
        _ERROR,
        _WHAT,
    )
    empty = "No dead letters: everything that was to be delivered was."
    return _message_part(
        DEAD, "Dead letters", lambda data: data.dead, columns, "error", empty, (Status.DEAD,)
    )


def _gone(zone: tzinfo) -> Part[Escalations, Queued]:
    columns: tuple[Column[Queued], ...] = (
        when_column("at", "When", 1, _left, zone, "when it left, or was dropped"),
        _STATUS,
        _CHANNEL,
        _TO,
        _TICKET,
        _TRIES,
        text_column("answer", "Answer", 16, 60, 4, answer, "what the other side said, or why not", "muted"),
        _WHAT,
    )
    done = (Status.SENT, Status.SUPPRESSED, Status.DISCARDED)
    return _message_part(
        "sent", "Sent", lambda data: data.sent, columns, "to", "Nothing has been sent yet.", done
    )


def _left(item: Queued) -> int:
    return item.next_at if item.sent_at is None else item.sent_at


def answer(item: Queued) -> str:
    """What the other side said of a message, or what went wrong, or why it was not wanted any more."""
    return item.answer or item.error


def _about_message(item: Queued, _: int, zone: tzinfo, glyphs: Glyphs, cells: int) -> list[Line]:
    tried = f"tried {item.attempts} times" if item.attempts != 1 else "tried once"
    when = f"queued {day_clock(item.created, zone)}, {tried}"
    if item.sent_at is not None:
        when += f", sent {day_clock(item.sent_at, zone)}"
    if item.echoed_at is not None:
        when += f", taken over by the other system {day_clock(item.echoed_at, zone)}"
    return [
        *wrapped(about(item), "strong", glyphs, cells),
        *(wrapped(item.error, "warning", glyphs, cells) if item.error else ()),
        *wrapped(f"by {item.message.channel} to {to_whom(item.message)}; {when}", "", glyphs, cells),
        *(wrapped(f"answer: {item.answer}", "muted", glyphs, cells) if item.answer else ()),
        *(wrapped(f"key {item.batch}", "off", glyphs, cells) if item.batch else ()),
    ]


def messages_sheet(name: str, items: Sequence[Queued], zone: tzinfo) -> Sheet:
    """Messages with every field."""
    header = "id status kind channel to name ticket what created next_try attempts sent answer error key"
    return Sheet(
        name,
        tuple(header.split()),
        [
            (i.id, i.status.value, i.message.kind.value, i.message.channel, i.message.recipient, i.message.name, i.ticket,
             about(i), iso(i.created, zone), iso(i.next_at, zone), i.attempts, iso(i.sent_at, zone) or None,
             i.answer, i.error, i.batch)
            for i in items
        ],
    )  # fmt: skip
