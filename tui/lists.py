"""Lists beside the inbox as data: what a list is made of, which of its items a person wants to see, and in which order.

Pure: items, a view and the time go in, values come out. What the items of each list are stands in `view_escalations`,
`view_flags` and `view_notices`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from typing import Generic, TypeVar

from tui.columns import Column, cell, fill, spread, titles
from tui.export import Sheet
from tui.filter import BadFilter, Filter, Term, Test, Words, compares, compile_terms, holds, parse
from tui.glyphs import Glyphs
from tui.line import Line, cells_of, wrap
from tui.moment import short_near
from tui.plain import plain

T = TypeVar("T")
D = TypeVar("D")

FAR = 1 << 62
"""Where something that never comes stands in an order."""


@dataclass(frozen=True, slots=True)
class Part(Generic[D, T]):
    """One list: which items of the data `D` it shows and how. `lengths` are seconds for terms like `late:>5m`.

    `ticket` answers the id of the ticket that an item is about (0: of none); `about` says all of an item, for a width.
    `wide` is the column that takes the room left over; `empty` what stands in place of no items. `card` is an item in two lines, for
    terminals too narrow for columns; without one columns give way until one is left.
    `order` names the order in which the items come.
    """

    key: str
    title: str
    items: Callable[[D], Sequence[T]]
    ident: Callable[[T], int]
    ticket: Callable[[T], int]
    columns: tuple[Column[T], ...]
    wide: str
    texts: Mapping[str, Callable[[T], str]]
    lengths: Mapping[str, Callable[[T, int], int | None]]
    choices: Mapping[str, Mapping[str, Callable[[T], bool]]]
    example: str
    about: Callable[[T, int, tzinfo, Glyphs, int], list[Line]]
    empty: str
    sheet: Callable[[Sequence[T], int, tzinfo], Sheet]
    card: Callable[[T, int, Glyphs], tuple[Line, Line]] | None = None
    order: str = "time"

    @property
    def words(self) -> Words:
        """What its filter understands."""
        choices = {name: tuple(values) for name, values in self.choices.items()}
        return Words(tuple(self.texts), tuple(self.lengths), choices, self.example)


@dataclass(frozen=True, slots=True)
class Wish:
    """How a person wants to see a list; `sort` "" is the order in which the items come."""

    sort: str = ""
    reverse: bool = False
    filter: str = ""


@dataclass
class Memory:
    """What is kept of a page of lists while another is shown: which list it was, and how each is to be seen."""

    part: int = 0
    wishes: dict[str, Wish] = field(default_factory=dict)


def choose(part: Part[D, T], items: Sequence[T], wish: Wish, now: int) -> list[T]:
    """The items that pass the filter, in the order that is wanted. A filter that cannot be understood lets all pass."""
    parsed = parse(wish.filter, part.words)
    test = _test(part, Filter() if isinstance(parsed, BadFilter) else parsed)
    kept = [item for item in items if test is None or test(item, now)]
    column = next((column for column in part.columns if column.key == wish.sort), None)
    if column is not None:
        kept.sort(key=column.order, reverse=wish.reverse)  # type: ignore[arg-type]
    elif wish.reverse:
        kept.reverse()
    return kept


def _test(part: Part[D, T], wanted: Filter) -> Test[T] | None:
    def any_of(name: str, values: tuple[str, ...]) -> Test[T]:
        read = part.texts[name]
        return lambda item, _: any(holds(value, read(item)) for value in values)

    def positive(term: Term) -> Test[T]:
        if term.field in part.lengths:
            length = part.lengths[term.field]
            return lambda item, now: compares(length(item, now), term)
        if term.field in part.choices:
            holds_for = part.choices[term.field][term.value]
            return lambda item, _: holds_for(item)
        if term.field:
            return any_of(term.field, (term.value,))
        return lambda item, _: any(term.value in read(item).casefold() for read in part.texts.values())

    return compile_terms(wanted, part.texts, positive, any_of)


def next_sort(wish: Wish, shown: Sequence[str]) -> Wish:
    """Sorted by the next of the columns that are shown; after the last one in the list's own order again."""
    keys = ["", *shown]
    at = keys.index(wish.sort) if wish.sort in keys else 0
    return replace(wish, sort=keys[(at + 1) % len(keys)], reverse=False)


