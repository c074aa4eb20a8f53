"""Rows of a file as outages: `service`, `customer`, `from`, `until`, `id` and `note`, of which only `from` must be there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from dsl.suggest import nearest
from engine.commitment.outage import Outage
from engine.facts import Instant
from engine.graph import Graph
from engine.intake.reading import Record, RefusedFileError, csv_header, csv_rows, jsonl
from engine.intake.reject import Reject
from engine.plain import plain
from engine.wall import parse_instant

COLUMNS = ("service", "customer", "from", "until", "id", "note")
LONGEST_NOTE = 2_000


def service_of(graph: Graph, text: str) -> str:
    """The declared service of that name, "" for "". Raises ValueError with what may have been meant."""
    if not text or text in graph.ruleset.services:
        return text
    meant = nearest(text, graph.ruleset.services)
    raise ValueError(
        f"no service {plain(text, 60)!r} is declared{f'; did you mean {meant}?' if meant else ''}"
    )


def customer_of(graph: Graph, text: str) -> str:
    """The declared customer that a text means, "" for "". Raises ValueError if there is none."""
    if not text:
        return ""
    found = graph.customer(text)
    if found is None:
        meant = nearest(text, graph.ruleset.customers)
        raise ValueError(
            f"no customer {plain(text, 60)!r} is declared{f'; did you mean {meant}?' if meant else ''}"
        )
    return found.name


def read(
    file: BinaryIO, form: str, graph: Graph, source: str, zone: str, refuse: Callable[[Reject], None]
) -> Iterator[Outage]:
    """The outages of a CSV ("csv") or JSON Lines ("jsonl") file; other rows are refused, each with its reason. `zone` is that of times
    without an offset. Raises RefusedFileError for a file that is neither."""
    for record in _records(file, form, refuse):
        try:
            yield _outage(record, graph, source, zone)
        except ValueError as error:
            refuse(Reject(record.line, str(error), record.text))


def _records(file: BinaryIO, form: str, refuse: Callable[[Reject], None]) -> Iterator[Record]:
    if form == "jsonl":
        yield from jsonl(file, refuse, lambda _: None)
        return
    columns, rest = csv_header(file, ",", lambda _: None)
    if "from" not in columns:
        raise RefusedFileError("the file has no column `from`", help=f"its columns are {', '.join(COLUMNS)}")
    yield from csv_rows(columns, rest, ",", refuse)


def _outage(record: Record, graph: Graph, source: str, zone: str) -> Outage:
    values = {name: _text(record, name) for name in COLUMNS}
    service, customer = service_of(graph, values["service"]), customer_of(graph, values["customer"])
    if not values["from"]:
        raise ValueError("it does not say `from` when")
    start = parse_instant(values["from"], zone)
    end = parse_instant(values["until"], zone) if values["until"] else None
    if end is not None and end < start:
        raise ValueError("it ends before it begins")
    identity = values["id"] or f"{service} {customer} {start}"
    note = plain(values["note"], LONGEST_NOTE)
    return Outage(
        service, customer, Instant(start), None if end is None else Instant(end), source, identity, note
    )


def _text(record: Record, name: str) -> str:
    value = record.values.get(name)
    if value is None:
        return ""
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise ValueError(f"`{name}` is neither a text nor a number")
    return str(value).strip()
