"""Tokens to syntax for reports: what the parser calls, a function for each rule of the grammar."""

from __future__ import annotations

from dsl import syntax
from dsl.leaf import Leaf, end, start, word


def each_period(
    keyword: Leaf,
    unit: Leaf,
    _on: Leaf,
    _day: Leaf,
    day: Leaf,
    _at: Leaf,
    time: Leaf,
    _zone: Leaf,
    zone: Leaf,
) -> syntax.Schedule:
    return syntax.Schedule(str(unit), word(day), word(time), word(zone), start(keyword), end(zone))


def each_week(
    keyword: Leaf, unit: Leaf, _on: Leaf, day: Leaf, _at: Leaf, time: Leaf, _zone: Leaf, zone: Leaf
) -> syntax.Schedule:
    return syntax.Schedule(str(unit), word(day), word(time), word(zone), start(keyword), end(zone))


def for_everybody(keyword: Leaf, everybody: Leaf) -> syntax.Everybody:
    return syntax.Everybody(start(keyword), end(everybody))


def share_mail(
    keyword: Leaf, _mail: Leaf, _to: Leaf, recipients: tuple[syntax.Recipient, ...]
) -> syntax.ShareMail:
    return syntax.ShareMail(recipients, start(keyword), recipients[-1].end)
