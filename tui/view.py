"""The inbox as data: which columns fit, what each cell says and in which role.

Pure: a snapshot, what the person chose, a width and the time go in; values come out. The console paints them,
`inbox_lines` prints them, `export` writes them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from types import MappingProxyType

from engine.snapshot import Row
from tui.columns import CARDS_BELOW, LEAD, Column, cell, fill, spread, titles
from tui.filter import BadFilter
from tui.glyphs import UNICODE, Glyphs
from tui.line import Line, Piece, fit, text
from tui.moment import countdown, span
from tui.plain import plain
from tui.standing import standing

Role = str
Cell = Callable[[Row, int, Glyphs], Piece]

ROLE_OF = MappingProxyType(
    {
        "breached": "breached",
        "at risk": "warning",
        "running": "running",
        "paused": "paused",
        "unmanaged": "unmanaged",
    }
)


@dataclass(frozen=True, slots=True)
class View:
    """What a person chose to see; remembered between runs."""

    sort: str = ""  # a column's key; "" is the order of urgency in which the engine hands rows out
    reverse: bool = False
    filter: str = ""
    at_risk: bool = False
    columns: tuple[str, ...] = ()  # () means the usual ones


@dataclass(frozen=True, slots=True)
class Arranged:
    """Rows as a view wants them. `where` gives the position of each row that was asked for and is there.

    `stale_at` is the instant from which time alone may have changed the choice of rows; None if never.
    """

    rows: Sequence[Row]
    view: View
    total: int
    snoozed: int = 0
    where: Mapping[int, int] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    stale_at: int | None = None
    problem: BadFilter | None = None


def _state(row: Row, now: int, glyphs: Glyphs) -> Piece:
    word = standing(row, now)
    return f"{glyphs.standing[word]} {word}", ROLE_OF[word]


def _due(row: Row, now: int, _: Glyphs) -> Piece:
    word = standing(row, now)
    return countdown(row.due, now), ROLE_OF[word] if word in {"breached", "at risk"} else ""


def _words(name: str, role: Role = "") -> Cell:
    read = attrgetter(name)
    return lambda row, _, glyphs: (glyphs.text(plain(read(row), 400)), role)


def _folded(name: str) -> Callable[[Row], object]:
    read = attrgetter(name)
    return lambda row: str(read(row)).casefold()


def _opened(row: Row, now: int, _: Glyphs) -> Piece:
    return f"{span(now - row.opened)} ago", "muted"


_FAR = 1 << 62
_STATE_ORDER = MappingProxyType({"breached": 0, "running": 1, "paused": 2})

COLUMNS: tuple[Column[Row], ...] = (
    Column(
        "state",
        "State",
        11,
        11,
        0,
        _state,
        lambda row: (_STATE_ORDER.get(str(row.state), 3), row.warn_at or _FAR),
        "where the most urgent clock stands",
    ),
    Column(
        "due",
        "Due",
        12,
        12,
        0,
        _due,
        lambda row: _FAR if row.due is None else row.due,
        "time left, or over by",
        right=True,
    ),
    Column(
        "ticket", "Ticket", 10, 14, 0, _words("ticket", "strong"), _folded("ticket"), "what people call it"
    ),
    Column("customer", "Customer", 12, 22, 1, _words("customer"), _folded("customer"), "who opened it"),
    Column("priority", "Priority", 8, 10, 2, _words("priority"), _folded("priority"), "how grave it is"),
    Column("subject", "Subject", 12, 400, 2, _words("subject"), _folded("subject"), "what it is about"),
    Column(
        "metric", "Metric", 13, 16, 3, _words("metric", "muted"), _folded("metric"), "which promise is next"
    ),
    Column("tier", "Tier", 8, 12, 6, _words("tier", "muted"), _folded("tier"), "what was promised"),
    Column("assignee", "Assignee", 9, 18, 4, _words("assignee"), _folded("assignee"), "who works on it"),
    Column(
        "step",
        "Escalation",
        12,
        26,
        5,
        _words("step", "warning"),
        _folded("step"),
        "the last step that fired",
    ),
    Column(
        "status", "Status", 10, 16, 7, _words("status", "muted"), _folded("status"), "the help desk's status"
    ),
    Column("queue", "Queue", 8, 14, 8, _words("queue", "muted"), _folded("queue"), "where it waits"),
    Column("team", "Team", 8, 14, 9, _words("team", "muted"), _folded("team"), "whose it is"),
    Column(
        "opened",
        "Opened",
        12,
        12,
        10,
        _opened,
        lambda row: -row.opened,
        "how long ago it was opened",
        right=True,
    ),
    Column("tags", "Tags", 8, 20, 11, _words("tags", "muted"), _folded("tags"), "its tags"),
)
BY_KEY: Mapping[str, Column[Row]] = MappingProxyType({column.key: column for column in COLUMNS})
USUAL = ("state", "due", "ticket", "customer", "priority", "subject", "metric", "tier", "assignee", "step")
_MOVING = frozenset({"state", "due"})
_SUBJECT = 40  # what the subject gets before other columns grow


@dataclass(frozen=True, slots=True)
class Layout:
    """Columns that fit with their widths, a space after each; `cards` means two lines a row instead."""

    width: int
    columns: tuple[tuple[Column[Row], int], ...]
    cards: bool = False

    @property
    def moving(self) -> tuple[tuple[Column[Row], int], ...]:
        """The columns that time changes by the second; they come first."""
        return tuple(pair for pair in self.columns if pair[0].key in _MOVING)

    @property
    def still(self) -> tuple[tuple[Column[Row], int], ...]:
        """The other columns."""
        return tuple(pair for pair in self.columns if pair[0].key not in _MOVING)

    @property
    def reach(self) -> int:
        """How far from the left time can change a line within a minute; the whole width if an age is shown."""
        if self.cards or any(column.key == "opened" for column, _ in self.columns):
            return self.width
        return LEAD + sum(size + 1 for _, size in self.moving)

    @property
    def rest(self) -> int:
        """Cells to the right of the last column's space."""
        return self.width - LEAD - sum(size + 1 for _, size in self.columns)

    @property
    def height(self) -> int:
        """Lines a row."""
        return 2 if self.cards else 1


