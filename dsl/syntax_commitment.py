"""Lines about uptime, maintenance and money, exactly as written. Part of `dsl.syntax`, which hands them out."""

from __future__ import annotations

from typing import NamedTuple

from dsl.word import Moment, Period, Word


class Money(NamedTuple):
    currency: Word
    amount: Word
    start: int
    end: int


class Payment(NamedTuple):
    """A share of the retainer as written, or money; exactly one of the two."""

    share: Word | None
    money: Money | None
    start: int
    end: int


class Uptime(NamedTuple):
    """`per` is `month` or a duration as written; `excluding` says that maintenance does not count."""

    share: Word
    per: Word
    calendar: Word
    excluding: bool
    start: int
    end: int


class Retainer(NamedTuple):
    money: Money
    period: Period | None
    start: int
    end: int


class Concerns(NamedTuple):
    """Whom or what a service or a maintenance is about; `kind` is customer, group or service."""

    keyword: str
    kind: Word
    names: tuple[Word, ...]
    start: int
    end: int


class Window(NamedTuple):
    """Hours of weekdays or, where `day` is given, of one date, on the wall clock of a zone."""

    days: tuple[Word, ...]
    day: Word | None
    ranges: tuple[Word, ...]
    zone: Word
    start: int
    end: int


class Announced(NamedTuple):
    at: Moment
    zone: Word
    start: int
    end: int


class UptimeBand(NamedTuple):
    below: Word
    pays: Payment
    start: int
    end: int


class BreachCredit(NamedTuple):
    """No priorities are all."""

    metric: Word
    priorities: tuple[Word, ...]
    pays: Payment
    start: int
    end: int


class Cap(NamedTuple):
    pays: Payment
    start: int
    end: int
