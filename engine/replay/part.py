"""A part of an archive as arrays, which DuckDB reads column by column; only each different thing that is said is a text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.archive import files
from engine.archive.parts import Part
from engine.columns.told import I32, I64, LIVE, U32, Flags, Lexicon
from engine.errors import EngineError
from engine.pinning import OPENED, REPIN

if TYPE_CHECKING:
    pass

_MOST = 400_000
"""Different things said that are remembered."""


@dataclass(frozen=True, slots=True)
class PartColumns:
    """A part's tickets by place: `sizes` is how many events each has, `pinned` the number of what was pinned to it when it opened, else
    LIVE; of the events, ticket after ticket, the instants and the numbers of what they say. `more` are all other pins as (instant,
    cause, number), `repinned` the tickets that were."""

    sizes: I64
    at: I64
    saying: U32
    pinned: I32
    repinned: Flags
    more: dict[int, list[tuple[int, str, int]]]

    def pins(self, place: int) -> list[tuple[int, str, int]]:
        """Every pin of a ticket, in order."""
        rows = list(self.more.get(place, ()))
        if self.pinned[place] != LIVE:
            first = int(self.at[self.sizes[:place].sum()])
            rows.append((first, OPENED, int(self.pinned[place])))
        return sorted(rows)


class PartReader:
    """Reads parts. `digests` names what pins name by its number (one more is: nothing); None leaves the pins out."""

    def __init__(self, fields: frozenset[str], digests: Sequence[str] | None, threads: int) -> None:
        self.lexicon = Lexicon(fields)
        self._codes: dict[tuple[str, str], int] = {}
        self._connection = files.connect(threads, "512MB")
        self._digests = digests
        if digests is not None:
            names = np.empty(len(digests), dtype=object)
            names[:] = digests
            self._connection.register("promised", {"digest": names, "number": np.arange(len(digests))})

    def renew(self) -> None:
        """Forget what was said, if that is much; the numbers that were given count no more."""
        if len(self.lexicon.sayings) > _MOST:
            self.lexicon = Lexicon(self.lexicon.fields)
            self._codes = {}

    def read(self, part: Part) -> PartColumns:
        """Raises EngineError."""
        with files.trouble(part.folder):
            return self._read(part)

    def _read(self, part: Part) -> PartColumns:
        size = part.manifest.tickets
        events = self._columns(part, "events", 'place, "at", saying')
        place, at, saying = events["place"], events["at"], self._sayings(part, events["saying"])
        if len(place) and not ((place[1:] >= place[:-1]).all() and place[0] >= 0 and place[-1] < size):
            raise _strange(part, "events")
        if part.restored:
            tickets = self._columns(part, "tickets", "place, id")
            back = np.zeros(size, dtype=np.bool_)
            back[tickets["place"][np.isin(tickets["id"], part.restored)]] = True
            left = ~back[place]
            place, at, saying = place[left], at[left], saying[left]
        sizes = np.bincount(place, minlength=size)
        pinned = np.full(size, LIVE, dtype=np.int32)
        repinned = np.zeros(size, dtype=np.bool_)
        more: dict[int, list[tuple[int, str, int]]] = {}
        if self._digests is not None:
            self._pins(part, sizes, at, pinned, repinned, more)
        return PartColumns(sizes, at, saying, pinned, repinned, more)

    def _columns(self, part: Part, table: str, chosen: str, joined: str = "") -> dict[str, NDArray[np.int64]]:
        query = f"SELECT {chosen} FROM read_parquet(?, hive_partitioning = false) AS {table}{joined}"
        found = self._connection.execute(query, [str(part.manifest.path(part.folder, table))]).fetchnumpy()
        if any(isinstance(column, np.ma.MaskedArray) for column in found.values()):
            raise _strange(part, table)
        return found

    def _sayings(self, part: Part, saying: NDArray[np.int64]) -> U32:
        """What the events say, by the lexicon's numbers."""
        path = str(part.manifest.path(part.folder, "sayings"))
        said = self._connection.execute(
            "SELECT code, kind, said FROM read_parquet(?, hive_partitioning = false)", [path]
        ).fetchall()
        numbers = np.zeros(max((code for code, _, _ in said), default=0) + 1, dtype=np.uint32)
        for code, kind, text in said:
            number = self._codes.get((kind, text))
            if number is None:
                number = self._codes[kind, text] = self.lexicon.code(kind, json.loads(text))
            numbers[code] = number
        if len(saying) and not 0 <= saying.min() <= saying.max() < len(numbers):
            raise _strange(part, "events")
        found = numbers[saying]
        lacking = sorted(self.lexicon.fields.difference(part.manifest.said))
        if lacking:
            texts = {code: (kind, text) for code, kind, text in said}
            for row, code, rest in self._connection.execute(
                "SELECT file_row_number, saying, rest FROM read_parquet(?, hive_partitioning = false, file_row_number = true)"
                f" WHERE {' OR '.join(['contains(rest, ?)'] * len(lacking))}",
                [str(part.manifest.path(part.folder, "events")), *(f'"{name}":' for name in lacking)],
            ).fetchall():
                kind, text = texts[code]
                found[row] = self.lexicon.code(kind, json.loads(text) | json.loads(rest))
        return found

    def _pins(
        self,
        part: Part,
        sizes: I64,
        at: I64,
        pinned: I32,
        repinned: Flags,
        more: dict[int, list[tuple[int, str, int]]],
    ) -> None:
        assert self._digests is not None
        causes = "CASE cause WHEN 'opened' THEN 0 WHEN 'repin' THEN 1 ELSE 2 END AS cause"
        numbers = f"CASE WHEN terms IS NULL THEN {len(self._digests)} ELSE promised.number END AS number"
        found = self._columns(
            part,
            "pins",
            f'place, "at", {causes}, {numbers}',
            " LEFT JOIN promised ON promised.digest = pins.terms",
        )
        there = sizes[found["place"]] > 0
        place, moment, cause, number = (found[name][there] for name in ("place", "at", "cause", "number"))
        starts = np.cumsum(sizes) - sizes
        usual = (cause == 0) & (moment == at[starts[place]])
        pinned[place[usual]] = number[usual]
        repinned[place[cause == 1]] = True
        names = (OPENED, REPIN, "customer")
        for row in np.flatnonzero(~usual).tolist():
            pin = (int(moment[row]), names[int(cause[row])], int(number[row]))
            more.setdefault(int(place[row]), []).append(pin)


def _strange(part: Part, table: str) -> EngineError:
    return EngineError(
        f"{part.manifest.path(part.folder, table)}: its rows are not as they were written",
        help="sla archive --verify looks at every file",
    )
