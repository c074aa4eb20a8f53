"""Words to syntax for renegotiation: what the parser calls, a function for each rule of the grammar."""

from __future__ import annotations

from dsl import syntax
from dsl.word import Word

Months = tuple[Word | None, int]


def one_month(_per: Word, month: Word) -> Months:
    return None, month.end


def several_months(_over: Word, count: Word, months: Word) -> Months:
    return count, months.end


def of_metric(
    keyword: Word,
    subject: Word,
    _of: Word | None,
    metric: Word | None,
    _than: Word,
    limit: Word,
    months: Months,
) -> syntax.Occasion:
    return syntax.Occasion(subject, metric, limit, months[0], keyword.start, months[1])


def of_uptime(keyword: Word, subject: Word, _below: Word, limit: Word, months: Months) -> syntax.Occasion:
    return syntax.Occasion(subject, None, limit, months[0], keyword.start, months[1])


def of_credits(
    keyword: Word, subject: Word, _above: Word, limit: syntax.Payment, months: Months
) -> syntax.Occasion:
    return syntax.Occasion(subject, None, limit, months[0], keyword.start, months[1])
