"""Tokens to syntax for renegotiation: what the parser calls, a function for each rule of the grammar."""

from __future__ import annotations

from dsl import syntax
from dsl.leaf import Leaf, end, start, word, word_or_none

Months = tuple[syntax.Word | None, int]


def one_month(_per: Leaf, month: Leaf) -> Months:
    return None, end(month)


def several_months(_over: Leaf, count: Leaf, months: Leaf) -> Months:
    return word(count), end(months)


def of_metric(
    keyword: Leaf,
    subject: Leaf,
    _of: Leaf | None,
    metric: Leaf | None,
    _than: Leaf,
    limit: Leaf,
    months: Months,
) -> syntax.Occasion:
    return syntax.Occasion(
        word(subject), word_or_none(metric), word(limit), months[0], start(keyword), months[1]
    )


def of_uptime(keyword: Leaf, subject: Leaf, _below: Leaf, limit: Leaf, months: Months) -> syntax.Occasion:
    return syntax.Occasion(word(subject), None, word(limit), months[0], start(keyword), months[1])


def of_credits(
    keyword: Leaf, subject: Leaf, _above: Leaf, limit: syntax.Payment, months: Months
) -> syntax.Occasion:
    return syntax.Occasion(word(subject), None, limit, months[0], start(keyword), months[1])
