"""Settlements out of the rows of the store and into them."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from decimal import Decimal

from dsl.commitment import Money, Uptime
from engine.commitment.credits import Line
from engine.commitment.uptime import Figure
from engine.store import settlements
from reports.settlement import Entry


@dataclass(frozen=True, slots=True)
class Kept:
    """What a closing kept beside figures and lines. `facts` is the digest of what happened from `since` on to its end."""

    title: str
    retainer: Money | None
    since: int
    facts: str


def kept(row: settlements.Row) -> Kept:
    """A row of settlements, but for the closing's number and the digest."""
    _, title, retainer, currency, since, facts, _ = row
    return Kept(title, None if retainer is None else Money(Decimal(retainer), currency), since, facts)


def kept_row(one: Kept, digest: str) -> settlements.Row:
    """The same without the number."""
    money = one.retainer
    return (
        *(one.title, None if money is None else str(money.amount), money.currency if money else ""),
        *(one.since, one.facts, digest),
    )


def figure_row(number: int, one: Figure) -> settlements.Row:
    """A figure as the row of that number of a closing."""
    promise = one.promise
    return (
        *(number, one.service, promise.share, promise.window, promise.calendar, int(promise.excluding)),
        *(one.start, one.end, one.agreed, one.elapsed, one.measured, one.down, one.excluded),
        *(one.unannounced, one.outages, one.lasting, json.dumps(one.failures)),
    )


def figure(customer: str, row: settlements.Row) -> Figure:
    """A figure of a row."""
    _, _, service, share, rolling, calendar, excluding, *counts, failures = row
    promise = Uptime(share, rolling, calendar, bool(excluding))
    found = Figure(customer, service, promise, *counts)
    return replace(found, failures=tuple((start, end) for start, end in json.loads(failures)))


def entry_row(number: int, entry: Entry) -> settlements.Row:
    """A line as the row of that number of a closing."""
    line = entry.line
    return (
        *(number, entry.of, line.rule, line.because, str(line.amount.amount), line.amount.currency),
        *(line.credits, line.service, json.dumps(line.tickets), entry.where),
    )


def entry(row: settlements.Row) -> Entry:
    """A line of a row."""
    _, _, of, rule, because, amount, currency, credits_, service, tickets, where = row
    line = Line(
        rule, because, Money(Decimal(amount), currency), credits_, service, tuple(json.loads(tickets))
    )
    return Entry(line, where, of)