def order_words(part: Part[D, T], wish: Wish) -> str:
    """By what a list is sorted."""
    by = next((column.title.lower() for column in part.columns if column.key == wish.sort), part.order)
    return f"by {by}{' reversed' if wish.reverse else ''}"


Widths = tuple[tuple[Column[T], int], ...]


def fit_columns(part: Part[D, T], width: int) -> tuple[tuple[Column[T], int], ...]:
    """The columns that fit."""
    return spread(part.columns, width, wide=part.wide, first=30)


def item_line(item: T, now: int, widths: Widths[T], width: int, glyphs: Glyphs, *, marked: bool) -> Line:
    """One item, exactly `width` cells."""
    head = (f"{glyphs.marked if marked else ' '}  ", "mark")
    return fill([head, *(cell(item, now, glyphs, *pair) for pair in widths)], width, glyphs.more)


def card_lines(
    part: Part[D, T], item: T, now: int, width: int, glyphs: Glyphs, *, marked: bool
) -> tuple[Line, ...]:
    """One item in two lines, each exactly `width` cells."""
    assert part.card is not None
    first, second = part.card(item, now, glyphs)
    head = (f"{glyphs.marked if marked else ' '}  ", "mark")
    return fill([head, *first], width, glyphs.more), fill([("   ", ""), *second], width, glyphs.more)


def title_line(widths: Widths[T], width: int, wish: Wish, glyphs: Glyphs) -> Line:
    """The titles of the columns."""
    return titles(widths, width, glyphs, wish.sort, reverse=wish.reverse)


def tabs(parts: Sequence[tuple[str, int | None]], at: int, cells: int) -> Line:
    """The names of the lists of a page with the number of their items; the one that is shown stands in brackets.

    Where there is no room for all, only the shown one and its neighbours are named.
    """

    def word(index: int) -> str:
        name, count = parts[index]
        words = name if count is None else f"{name} {count:,}"
        return f"[{words}]" if index == at else f" {words} "

    def line(indices: Sequence[int]) -> Line:
        return tuple((word(index) + " ", "key" if index == at else "muted") for index in indices)

    for kept in (range(len(parts)), range(max(0, at - 1), min(len(parts), at + 2)), range(at, at + 1)):
        if sum(cells_of(word(index)) + 1 for index in kept) <= cells or len(kept) == 1:
            return line(kept)
    return ()


# ---------------------------------------------------------------- what several lists have


def equal(read: Callable[[T], object], value: object) -> Callable[[T], bool]:
    """Whether what is read of an item is `value`."""
    return lambda item: read(item) == value


def wrapped(words: str, role: str, glyphs: Glyphs, cells: int) -> list[Line]:
    """A stranger's text in as many lines as it takes."""
    return [((line, role),) for line in wrap(glyphs.text(plain(words, 2000)), max(20, cells))]


def words_cell(
    read: Callable[[T], str], role: str = "", limit: int = 400
) -> Callable[[T, int, Glyphs], tuple[str, str]]:
    """A cell of a stranger's text."""
    return lambda item, _, glyphs: (glyphs.text(plain(read(item), limit)), role)


def folded(read: Callable[[T], str]) -> Callable[[T], object]:
    """The order of a text, whatever its case."""
    return lambda item: read(item).casefold()


def text_column(
    key: str,
    title: str,
    least: int,
    most: int,
    rank: int,
    read: Callable[[T], str],
    about: str,
    role: str = "",
) -> Column[T]:
    """A column of text."""
    return Column(key, title, least, most, rank, words_cell(read, role), folded(read), about)


def when_column(
    key: str, title: str, rank: int, read: Callable[[T], int | None], zone: tzinfo, about: str
) -> Column[T]:
    """A column of instants: the time of day, with the date where it is not today's."""

    def shown(item: T, now: int, _: Glyphs) -> tuple[str, str]:
        at = read(item)
        return ("" if at is None else short_near(at, now, zone)), "muted"

    return Column(key, title, 12, 12, rank, shown, lambda item: read(item) or 0, about)
