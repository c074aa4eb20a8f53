"""Publications: the reports that a customer may have, each with the bytes that it had when it was published.

One is current of a customer, report, period and format: what is published in its place withdraws it. A withdrawn one stays, to be seen
by those who published it. What is erased leaves its row and its digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.facts import Instant
from engine.store.database import Connection

LOCK = "publications"
"""Whoever publishes does so alone."""

ERASED = "erasure"
"""Who withdrew what was erased."""

MEDIA = {
    "pdf": "application/pdf",
    "csv": "text/csv",
    "html": "text/html",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""The media type of each format."""

_COLUMNS = (
    "id, customer, title, report, period, start, until, format, sha256, made, published_at, published_by,"
    " withdrawn_at, withdrawn_by, rules"
)


@dataclass(frozen=True, slots=True)
class Publication:
    """A report that was published. `customer` is a declared name; `report` the declaration that made it, "" for one made by hand;
    `period` is a name like 2026-10, `[start, end)` its UTC seconds; `format` is pdf, csv, html, json or xlsx; `made` and the other instants are UTC
    seconds; `rules` is their digest. `content` is empty where it was not asked for, `id` and `sha256` are the store's."""

    customer: str
    title: str
    report: str
    period: str
    start: Instant
    end: Instant
    format: str
    content: bytes
    made: Instant
    rules: str
    published_at: Instant
    published_by: str
    withdrawn_at: Instant | None = None
    withdrawn_by: str = ""
    sha256: str = ""
    id: int = 0


def publish(connection: Connection, publication: Publication) -> int:
    """Let the customer have it; answer its number. The same bytes in the same place change nothing, other bytes withdraw what was
    there. Raises StoreError; ValueError if it is nobody's or empty."""
    with connection.trouble(), connection.transaction():
        connection.lock(LOCK)
        return enter(connection, publication)


def enter(connection: Connection, publication: Publication) -> int:
    """The same inside a transaction that holds LOCK. One that comes withdrawn is only kept."""
    if not publication.customer or not publication.content:
        raise ValueError("a publication is a customer's, and has content")
    digest = hashlib.sha256(publication.content).hexdigest()
    if publication.withdrawn_at is None:
        current = _current(connection, publication)
        for number, known in current:
            if known == digest:
                return int(number)
        for number, _ in current:
            _withdraw(connection, number, publication.published_by, publication.published_at)
    [new] = connection.execute(
        "INSERT INTO publications (customer, title, report, period, start, until, format, sha256, made, published_at,"
        " published_by, withdrawn_at, withdrawn_by, rules, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " RETURNING id",
        (
            *(publication.customer, publication.title, publication.report, publication.period),
            *(publication.start, publication.end, publication.format, digest, publication.made),
            *(publication.published_at, publication.published_by, publication.withdrawn_at),
            *(publication.withdrawn_by, publication.rules, publication.content),
        ),
    ).fetchone()
    return int(new)


def _current(connection: Connection, publication: Publication) -> list[tuple[int, str]]:
    """(id, digest) of what is published in its place. Reports made by hand have no name: they are told apart by their title."""
    return connection.execute(
        "SELECT id, sha256 FROM publications WHERE customer = ? AND period = ? AND format = ? AND report = ?"
        " AND (report <> '' OR title = ?) AND withdrawn_at IS NULL",
        (
            *(publication.customer, publication.period, publication.format, publication.report),
            publication.title,
        ),
    ).fetchall()


def withdraw(connection: Connection, number: int, by: str, now: Instant) -> bool:
    """Take it back; false if there is none of that number, or it was taken back before. Raises StoreError."""
    with connection.trouble(), connection.transaction():
        return _withdraw(connection, number, by, now)


def _withdraw(connection: Connection, number: int, by: str, now: Instant) -> bool:
    changed = connection.execute(
        "UPDATE publications SET withdrawn_at = ?, withdrawn_by = ? WHERE id = ? AND withdrawn_at IS NULL",
        (now, by, number),
    )
    return changed.rowcount == 1


