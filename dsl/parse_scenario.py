"""Tokens to syntax for scenarios and checks: what the parser calls, a function for each rule of the grammar."""

from __future__ import annotations

from typing import TypeVar

from dsl import syntax
from dsl.leaf import Leaf, end, start, word, word_or_none

_T = TypeVar("_T")


def several(*items: _T) -> tuple[_T, ...]:
    return items


def setting(field: Leaf, value: syntax.Literal) -> syntax.Setting:
    return syntax.Setting(word(field), value)


def moment(day: Leaf, time: Leaf) -> syntax.Moment:
    return syntax.Moment(word(day), word(time), start(day), end(time))


def look(_at: Leaf, when: syntax.Moment) -> syntax.Moment:
    return when


# ---------------------------------------------------------------- checks


def check(
    kind: Leaf, title: Leaf | None, _on: Leaf | None, day: Leaf | None, *lines: syntax.Line
) -> syntax.Declaration:
    last = end(day or title or kind)
    return syntax.Declaration("check", None, word_or_none(title), lines, last, word_or_none(day))


def check_line(
    keyword: Leaf,
    customer: syntax.Literal,
    _priority: Leaf,
    priorities: tuple[syntax.Word, ...],
    _with: Leaf | None,
    settings: tuple[syntax.Setting, ...] | None,
    _expect: Leaf,
    promises: tuple[syntax.Promise, ...],
) -> syntax.CheckLine:
    return syntax.CheckLine(customer, priorities, settings or (), promises, start(keyword), promises[-1].end)


def promise(metric: Leaf, how: Leaf, amount: Leaf, _on: Leaf | None, calendar: Leaf | None) -> syntax.Promise:
    return syntax.Promise(
        metric=word(metric),
        repeats=how.type == "EVERY",
        amount=word(amount),
        calendar=word_or_none(calendar),
        start=start(metric),
        end=end(calendar or amount),
    )


def no_promise(no: Leaf, metric: Leaf) -> syntax.Promise:
    return syntax.Promise(
        word(metric), repeats=False, amount=None, calendar=None, start=start(no), end=end(metric)
    )


# ---------------------------------------------------------------- scenarios


def scenario(kind: Leaf, title: Leaf | None, *lines: syntax.Line) -> syntax.Declaration:
    return syntax.Declaration("scenario", None, word_or_none(title), lines, end(title or kind))


def ticket(
    keyword: Leaf,
    name: Leaf,
    _customer: Leaf | None,
    customer: syntax.Literal | None,
    _priority: Leaf | None,
    priority: Leaf | None,
) -> syntax.Ticket:
    last = end(priority) if priority else customer.end if customer else end(name)
    return syntax.Ticket(word(name), customer, word_or_none(priority), start(keyword), last)


def happens(
    keyword: Leaf,
    when: syntax.Moment,
    kind: Leaf,
    _with: Leaf | None,
    settings: tuple[syntax.Setting, ...] | None,
) -> syntax.Happens:
    last = settings[-1].value.end if settings else end(kind)
    return syntax.Happens(when, word(kind), settings or (), start(keyword), last)


def sets(
    keyword: Leaf, when: syntax.Moment, _set: Leaf, settings: tuple[syntax.Setting, ...]
) -> syntax.Happens:
    return syntax.Happens(when, None, settings, start(keyword), settings[-1].value.end)


def expect(keyword: Leaf, what: syntax.Expectation) -> syntax.Expect:
    return syntax.Expect(what, start(keyword), what.end)


def due(metric: Leaf, _due: Leaf, when: syntax.Moment | Leaf) -> syntax.Expectation:
    at = when if isinstance(when, syntax.Moment) else None
    last = when.end if isinstance(when, syntax.Moment) else end(when)
    return syntax.Expectation("due", word(metric), (), None, at, None, None, start(metric), last)


