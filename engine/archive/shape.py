"""What a part of an archive holds: a ticket's rows as columns that pack well, and tickets made of them again.

An event's data is told apart: `said` is what rules can ask about, few different texts that a replay reads once each; `rest` is all
else. Nothing is lost: the two together are the data. Pure.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from dsl.model import Target
from engine.facts import DEEDS, Event, Instant, Pin, Ticket, no_fields
from engine.graph import Graph
from engine.predicate import fields_of
from engine.terms import PinnedTarget, Terms

ALWAYS = frozenset({"status", "priority", "customer", "group"})
"""Fields that every rule set asks about."""

INTEGERS = frozenset(
    [
        "id",
        "ticket",
        "at",
        "sequence",
        "place",
        "saying",
        "code",
        "closed",
        "opened",
        "cycle",
        "due",
        "warn_at",
        "target",
        "urgency",
        "next_at",
        "acknowledged_at",
        "snoozed_until",
        "flagged",
        "written",
        "awaits",
        "started",
        "stopped",
        "elapsed",
        "paused",
        "decided",
        "found",
        "number",
        "decision",
        "created",
        "attempts",
        "sent_at",
        "read_at",
        "echoed_at",
    ]
)
"""Columns of numbers; all others are texts."""

Table = tuple[tuple[str, ...], list[tuple[Any, ...]]]
"""Names of columns, and rows."""


@dataclass(frozen=True, slots=True)
class Shaped:
    """A part: its tables by name, and a digest of all that is in them."""

    tables: Mapping[str, Table]
    digest: str


def asked_by(graph: Graph, promised: Iterable[Terms]) -> frozenset[str]:
    """The fields that clocks can depend on: by these rules, or by what was promised under older ones."""
    rules = graph.ruleset
    parties = (*rules.customers.values(), *rules.groups.values())
    targets: Iterable[Target | PinnedTarget] = chain(
        (target for tier in rules.tiers.values() for target in tier.targets),
        (target for party in parties for override in party.overrides for target in override.targets),
        (target for terms in promised for target in terms.targets),
    )
    conditions = [target.when for target in targets if target.when is not None]
    conditions += (pause.when for pause in rules.pauses.values())
    return ALWAYS.union(rules.fields, *map(fields_of, conditions))


def month_of(at: int) -> str:
    """The month of an instant in UTC, like 2026-03."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m}"


def shaped(
    rows: Mapping[str, list[tuple[Any, ...]]], columns: Mapping[str, tuple[str, ...]], said: Iterable[str]
) -> Shaped:
    """The rows of some tickets as a part. Tickets get a place each, by customer and id; events stand in the order in which
    they count, and name what they say by its code in the table `sayings`."""
    names = frozenset(said)
    head = columns["tickets"]
    customer = head.index("customer")
    tickets = sorted(rows["tickets"], key=lambda row: (row[customer] or "", row[0]))
    place = {row[0]: number for number, row in enumerate(tickets)}
    codes: dict[tuple[str, str], int] = {}
    events = []
    for number, ticket, at, sequence, kind, data, source, source_id in sorted(
        rows["events"], key=lambda row: (place[row[1]], _order(row))
    ):
        told, rest = split(kind, data, names)
        code = codes.setdefault((kind, told), len(codes))
        events.append((place[ticket], at, code, sequence, source, source_id, rest, number))
    tables: dict[str, Table] = {
        "tickets": (("place", *head), [(place[row[0]], *row) for row in tickets]),
        "sayings": (("code", "kind", "said"), [(code, *key) for key, code in codes.items()]),
        "events": (("place", "at", "saying", "sequence", "source", "source_id", "rest", "id"), events),
    }
    for table in ("pins", "clocks", "alerts", "decisions", "outbox"):
        of = columns[table].index("ticket")
        tables[table] = (
            ("place", *columns[table]),
            sorted(((place[row[of]], *row) for row in rows[table]), key=lambda row: row[:5]),
        )
    return Shaped(tables, digest_of(tables))


def digest_of(tables: Mapping[str, Table]) -> str:
    """SHA-256 of all that is in the tables."""
    found = hashlib.sha256()
    for name in sorted(tables):
        columns, rows = tables[name]
        found.update(json.dumps([name, columns]).encode())
        for row in rows:
            found.update(json.dumps(row).encode())
    return found.hexdigest()


def split(kind: str, data: str, names: frozenset[str]) -> tuple[str, str]:
    """Data as (said, rest), each a JSON object with its names in order."""
    whole: dict[str, object] = json.loads(data)
    about = no_fields(kind)
    told = {
        name: value
        for name, value in whole.items()
        if kind not in DEEDS and name in names and name not in about
    }
    return _text(told), _text({name: value for name, value in whole.items() if name not in told})


def _text(data: Mapping[str, object]) -> str:
    return json.dumps(data, sort_keys=True, separators=(",", ":"))


def _order(row: Sequence[Any]) -> tuple[object, ...]:
    return Event(row[2], row[4], {}, row[6], row[7], row[3]).order


def unshaped(
    tables: Mapping[str, Table], columns: Mapping[str, tuple[str, ...]]
) -> dict[str, list[tuple[Any, ...]]]:
    """The rows that a part was made of. An event's data has its names in another order."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    ids = [row[1] for row in tables["tickets"][1]]
    says = {code: (kind, said) for code, kind, said in tables["sayings"][1]}
    for table in columns:
        rows = tables[table][1]
        if table != "events":
            found[table] = [row[1:] for row in rows]
            continue
        found[table] = [
            (number, ids[place], at, sequence, says[code][0], _joined(says[code][1], rest), source, source_id)
            for place, at, code, sequence, source, source_id, rest, number in rows
        ]
    return found


def _joined(said: str, rest: str) -> str:
    if rest == "{}":
        return said
    return _text(json.loads(said) | json.loads(rest)) if said != "{}" else rest


def tickets_of(
    rows: Mapping[str, list[tuple[Any, ...]]], terms: Mapping[str, Terms], key: Mapping[int, str]
) -> Iterator[Ticket]:
    """Tickets of `unshaped` rows, as the store would tell them, in order of their ids."""
    events: dict[int, list[Event]] = {}
    for _, ticket, at, sequence, kind, data, source, source_id in rows["events"]:
        events.setdefault(ticket, []).append(Event(at, kind, json.loads(data), source, source_id, sequence))
    pins: dict[int, list[Pin]] = {}
    for ticket, at, cause, digest in sorted(rows["pins"], key=lambda row: row[:3]):
        pins.setdefault(ticket, []).append(Pin(Instant(at), None if digest is None else terms[digest], cause))
    for ticket in sorted(events):
        told = sorted(
            events[ticket], key=lambda event: (event.at, event.sequence, event.source, event.source_id)
        )
        yield Ticket(ticket, key[ticket], tuple(told), tuple(pins.get(ticket, ())))
