"""Words to syntax for reports: what the parser calls, a function for each rule of the grammar."""

from __future__ import annotations

from dsl import syntax
from dsl.word import Word


def each_period(
    keyword: Word,
    unit: Word,
    _on: Word,
    _day: Word,
    day: Word,
    _at: Word,
    time: Word,
    _zone: Word,
    zone: Word,
) -> syntax.Schedule:
    return syntax.Schedule(unit.text, day, time, zone, keyword.start, zone.end)


def each_week(
    keyword: Word, unit: Word, _on: Word, day: Word, _at: Word, time: Word, _zone: Word, zone: Word
) -> syntax.Schedule:
    return syntax.Schedule(unit.text, day, time, zone, keyword.start, zone.end)


def for_everybody(keyword: Word, everybody: Word) -> syntax.Everybody:
    return syntax.Everybody(keyword.start, everybody.end)


def share_mail(
    keyword: Word, _mail: Word, _to: Word, recipients: tuple[syntax.Recipient, ...]
) -> syntax.ShareMail:
    return syntax.ShareMail(recipients, keyword.start, recipients[-1].end)
