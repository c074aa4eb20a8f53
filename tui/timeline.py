"""A clock drawn on a line: open hours, pauses, thresholds, its due instant and now, to scale."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from rich.cells import cell_len

from engine.clock import OPEN_STATES, Clock
from tui.fate import ROLES
from tui.glyphs import Glyphs
from tui.line import Line, Piece
from tui.moment import clock as clock_time
from tui.moment import day_clock

Interval = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Scale:
    """Instants `[start, end)` on `cells` cells."""

    start: int
    end: int
    cells: int

    def cell(self, at: int) -> int:
        """The cell in which `at` lies; the first or last one outside the scale."""
        where = (at - self.start) * self.cells // max(1, self.end - self.start)
        return max(0, min(self.cells - 1, where))

    def middle(self, cell: int) -> int:
        """The instant in the middle of a cell."""
        return self.start + (2 * cell + 1) * (self.end - self.start) // (2 * self.cells)


def scale_of(clock: Clock, now: int, cells: int, steps: Sequence[tuple[int, str]] = ()) -> Scale:
    """From the start of the clock to its end, or its due, or now, or the last step of its ladder, whichever is last, and a
    little further. A step that is far away does not make all the rest small: it stands at the end."""
    ends = [clock.started + 60]
    if clock.stopped is not None:
        ends.append(clock.stopped)
    else:
        ends.append(now)
    if clock.due is not None:
        ends.append(clock.due)
    end = max(ends)
    end = max(end, *(min(at, 2 * end - clock.started) for at, _ in steps)) if steps else end
    return Scale(clock.started, end + max(60, (end - clock.started) // 24), cells)


def draw(
    clock: Clock,
    open_hours: Sequence[Interval],
    pauses: Sequence[tuple[int, int, str]],
    now: int,
    zone: tzinfo,
    glyphs: Glyphs,
    cells: int,
    steps: Sequence[tuple[int, str]] = (),
) -> list[Line]:
    """Names of the thresholds, the steps of the ladder (instant and what became of it) where there are any, the bar, and the
    times below it."""
    scale = scale_of(clock, now, cells, steps)
    starts = [start for start, _ in open_hours]
    ticking = clock.state in OPEN_STATES
    points: list[tuple[int, str, str]] = []
    if clock.due is not None:
        points.append((clock.due, "due", "breached" if now > clock.due and ticking else "strong"))
    for threshold in clock.thresholds:
        if threshold.at is not None and threshold.name.startswith("warning"):
            points.append((threshold.at, threshold.name.removeprefix("warning ").strip(), "warning"))
    signs = {scale.cell(at): (glyphs.threshold, role) for at, _, role in reversed(points)}
    signs[0] = (glyphs.start, "strong")
    if clock.stopped is not None:
        signs[scale.cell(clock.stopped)] = (glyphs.stop, "strong")
    if scale.start <= now < scale.end and clock.stopped is None:
        signs[scale.cell(now)] = (glyphs.now, "key")
    end = clock.stopped if clock.stopped is not None else now
    bar: list[Piece] = []
    for cell in range(cells):
        piece = signs.get(cell)
        if piece is None:
            at = scale.middle(cell)
            spot = bisect_right(starts, at) - 1
            is_open = spot >= 0 and at < open_hours[spot][1]
            paused = any(start <= at < stop for start, stop, _ in pauses)
            glyph = glyphs.paused_hours if paused else glyphs.open_hours if is_open else glyphs.closed_hours
            over = clock.due is not None and at > clock.due
            role = (
                "off"
                if at > end or not is_open
                else "paused"
                if paused
                else "breached"
                if over
                else "running"
            )
            piece = (glyph, role)
        if bar and bar[-1][1] == piece[1]:
            bar[-1] = (bar[-1][0] + piece[0], piece[1])
        else:
            bar.append(piece)
    below = [(clock.started, day_clock(clock.started, zone), "muted")]
    if clock.due is not None:
        below.append((clock.due, day_clock(clock.due, zone), "strong"))
    if clock.stopped is not None:
        below.append((clock.stopped, f"stopped {clock_time(clock.stopped, zone)}", "muted"))
    elif scale.start <= now < scale.end:
        below.append((now, f"now {clock_time(now, zone)}", "key"))
    ladder = [rungs(steps, scale, glyphs)] if steps else []
    return [labels(points, scale), *ladder, tuple(bar), labels(below, scale)]


def rungs(steps: Sequence[tuple[int, str]], scale: Scale, glyphs: Glyphs) -> Line:
    """The symbols of steps above their instants; where several fall into one cell, the first that fired or else the last."""
    signs: dict[int, str] = {}
    for at, word in steps:
        cell = scale.cell(at)
        if signs.get(cell) != "fired":
            signs[cell] = word
    out: list[Piece] = []
    used = 0
    for cell, word in sorted(signs.items()):
        out += [(" " * (cell - used), ""), (glyphs.fate[word], ROLES[word])]
        used = cell + 1
    return tuple(out)


def labels(points: Sequence[tuple[int, str, str]], scale: Scale) -> Line:
    """Words below or above their instants; one that would touch another is left out, so the first ones matter most."""
    taken: list[tuple[int, int, str, str]] = []
    for at, words, role in points:
        size = cell_len(words)
        first = max(0, min(scale.cells - size, scale.cell(at) - size // 2))
        if size <= scale.cells and all(
            first >= end + 2 or first + size + 2 <= start for start, end, _, _ in taken
        ):
            taken.append((first, first + size, words, role))
    out: list[Piece] = []
    used = 0
    for first, end, words, role in sorted(taken):
        out += [(" " * (first - used), ""), (words, role)]
        used = end
    return tuple(out)