def published(connection: Connection, customer: str) -> list[Publication]:
    """What the customer may have, without content, the latest period first. Raises StoreError."""
    return _listed(
        connection,
        "WHERE customer = ? AND withdrawn_at IS NULL ORDER BY start DESC, until DESC, report, title, format, id",
        (customer,),
    )


def everything(connection: Connection) -> list[Publication]:
    """Every publication, also the withdrawn ones, without content, in the order in which they were published. Raises StoreError."""
    return _listed(connection, "ORDER BY id", ())


def content(connection: Connection, customer: str, number: int) -> bytes | None:
    """The bytes of what this customer may have under that number; None if there is no such thing. Raises StoreError."""
    return _content(connection, "customer = ? AND id = ? AND withdrawn_at IS NULL", (customer, number))


def numbered(connection: Connection, numbers: Sequence[int]) -> list[Publication]:
    """The publications of these numbers with their content, also the withdrawn ones: for those who published them. Raises StoreError."""
    with connection.trouble():
        rows = connection.execute(
            f"SELECT {_COLUMNS}, content FROM publications WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
            (connection.many(numbers),),
        ).fetchall()
    return [replace(_publication(row[:-1]), content=bytes(row[-1])) for row in rows]


def kept_content(connection: Connection, number: int) -> bytes | None:
    """The bytes under that number, whoever's they are and also if withdrawn: for those who published it. Raises StoreError."""
    return _content(connection, "id = ?", (number,))


def _content(connection: Connection, which: str, values: Sequence[object]) -> bytes | None:
    with connection.trouble():
        found = connection.execute(f"SELECT content FROM publications WHERE {which}", values).fetchone()
    return bytes(found[0]) or None if found else None


def _listed(connection: Connection, which: str, values: Sequence[object]) -> list[Publication]:
    with connection.trouble():
        rows = connection.execute(f"SELECT {_COLUMNS} FROM publications {which}", values).fetchall()
    return [_publication(row) for row in rows]


def _publication(row: Sequence[Any]) -> Publication:
    (
        number,
        customer,
        title,
        report,
        period,
        start,
        until,
        form,
        sha256,
        made,
        at,
        by,
        gone_at,
        gone_by,
        rules,
    ) = row
    return Publication(
        customer, title, report, period, start, until, form, b"", made, rules, at, by, gone_at, gone_by, sha256, number
    )  # fmt: skip


# ---------------------------------------------------------------- erasure


def texts_of(connection: Connection, customer: str) -> int:
    """How many publications of a customer still have content."""
    return _count(connection, "customer = ?", customer)


def erase_texts_of(connection: Connection, customer: str, now: Instant) -> int:
    """Take their content and who published them out, and what was current back; answer how many had content."""
    return _erase(connection, "customer = ?", customer, now)


def texts_before(connection: Connection, instant: Instant) -> int:
    """How many publications of periods that had ended before an instant still have content."""
    return _count(connection, "until < ?", instant)


def erase_texts_before(connection: Connection, instant: Instant, now: Instant) -> int:
    """Do the same to these; answer how many there were."""
    return _erase(connection, "until < ?", instant, now)


def _count(connection: Connection, which: str, value: object) -> int:
    with connection.trouble():
        [count] = connection.execute(
            f"SELECT count(*) FROM publications WHERE length(content) > 0 AND {which}", (value,)
        ).fetchone()
    return int(count)


def _erase(connection: Connection, which: str, value: object, now: Instant) -> int:
    with connection.trouble(), connection.transaction():
        connection.execute(
            f"UPDATE publications SET withdrawn_at = ?, withdrawn_by = ? WHERE length(content) > 0 AND withdrawn_at IS NULL AND {which}",
            (now, ERASED, value),
        )
        return connection.execute(
            f"UPDATE publications SET content = ?, published_by = '', withdrawn_by = ? WHERE length(content) > 0 AND {which}",
            (b"", ERASED, value),
        ).rowcount
