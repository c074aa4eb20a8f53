"""The door to PostgreSQL: psycopg, with what is lost and found again on the way to a server.

A connection that was lost is a `StoreError` once; the next use, outside of a transaction, makes another one. Transactions are READ
COMMITTED: rows that somebody must have alone are locked by name or by claim.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import cache
from typing import Any

import psycopg
from psycopg.adapt import Buffer
from psycopg.types.numeric import Int8BinaryDumper, Int8Dumper
from psycopg.types.string import StrBinaryDumper, StrDumper

from engine.errors import ForbiddenError, StoreError, UnreachableError
from engine.store.database import Values, newer
from engine.store.place import Server
from engine.store.postgres_words import statement, words

Driver = psycopg.Connection[tuple[Any, ...]]

KEY = "tiercel schema"
"""The row of `meta` that tells a store from other databases; its value is the version."""

BELL = "sla"
"""What is listened to. A name may be too long with a schema in it, so that the schema goes with what is said."""

MIGRATING = "SELECT pg_advisory_xact_lock{}(hashtextextended(current_schema() || ' migrate', 0))"
"""Waits for every transaction under way, and they (`_shared`) for whoever brings the store to another version."""

_BEGIN = f"BEGIN; {MIGRATING.format('_shared')}; SELECT value FROM meta WHERE key = '{KEY}'"
_RING = f"SELECT pg_notify('{BELL}', ? || ' ' || current_schema())"
_LOCK = "SELECT pg_advisory_xact_lock{}(hashtextextended(current_schema() || ' ' || ?, 0))"
_NUMBERS = "SELECT nextval(pg_get_serial_sequence(?, 'id')) FROM generate_series(1, ?)"
_HOLD = "SELECT 1 FROM tickets WHERE id = ANY(?) ORDER BY id FOR NO KEY UPDATE"
# Transactions are numbered by the server. What was restored from another one has higher numbers: ours go on from them.
_FROM = "coalesce((SELECT CAST(value AS BIGINT) FROM meta WHERE key = 'written from'), 0)"
_WRITING = f"SELECT CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT) + {_FROM}"


class PostgresConnection:
    """`engine.store.database.Connection` to a server. `opened` makes and checks a connection, now and after each loss."""

    at_once = 5_000
    gapless = False
    share = 500  # a claim is a second's work; more at once is hardly faster
    claiming = (
        " FOR NO KEY UPDATE SKIP LOCKED"  # as an event's reference to its ticket does not wait for that
    )

    settled = f"CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT) - 1 + {_FROM}"
    # Which transactions have ended: it is another one after every commit, and asked without a look at a table.
    version = "hashtextextended(CAST(pg_current_snapshot() AS TEXT), 0)"

    def __init__(self, server: Server, opened: Callable[[], Driver]) -> None:
        self._server = server
        self._opened = opened
        self._driver: Driver | None = opened()
        self._inside = False
        self.renewed: Callable[[], None] = lambda: None

    @property
    def place(self) -> str:
        return str(self._server)

    @property
    def in_transaction(self) -> bool:
        return self._inside

    def close(self) -> None:
        if self._driver is not None:
            self._driver.close()

    # ---------------------------------------------------------------- statements

    def execute(self, sql: str, values: Values = (), /) -> psycopg.Cursor[tuple[Any, ...]]:
        return self._live().execute(statement(sql), values, binary=True)

    def executemany(self, sql: str, rows: Iterable[Sequence[object]], /) -> psycopg.Cursor[tuple[Any, ...]]:
        cursor = self._live().cursor()
        cursor.executemany(statement(sql), rows)
        return cursor

    def stream(self, sql: str, kinds: Sequence[str], /) -> Iterator[tuple[Any, ...]]:
        with self._live().cursor().copy(b"COPY (" + statement(sql) + b") TO STDOUT (FORMAT BINARY)") as copy:
            copy.set_types(kinds)
            yield from copy.rows()

    def _live(self) -> Driver:
        driver = self._driver
        if driver is None or driver.closed:
            if self._inside:
                raise psycopg.OperationalError("the connection was lost in a transaction")
            driver = self._driver = self._opened()
            self.renewed()
        return driver

    def trouble(self) -> AbstractContextManager[None]:
        return trouble(self._server, lambda: self._driver is None or self._driver.closed)

    @contextmanager
    def transaction(self, *, kept: bool = True) -> Iterator[None]:
        if self._inside:
            raise StoreError(f"{self._server}: a transaction inside another one")
        begun = self._live().execute(_BEGIN)
        self._inside = True
        try:
            while begun.nextset():
                pass
            row = begun.fetchone()
            if row is not None and (refusal := newer(self._server, int(row[0]))):
                raise refusal
            yield
            done = self._live().execute("COMMIT" if kept else "ROLLBACK").statusmessage
            if kept and done != "COMMIT":
                raise StoreError(f"{self._server}: the transaction had failed before its end")
        except psycopg.errors.ReadOnlySqlTransaction:
            self.close()  # the server has become a standby: the next use looks for the one that can be written
            raise
        finally:
            self._inside = False
            self._clear()

    def _clear(self) -> None:
        """Leave a transaction that did not reach its end; a connection that cannot is of no use any more."""
        driver = self._driver
        if driver is None or driver.info.transaction_status == psycopg.pq.TransactionStatus.IDLE:
            return
        with suppress(psycopg.Error):
            driver.execute("ROLLBACK")
            return
        driver.close()

    # ---------------------------------------------------------------- what differs

    def insert_new(self, columns: str, row: str, pieces: Iterable[Sequence[object]]) -> int:
        width = row.count("?")
        new = 0
        for values in pieces:
            kinds = tuple("text" if isinstance(value, str) else "bigint" for value in values[:width])
            arrays = [list(values[place::width]) for place in range(width)]
            new += self._live().execute(_insertion(columns, row, kinds), arrays).rowcount
        return new

    def many(self, values: Iterable[int] | Iterable[str]) -> object:
        return list(values)

    def numbers(self, table: str, count: int) -> Sequence[int]:
        return [number for (number,) in self.execute(_NUMBERS, (table, count))]

    def writing(self) -> int:
        found = self.execute(_WRITING).fetchone()
        assert found is not None
        return int(found[0])

    def hold(self, tickets: Sequence[int]) -> None:
        # In order of their ids, so that two who hold some of the same tickets do not wait for each other.
        self.execute(_HOLD, (list(tickets),))

    def lock(self, name: str, *, shared: bool = False) -> None:
        self.execute(_LOCK.format("_shared" if shared else ""), (name,))

    def ring(self, what: str) -> None:
        self.execute(_RING, (what,))

    def unchecked(self) -> AbstractContextManager[None]:
        return nullcontext()


@cache
def _insertion(columns: str, row: str, kinds: tuple[str, ...]) -> bytes:
    """Rows from an array for each column; in order of the last, so that two who insert the same do not wait for each other."""
    names = [f"c{number}" for number in range(len(kinds))]
    values = row.strip("()")
    for name in names:
        values = values.replace("?", name, 1)
    arrays = ", ".join(f"CAST(%b AS {kind}[])" for kind in kinds)
    return (
        f"INSERT INTO {columns} SELECT {values} FROM unnest({arrays}) AS given ({', '.join(names)})"
        f" ORDER BY {names[-1]} ON CONFLICT DO NOTHING"
    ).encode()


@contextmanager
def trouble(server: Server, lost: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Turn what the driver raises into a `StoreError` in words; `lost` answers whether it left no connection."""
    try:
        yield
    except psycopg.Error as error:
        gone = lost() or (error.sqlstate is None and isinstance(error, psycopg.OperationalError))
        message, help_, passing = words(error.sqlstate, server.hide(str(error)), lost=gone)
        forbidden = isinstance(error, psycopg.errors.InsufficientPrivilege)
        kind = UnreachableError if passing else ForbiddenError if forbidden else StoreError
        raise kind(f"{server}: {message}", help=help_) from error


class _Flag(Int8Dumper):
    """A truth value goes where SQLite has a number."""

    def dump(self, obj: object) -> Buffer | None:
        return b"1" if obj else b"0"


class _Text(StrDumper):
    """Text without NUL, which no text of PostgreSQL's can hold."""

    def dump(self, obj: str) -> Buffer | None:
        return super().dump(obj.replace("\0", "\ufffd") if "\0" in obj else obj)


class _TextOfArray(StrBinaryDumper):
    """The same in an array, which is faster written in the server's own form."""

    def dump(self, obj: str) -> Buffer | None:
        return super().dump(obj.replace("\0", "\ufffd") if "\0" in obj else obj)


def adapted(driver: Driver) -> Driver:
    """Teach a new connection how values go in."""
    # Numbers always as bigint: the sum of two small ones may be a large one, and one statement stays one.
    for kind, dumper in (
        (int, Int8BinaryDumper),
        (str, _TextOfArray),
        (int, Int8Dumper),
        (bool, _Flag),
        (str, _Text),
    ):
        driver.adapters.register_dumper(kind, dumper)
    return driver
