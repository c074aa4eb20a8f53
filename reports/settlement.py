"""What a customer's month comes to: uptime, the lines of its statement, and whether it is closed. Pure.

A closed month says what its closing kept. What turns out otherwise about it afterwards is a line of the first month that is not closed,
with the difference: the sum of all statements is what closing with full knowledge would have come to.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, replace
from decimal import Decimal

from dsl.commitment import Money
from engine.commitment.credits import Breach, Line, rounded, totals
from engine.commitment.uptime import Figure
from engine.commitment.words import money, uptime
from reports.compliance import FAILED, Figures, Standing, figures
from reports.correction import Closing, Told

_SEED = "tiercel settlement 1"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a statement. `of` names the closed month that it corrects, "" for none; `where` is file:line of its rule."""

    line: Line
    where: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class Settlement:
    """A month of a customer, whose title is as of then, `[start, end)` in `zone`, that `closing` has closed; None while it is open, and all of this so far.

    `metrics` are the figures of each metric, without corrections; `retainer` is None where none is paid; `trouble` says why there are no
    entries where credits cannot be counted. `kept` is false for a month that was closed by a program that kept no settlements.
    """

    customer: str
    title: str
    period: str
    zone: str
    start: int
    end: int
    closing: Closing | None
    retainer: Money | None
    figures: tuple[Figure, ...]
    entries: tuple[Entry, ...]
    metrics: Mapping[str, Figures]
    trouble: str = ""
    kept: bool = True

    @property
    def own(self) -> tuple[Entry, ...]:
        """The lines of the month itself."""
        return tuple(entry for entry in self.entries if not entry.of)

    @property
    def corrections(self) -> tuple[Entry, ...]:
        """The lines that correct earlier months."""
        return tuple(entry for entry in self.entries if entry.of)

    @property
    def credits(self) -> tuple[Money, ...]:
        """What is paid back with corrections, in each currency; below zero where more was told before than was owed."""
        return totals(entry.line.amount for entry in self.entries)

    @property
    def due(self) -> tuple[Money, ...]:
        """The retainer without the credits, in each currency."""
        owed = [rounded(self.retainer)] if self.retainer else []
        return totals([*owed, *(Money(-one.amount, one.currency) for one in self.credits)])

    @property
    def digest(self) -> str:
        """SHA-256 of retainer, uptimes and lines."""
        uptimes = [(uptime(one.promise), *astuple(one)[3:], one.service) for one in self.figures]
        lines = [
            [entry.of, entry.line.rule, entry.line.because, money(entry.line.amount), entry.where]
            for entry in self.entries
        ]
        body = [
            self.customer,
            self.title,
            self.period,
            self.retainer and money(self.retainer),
            uptimes,
            lines,
        ]
        return hashlib.sha256(json.dumps([_SEED, *body]).encode()).hexdigest()


def breaches(told: Iterable[Told]) -> Iterator[Breach]:
    """What credits are paid for: breaches that nobody has excused, by the priority and the tier that they were told with."""
    for item in told:
        if item.standing in FAILED:
            clock = item.clock
            yield Breach(clock.ticket, clock.metric, clock.priority.strip().casefold(), clock.tier)


def by_metric(told: Iterable[Told]) -> dict[str, Figures]:
    """The figures of each metric, by its name."""
    found: dict[str, list[Standing]] = {}
    for item in told:
        if item.standing is not None:
            found.setdefault(item.clock.metric, []).append(item.standing)
    return {metric: figures(found[metric]) for metric in sorted(found)}


def standing_in(period: str, told: Iterable[tuple[str, Told]]) -> list[Told]:
    """Of (period of the closing, what it told), in order, what holds of that period after every correction."""
    found: dict[tuple[str, str, str, int], Told] = {}
    for told_in, item in told:
        if (item.of or told_in) == period:
            found[item.clock.key] = item
    return list(found.values())


def differences(period: str, told: Iterable[Entry], now: Iterable[Entry]) -> Iterator[Entry]:
    """The lines that make of what was told of a period what it comes to now; none where that is the same."""
    was_told, now = list(told), list(now)
    before, after = (_by_rule(entry.line for entry in entries) for entries in (was_told, now))
    where = {_key(entry.line): entry.where for entry in (*was_told, *now)}
    for key in sorted(before.keys() | after.keys()):
        was, comes = before.get(key, {}), after.get(key, {})
        for currency in sorted(was.keys() | comes.keys()):
            old, line = was.get(currency), comes.get(currency)
            known = line or old
            assert known is not None
            more = (line.amount.amount if line else Decimal(0)) - (old.amount.amount if old else Decimal(0))
            if more:
                because = _because(old, line)
                found = replace(known, because=because, amount=Money(more, currency))
                if line is None:
                    found = replace(found, tickets=())
                yield Entry(found, where.get(key, ""), period)


def _key(line: Line) -> tuple[str, str, str]:
    return line.credits, line.rule, line.service


def _by_rule(lines: Iterable[Line]) -> Mapping[tuple[str, str, str], Mapping[str, Line]]:
    """Lines of one rule as one line for each currency, its amount their sum, its words those of all that add to it."""
    found: dict[tuple[str, str, str], dict[str, Line]] = {}
    for line in lines:
        by_currency = found.setdefault(_key(line), {})
        currency = line.amount.currency
        before = by_currency.get(currency)
        amount = line.amount.amount + (before.amount.amount if before else 0)
        because = f"{before.because}, and {line.because}" if before else line.because
        by_currency[currency] = replace(line, because=because, amount=Money(amount, currency))
    return found


def _because(old: Line | None, line: Line | None) -> str:
    if old is None or not old.amount.amount:
        assert line is not None
        return f"nothing was told, it comes to {money(line.amount)}: {line.because}"
    gone = sorted(set(old.tickets) - set(line.tickets if line else ()))
    less = f"; not counted any more: {', '.join(gone)}" if gone else ""
    if line is None:
        return f"{money(old.amount)} was told, nothing is owed{less}"
    return f"{money(old.amount)} was told, it comes to {money(line.amount)}: {line.because}{less}"
