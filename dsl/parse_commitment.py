"""Tokens to syntax for uptime, maintenance and money: what the parser calls, a function for each rule of the grammar."""

from __future__ import annotations

from dsl import syntax
from dsl.leaf import Leaf, end, start, word


def uptime(
    keyword: Leaf, share: Leaf, _per: Leaf, per: Leaf, _on: Leaf, calendar: Leaf, *excluding: Leaf | None
) -> syntax.Uptime:
    last = excluding[-1] or calendar
    return syntax.Uptime(
        word(share), word(per), word(calendar), excluding[-1] is not None, start(keyword), end(last)
    )


def retainer(
    keyword: Leaf, money: syntax.Money, _per: Leaf, month: Leaf, period: syntax.Period | None
) -> syntax.Retainer:
    return syntax.Retainer(money, period, start(keyword), period.end if period else end(month))


def concerns(keyword: Leaf, kind: Leaf, names: tuple[syntax.Word, ...]) -> syntax.Concerns:
    return syntax.Concerns(str(keyword), word(kind), names, start(keyword), names[-1].end)


def weekly_window(
    keyword: Leaf, days: tuple[syntax.Word, ...], ranges: tuple[syntax.Word, ...], _zone: Leaf, zone: Leaf
) -> syntax.Window:
    return syntax.Window(days, None, ranges, word(zone), start(keyword), end(zone))


def dated_window(
    keyword: Leaf, day: Leaf, ranges: tuple[syntax.Word, ...], _zone: Leaf, zone: Leaf
) -> syntax.Window:
    return syntax.Window((), word(day), ranges, word(zone), start(keyword), end(zone))


def announced(keyword: Leaf, at: syntax.Moment, _zone: Leaf, zone: Leaf) -> syntax.Announced:
    return syntax.Announced(at, word(zone), start(keyword), end(zone))


# ---------------------------------------------------------------- credits


def uptime_band(
    keyword: Leaf, _below: Leaf, below: Leaf, _pays: Leaf, pays: syntax.Payment
) -> syntax.UptimeBand:
    return syntax.UptimeBand(word(below), pays, start(keyword), pays.end)


def breach_credit(
    keyword: Leaf,
    _of: Leaf,
    metric: Leaf,
    priorities: tuple[syntax.Word, ...] | None,
    _pays: Leaf,
    pays: syntax.Payment,
    each: Leaf,
) -> syntax.BreachCredit:
    return syntax.BreachCredit(word(metric), priorities or (), pays, start(keyword), end(each))


def cap(keyword: Leaf, pays: syntax.Payment, _per: Leaf, month: Leaf) -> syntax.Cap:
    return syntax.Cap(pays, start(keyword), end(month))


def share_paid(share: Leaf, _of: Leaf, retainer: Leaf) -> syntax.Payment:
    return syntax.Payment(word(share), None, start(share), end(retainer))


def money_paid(money: syntax.Money) -> syntax.Payment:
    return syntax.Payment(None, money, money.start, money.end)


def money(currency: Leaf, amount: Leaf) -> syntax.Money:
    return syntax.Money(word(currency), word(amount), start(currency), end(amount))
