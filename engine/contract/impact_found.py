"""Clocks that come out differently, by whose they are and how: columns until somebody looks at them.

A change of a calendar may move every clock of a million tickets, of which a person looks at forty lines. Items are made, and put in
order, when they are asked for. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

import numpy as np

from engine.calendar.batch import NEVER
from engine.columns.told import I64


class Kind(StrEnum):
    """How a clock comes out differently."""

    BREACH_GAINED = "breach gained"
    BREACH_LOST = "breach lost"
    EARLIER = "due earlier"
    LATER = "due later"
    PROMISED = "promised"
    WITHDRAWN = "promised no more"
    STEP_ADDED = "escalation added"
    STEP_REMOVED = "escalation removed"


_KINDS = tuple(Kind)


class About(NamedTuple):
    """Whose clocks come out differently, how, and of which metric; `step` is the line of a ladder, "" for clocks."""

    customer: str
    kind: Kind
    metric: str
    step: str = ""


class Item(NamedTuple):
    """A clock, by what people call its ticket, with its due under the old and the new rules (None: none)."""

    ticket: str
    cycle: int
    before: int | None
    after: int | None


How = tuple[Kind, str, str]
"""A kind, a metric and the line of a ladder."""


@dataclass(frozen=True, slots=True)
class Part:
    """What was found in a portion, a row for each clock: numbers in `hows`, `customers` and `tickets`; dues are NEVER for none."""

    hows: tuple[How, ...]
    customers: tuple[str, ...]
    tickets: Sequence[str]
    how: I64
    customer: I64
    ticket: I64
    cycle: I64
    before: I64
    after: I64


class Found(Mapping[About, tuple[Item, ...]]):
    """What was found in some portions; the items of each in order of their tickets and cycles."""

    def __init__(self, parts: Sequence[Part] = ()) -> None:
        self.parts = tuple(parts)

    def __reduce__(self) -> tuple[type[Found], tuple[tuple[Part, ...]]]:
        return Found, (self.parts,)

    def __getitem__(self, about: About) -> tuple[Item, ...]:
        rows = self._rows(about)
        which = np.searchsorted(self._index.bounds, rows, side="right") - 1
        items: list[Item] = []
        for number in np.unique(which).tolist():
            items += _items(self.parts[number], rows[which == number] - self._index.bounds[number])
        return tuple(sorted(items, key=_order))

    def __iter__(self) -> Iterator[About]:
        return iter(sorted(self._abouts(np.arange(len(self)))))

    def __len__(self) -> int:
        return len(self._index.keys)

    def __repr__(self) -> str:
        return f"Found({dict(self)!r})"

    def sizes(self) -> dict[Kind, int]:
        """How many items there are of each kind."""
        found = dict.fromkeys(Kind, 0)
        for part in self.parts:
            for how, count in zip(
                part.hows, np.bincount(part.how, minlength=len(part.hows)).tolist(), strict=True
            ):
                found[how[0]] += count
        return found

    def largest(self, most: int | None = None) -> list[About]:
        """So many, all with None: by kind, those with most items first, then by name."""
        index = self._index
        kinds = np.array([_KINDS.index(how[0]) for how in index.hows], dtype=np.int64)
        how, customer = np.divmod(index.keys, max(len(index.customers), 1))
        order = np.lexsort((how, customer, -np.diff(index.starts), kinds[how]))
        return self._abouts(order[:most])

    def of_kind(self, kind: Kind) -> Iterator[tuple[str, str, int]]:
        """Metric, ticket and cycle of every item of a kind, in no order."""
        for part in self.parts:
            for number, how in enumerate(part.hows):
                if how[0] is kind:
                    rows = np.flatnonzero(part.how == number)
                    for ticket, cycle in zip(
                        part.ticket[rows].tolist(), part.cycle[rows].tolist(), strict=True
                    ):
                        yield how[1], part.tickets[ticket], cycle

    # ------------------------------------------------------------ where things are

    def _rows(self, about: About) -> I64:
        """The rows of all parts, counted through, that are about it. Raises KeyError."""
        index = self._index
        key = (
            index.hows[about.kind, about.metric, about.step] * len(index.customers)
            + index.customers[about.customer]
        )
        place = int(np.searchsorted(index.keys, key))
        if index.keys[place : place + 1] != [key]:
            raise KeyError(about)
        return index.order[index.starts[place] : index.starts[place + 1]]

    def _abouts(self, places: I64) -> list[About]:
        index = self._index
        hows, customers = list(index.hows), list(index.customers)
        how, customer = np.divmod(index.keys[places], max(len(customers), 1))
        return [
            About(customers[one], *hows[other])
            for one, other in zip(customer.tolist(), how.tolist(), strict=True)
        ]

    @cached_property
    def _index(self) -> _Index:
        hows = sorted({how for part in self.parts for how in part.hows})
        customers = sorted({name for part in self.parts for name in part.customers})
        of_how = {how: number for number, how in enumerate(hows)}
        of_customer = {name: number for number, name in enumerate(customers)}
        keys = [
            np.array([of_how[how] for how in part.hows], dtype=np.int64)[part.how] * len(customers)
            + np.array([of_customer[name] for name in part.customers], dtype=np.int64)[part.customer]
            for part in self.parts
        ]
        every = np.concatenate([np.zeros(0, dtype=np.int64), *keys])
        order = np.argsort(every, kind="stable")
        found, starts = np.unique(every[order], return_index=True)
        bounds = np.cumsum([0, *map(len, keys)])
        return _Index(of_how, of_customer, found, np.append(starts, len(every)), order, bounds)


@dataclass(frozen=True, slots=True)
class _Index:
    """Numbers of hows and customers in their order; `keys` hows * customers + customer in order, each with its rows
    `order[starts[i]:starts[i + 1]]`, counted through all parts, which begin at `bounds`."""

    hows: Mapping[How, int]
    customers: Mapping[str, int]
    keys: I64
    starts: I64
    order: I64
    bounds: I64


def _items(part: Part, rows: I64) -> Iterator[Item]:
    columns = (one[rows].tolist() for one in (part.ticket, part.cycle, part.before, part.after))
    for ticket, cycle, before, after in zip(*columns, strict=True):
        yield Item(part.tickets[ticket], cycle, _instant(before), _instant(after))


def _instant(value: int) -> int | None:
    return None if value == NEVER else value


def _order(item: Item) -> tuple[str, int]:
    return item.ticket, item.cycle
