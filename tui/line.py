"""Lines of text with roles: what every screen is made of before it is painted, printed or exported.

A role is a word ("breached", "muted"); only `themes` knows what it looks like. So the same lines serve the
console, the plain commands and the tests. Text in a `Line` has already been through `plain`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

Piece = tuple[str, str]
"""Text and its role; role "" is ordinary text."""

Line = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Spark:
    """Figures as text: characters from low to high, for trends beside the figures that they draw."""

    steps: str

    def draw(self, values: Sequence[float], low: float, high: float) -> str:
        """One character a value; values outside `[low, high]` are drawn at its ends."""
        top = len(self.steps) - 1
        span = (high - low) or 1.0
        return "".join(self.steps[round(max(0.0, min(1.0, (v - low) / span)) * top)] for v in values)


def cells_of(value: str) -> int:
    """Cells that a harmless text takes on a terminal."""
    return len(value) if value.isascii() else cell_len(value)


def width(line: Line) -> int:
    """Cells that the line takes on a terminal."""
    return sum(cells_of(text) for text, _ in line)


def text(line: Line) -> str:
    """The line without its roles."""
    return "".join(piece for piece, _ in line).rstrip()


def fit(value: str, cells: int, *, right: bool = False, more: str = "…") -> str:
    """Exactly `cells` wide: padded, or cut with `more` at the end; never through the middle of a wide character."""
    size = cells_of(value)
    if size > cells:
        if cells <= len(more):
            return set_cell_size(value, cells)
        cut = set_cell_size(value, cells - len(more))
        body = cut.rstrip(" ") + more
        return body + " " * (cells - cell_len(body))
    gap = " " * (cells - size)
    return gap + value if right else value + gap


def clip(line: Line, cells: int) -> Line:
    """The line cut to at most `cells`."""
    out: list[Piece] = []
    left = cells
    for piece, role in line:
        size = cells_of(piece)
        if size >= left:
            out.append((piece if size == left else fit(piece, left), role))
            return tuple(out)
        out.append((piece, role))
        left -= size
    return tuple(out)


def wrap(value: str, cells: int) -> list[str]:
    """Words in lines of at most `cells`; a word that is longer is cut into pieces."""
    out: list[str] = []
    current = ""
    for word in value.split(" "):
        rest = word
        joined = f"{current} {rest}" if current else rest
        if cell_len(joined) <= cells:
            current = joined
            continue
        if current:
            out.append(current)
        while cell_len(rest) > cells:
            head = set_cell_size(rest, cells).rstrip(" ") or rest[:1]
            out.append(head)
            rest = rest[len(head) :]
        current = rest
    out.append(current)
    return out


def sides(left: Line, right: Line, cells: int, gap: int = 2) -> Line:
    """`left` at the left and `right` at the right end; `right` gives way where there is no room."""
    room = cells - width(left) - width(right)
    if room < gap:
        return clip(left, cells)
    return (*left, (" " * room, ""), *right)


def join(parts: Iterable[Line], between: Piece) -> Line:
    """The parts one after the other with `between` in the gaps."""
    out: list[Piece] = []
    for part in parts:
        if out:
            out.append(between)
        out.extend(part)
    return tuple(out)