def lay_out(width: int, chosen: Sequence[str] = ()) -> Layout:
    """Choose columns for `width` cells: those of low rank stay, the room left over goes where text is long."""
    wanted = frozenset(chosen or USUAL)
    columns = [column for column in COLUMNS if column.key in wanted]
    if width < CARDS_BELOW:
        return Layout(width, (), cards=True)
    return Layout(width, spread(columns, width, wide="subject", first=_SUBJECT))


def marks(row: Row, now: int, glyphs: Glyphs, *, marked: bool) -> Piece:
    """Two cells: marked, and one of flagged, snoozed, acknowledged."""
    if row.flagged:
        second, role = glyphs.flagged, "warning"
    elif row.snoozed_until is not None and row.snoozed_until > now:
        second, role = glyphs.snoozed, "muted"
    elif row.acknowledged_at is not None:
        second, role = glyphs.acknowledged, "met"
    else:
        second, role = " ", ""
    return (glyphs.marked if marked else " ") + second, "mark" if marked else role


def row_lines(
    row: Row, now: int, layout: Layout, glyphs: Glyphs, *, marked: bool = False
) -> tuple[Line, ...]:
    """One line a row, or two on a narrow terminal, each exactly `layout.width` wide."""
    if layout.cards:
        return _card(row, now, layout.width, glyphs, marked=marked)
    return ((*row_head(row, now, layout, glyphs, marked=marked), *row_tail(row, now, layout, glyphs)),)


def row_head(row: Row, now: int, layout: Layout, glyphs: Glyphs, *, marked: bool) -> Line:
    """The left part of a row's line, which time changes by the second: marks, state and due."""
    cells = [cell(row, now, glyphs, column, size) for column, size in layout.moving]
    return (marks(row, now, glyphs, marked=marked), (" ", ""), *cells)


def row_tail(row: Row, now: int, layout: Layout, glyphs: Glyphs) -> Line:
    """The rest of a row's line, which time changes by the minute at most."""
    cells = [cell(row, now, glyphs, column, size) for column, size in layout.still]
    return (*cells, (" " * layout.rest, "")) if layout.rest else tuple(cells)


def _card(row: Row, now: int, width: int, glyphs: Glyphs, *, marked: bool) -> tuple[Line, ...]:
    state, due, ticket = (BY_KEY[key].cell(row, now, glyphs) for key in ("state", "due", "ticket"))
    head = [marks(row, now, glyphs, marked=marked), (" ", "")]
    head += [(fit(state[0], 12), state[1]), (fit(due[0], 13), due[1]), (plain(ticket[0]), ticket[1])]
    about = f" {glyphs.dot} ".join(
        glyphs.text(plain(part)) for part in (row.customer, row.priority, row.subject) if part
    )
    return fill(head, width, glyphs.more), fill([("   ", ""), (about, "muted")], width, glyphs.more)


def heading(layout: Layout, view: View, glyphs: Glyphs) -> Line:
    """The line of column titles with the sorted one marked; on cards, what the cards are sorted by."""
    if layout.cards:
        by = BY_KEY[view.sort].title.lower() if view.sort in BY_KEY else "urgency"
        return fill(
            [(f"   by {by}{' reversed' if view.reverse else ''}", "title")], layout.width, glyphs.more
        )
    return titles(layout.columns, layout.width, glyphs, view.sort, reverse=view.reverse)


def next_sort(view: View, layout: Layout) -> View:
    """The view sorted by the next visible column; after the last one by urgency again."""
    keys = ["", *(column.key for column, _ in layout.columns)] if not layout.cards else ["", *USUAL]
    at = keys.index(view.sort) if view.sort in keys else 0
    return replace(view, sort=keys[(at + 1) % len(keys)], reverse=False)


def inbox_lines(
    arranged: Arranged, now: int, *, width: int = 120, glyphs: Glyphs = UNICODE, limit: int | None = None
) -> list[str]:
    """The inbox for a pipe or a screen reader: a heading, a line a ticket, and a line that says what is not shown."""
    layout = lay_out(width, arranged.view.columns)
    shown = arranged.rows[:limit] if limit is not None else arranged.rows
    out = [text(heading(layout, arranged.view, glyphs))]
    out += [text(line) for row in shown for line in row_lines(row, now, layout, glyphs)]
    rest = []
    if len(shown) < len(arranged.rows):
        rest.append(f"{len(arranged.rows) - len(shown)} more")
    if arranged.snoozed:
        rest.append(f"{arranged.snoozed} snoozed")
    hidden = arranged.total - arranged.snoozed - len(arranged.rows)
    if hidden:
        rest.append(f"{hidden} filtered out")
    if rest:
        out.append("not shown: " + ", ".join(rest))
    elif not arranged.rows:
        out.append("No open tickets.")
    return out