def tier_decides(name: Leaf, _decides: Leaf, metric: Leaf) -> syntax.Expectation:
    return syntax.Expectation(
        "tier", word(metric), (word(name),), None, None, None, None, start(name), end(metric)
    )


def override_decides(keyword: Leaf, name: Leaf, _decides: Leaf, metric: Leaf) -> syntax.Expectation:
    return syntax.Expectation(
        "override", word(metric), (word(name),), None, None, None, None, start(keyword), end(metric)
    )


def stands(metric: Leaf, state: Leaf, at: syntax.Moment | None) -> syntax.Expectation:
    last = at.end if at else end(state)
    return syntax.Expectation(str(state), word(metric), (), None, at, None, None, start(metric), last)


def paused_or_breached(
    metric: Leaf,
    state: Leaf,
    _by: Leaf | None,
    by: tuple[syntax.Word, ...] | Leaf | None,
    at: syntax.Moment | None,
) -> syntax.Expectation:
    """Paused by names, or breached by an amount."""
    names = by if isinstance(by, tuple) else ()
    amount = None if by is None or isinstance(by, tuple) else word(by)
    said = names[-1].end if names else amount.end if amount else end(state)
    return syntax.Expectation(
        str(state),
        word(metric),
        names,
        amount,
        at,
        None,
        None,
        start(metric),
        at.end if at else said,
    )


def no_clock(no: Leaf, metric: Leaf, at: syntax.Moment | None) -> syntax.Expectation:
    last = at.end if at else end(metric)
    return syntax.Expectation("no", word(metric), (), None, at, None, None, start(no), last)


def reaches(
    trigger: syntax.Trigger, action: syntax.Action | None, when: syntax.Moment | Leaf
) -> syntax.Expectation:
    at = when if isinstance(when, syntax.Moment) else None
    last = when.end if isinstance(when, syntax.Moment) else end(when)
    return syntax.Expectation("reaches", trigger.metric, (), None, at, trigger, action, trigger.start, last)


def quiet(nothing: Leaf, _until: Leaf, when: syntax.Moment) -> syntax.Expectation:
    return syntax.Expectation("quiet", None, (), None, when, None, None, start(nothing), when.end)


# ---------------------------------------------------------------- outages and money


def for_customer(_for: Leaf, _customer: Leaf, name: Leaf) -> syntax.Word:
    return word(name)


def outage(
    keyword: Leaf,
    service: Leaf | None,
    customer: syntax.Word | None,
    _from: Leaf,
    first: syntax.Moment,
    _until: Leaf | None,
    last: syntax.Moment | None,
) -> syntax.Outage:
    return syntax.Outage(word_or_none(service), customer, first, last, start(keyword), (last or first).end)


def notice(
    keyword: Leaf,
    maintenance: Leaf | None,
    _announced: Leaf,
    at: syntax.Moment,
    _from: Leaf | None,
    first: syntax.Moment | None,
    _until: Leaf | None,
    last: syntax.Moment | None,
) -> syntax.Notice:
    return syntax.Notice(word_or_none(maintenance), at, first, last, start(keyword), (last or at).end)


def of_month(
    keyword: Leaf, money: syntax.Money, customer: syntax.Word | None, _in: Leaf, month: Leaf
) -> syntax.Expectation:
    return _of_month(keyword, keyword, money, customer, month)


def nothing_of_month(
    no: Leaf, keyword: Leaf, customer: syntax.Word | None, _in: Leaf, month: Leaf
) -> syntax.Expectation:
    return _of_month(no, keyword, None, customer, month)


def _of_month(
    first: Leaf, keyword: Leaf, money: syntax.Money | None, customer: syntax.Word | None, month: Leaf
) -> syntax.Expectation:
    """Credits or a retainer, as the keyword says."""
    about = syntax.OfMonth(money, customer, word(month))
    return syntax.Expectation(
        str(keyword), None, (), None, None, None, None, start(first), about.month.end, about
    )
