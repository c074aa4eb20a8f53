"""Words to syntax for uptime, maintenance and money: what the parser calls, a function for each rule of the grammar."""

from __future__ import annotations

from dsl import syntax
from dsl.word import Word


def uptime(
    keyword: Word, share: Word, _per: Word, per: Word, _on: Word, calendar: Word, *excluding: Word | None
) -> syntax.Uptime:
    last = excluding[-1] or calendar
    return syntax.Uptime(share, per, calendar, excluding[-1] is not None, keyword.start, last.end)


def retainer(
    keyword: Word, money: syntax.Money, _per: Word, month: Word, period: syntax.Period | None
) -> syntax.Retainer:
    return syntax.Retainer(money, period, keyword.start, period.end if period else month.end)


def concerns(keyword: Word, kind: Word, names: tuple[Word, ...]) -> syntax.Concerns:
    return syntax.Concerns(keyword.text, kind, names, keyword.start, names[-1].end)


def weekly_window(
    keyword: Word, days: tuple[Word, ...], ranges: tuple[Word, ...], _zone: Word, zone: Word
) -> syntax.Window:
    return syntax.Window(days, None, ranges, zone, keyword.start, zone.end)


def dated_window(
    keyword: Word, day: Word, ranges: tuple[Word, ...], _zone: Word, zone: Word
) -> syntax.Window:
    return syntax.Window((), day, ranges, zone, keyword.start, zone.end)


def announced(keyword: Word, at: syntax.Moment, _zone: Word, zone: Word) -> syntax.Announced:
    return syntax.Announced(at, zone, keyword.start, zone.end)


# ---------------------------------------------------------------- credits


def uptime_band(
    keyword: Word, _below: Word, below: Word, _pays: Word, pays: syntax.Payment
) -> syntax.UptimeBand:
    return syntax.UptimeBand(below, pays, keyword.start, pays.end)


def breach_credit(
    keyword: Word,
    _of: Word,
    metric: Word,
    priorities: tuple[Word, ...] | None,
    _pays: Word,
    pays: syntax.Payment,
    each: Word,
) -> syntax.BreachCredit:
    return syntax.BreachCredit(metric, priorities or (), pays, keyword.start, each.end)


def cap(keyword: Word, pays: syntax.Payment, _per: Word, month: Word) -> syntax.Cap:
    return syntax.Cap(pays, keyword.start, month.end)


def share_paid(share: Word, _of: Word, retainer: Word) -> syntax.Payment:
    return syntax.Payment(share, None, share.start, retainer.end)


def money_paid(money: syntax.Money) -> syntax.Payment:
    return syntax.Payment(None, money, money.start, money.end)


def money(currency: Word, amount: Word) -> syntax.Money:
    return syntax.Money(currency, amount, currency.start, amount.end)
