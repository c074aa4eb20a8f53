"""The door to a database: what the rooms of the store ask of a connection, so that their SQL is written once.

The SQL is SQLite's, with `?` and `:name` for values, and `IN (SELECT value FROM json_each(?))` for a list that `many` has made. A
connection to another database puts the few words that differ into its own. On SQLite the door is the driver's own connection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from engine.errors import StoreError
from engine.store.schema import VERSION

Values = Sequence[object] | Mapping[str, object]
ALL = 2**63 - 1
"""A limit that limits nothing; every database knows it."""

WORK, POST = "work", "post"
"""What a bell rings for: tickets that await an engine, and messages that wait for a sender."""


def newer(place: object, version: int) -> StoreError | None:
    """What a program says that is older than a store of this version; None if it is not."""
    if version <= VERSION:
        return None
    return StoreError(
        f"{place}: the store has version {version}, made by a newer program; this one knows {VERSION}",
        help="update tiercel, or use another --store",
    )


class Cursor(Protocol):
    """What a statement brought."""

    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> Any: ...  # noqa: ANN401  # a row is as wide as its statement says
    def fetchall(self) -> list[Any]: ...
    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """One connection, used by one thread. What the driver raises is turned into `StoreError` within `trouble()`."""

    at_once: int
    """Rows in one statement of `insert_new`."""
    gapless: bool
    """Whether the rows that a transaction inserts are numbered one after the other."""
    share: int
    """Tickets in one claim at most; where others share the work few enough that there is some for them."""
    claiming: str
    """Ends a SELECT of tickets that nobody else shall get before the transaction ends; rows that others hold are passed over."""
    version: str
    """An expression: a number that differs whenever anything has changed, whoever wrote it."""
    settled: str
    """An expression: the number up to which every writing is in or has never been. A higher one may be seen already."""

    renewed: Callable[[], None]
    """Called when the connection was lost and had to be made anew: what was known of the store may be so no more."""

    @property
    def place(self) -> str:
        """The store as messages name it."""
        ...

    @property
    def in_transaction(self) -> bool: ...

    def execute(self, sql: str, values: Values = (), /) -> Cursor: ...

    def executemany(self, sql: str, rows: Iterable[Sequence[object]], /) -> Cursor: ...

    def stream(self, sql: str, kinds: Sequence[str], /) -> Iterator[Any]:
        """Rows of a SELECT without values, large ones too; `kinds` are the types of their columns in PostgreSQL's words."""
        ...

    def trouble(self) -> AbstractContextManager[None]:
        """Let no exception of the driver's out: `StoreError` says it in words."""
        ...

    def transaction(self, *, kept: bool = True) -> AbstractContextManager[None]:
        """Everything inside is in, or nothing; nothing in any case if it is not to be `kept`. There is none inside another. Raises
        StoreError where a newer program has brought the store to its version."""
        ...

    def insert_new(self, columns: str, row: str, pieces: Iterable[Sequence[object]]) -> int:
        """Insert rows but those that are known; answer how many were new. `columns` begins with the table, `row` is the
        values of one row, `?` for each that a piece has: the rows' values one after the other, at most `at_once` rows."""
        ...

    def many(self, values: Iterable[int] | Iterable[str]) -> object:
        """A list as one value of a statement."""
        ...

    def numbers(self, table: str, count: int) -> Sequence[int]:
        """Ids for new rows of a table, rising; only inside a transaction that inserts them."""
        ...

    def writing(self) -> int:
        """The number that what this transaction writes carries in `tickets.written`."""
        ...

    def hold(self, tickets: Sequence[int]) -> None:
        """Wait for whoever writes these tickets' rows, and let nobody else do so before the transaction ends."""
        ...

    def lock(self, name: str, *, shared: bool = False) -> None:
        """Go on alone, until the transaction ends, of all that lock this name; `shared`: beside others that share it."""
        ...

    def ring(self, what: str) -> None:
        """Wake whoever waits for WORK or POST, as soon as the transaction is in; where nobody can be woken they look by themselves."""
        ...

    def unchecked(self) -> AbstractContextManager[None]:
        """Without a look at the ticket of every event, where that costs and the ticket is known to be there."""
        ...

    def close(self) -> None: ...
