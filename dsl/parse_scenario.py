"""Words to syntax for scenarios and checks: what the parser calls, a function for each rule of the grammar."""

from __future__ import annotations

from typing import TypeVar

from dsl import syntax
from dsl.word import Word

_T = TypeVar("_T")


def several(*items: _T) -> tuple[_T, ...]:
    return items


def setting(field: Word, value: syntax.Literal) -> syntax.Setting:
    return syntax.Setting(field, value)


def moment(day: Word, time: Word) -> syntax.Moment:
    return syntax.Moment(day, time, day.start, time.end)


def look(_at: Word, when: syntax.Moment) -> syntax.Moment:
    return when


# ---------------------------------------------------------------- checks


def check(
    kind: Word, title: Word | None, _on: Word | None, day: Word | None, *lines: syntax.Line
) -> syntax.Declaration:
    last = (day or title or kind).end
    return syntax.Declaration("check", None, title, lines, last, day)


def check_line(
    keyword: Word,
    customer: syntax.Literal,
    _priority: Word,
    priorities: tuple[Word, ...],
    _with: Word | None,
    settings: tuple[syntax.Setting, ...] | None,
    _expect: Word,
    promises: tuple[syntax.Promise, ...],
) -> syntax.CheckLine:
    return syntax.CheckLine(customer, priorities, settings or (), promises, keyword.start, promises[-1].end)


def promise(metric: Word, how: Word, amount: Word, _on: Word | None, calendar: Word | None) -> syntax.Promise:
    return syntax.Promise(
        metric=metric,
        repeats=how.text == "every",
        amount=amount,
        calendar=calendar,
        start=metric.start,
        end=(calendar or amount).end,
    )


def no_promise(no: Word, metric: Word) -> syntax.Promise:
    return syntax.Promise(metric, repeats=False, amount=None, calendar=None, start=no.start, end=metric.end)


# ---------------------------------------------------------------- scenarios


def scenario(kind: Word, title: Word | None, *lines: syntax.Line) -> syntax.Declaration:
    return syntax.Declaration("scenario", None, title, lines, (title or kind).end)


def ticket(
    keyword: Word,
    name: Word,
    _customer: Word | None,
    customer: syntax.Literal | None,
    _priority: Word | None,
    priority: Word | None,
) -> syntax.Ticket:
    last = priority.end if priority else customer.end if customer else name.end
    return syntax.Ticket(name, customer, priority, keyword.start, last)


def happens(
    keyword: Word,
    when: syntax.Moment,
    kind: Word,
    _with: Word | None,
    settings: tuple[syntax.Setting, ...] | None,
) -> syntax.Happens:
    last = settings[-1].value.end if settings else kind.end
    return syntax.Happens(when, kind, settings or (), keyword.start, last)


def sets(
    keyword: Word, when: syntax.Moment, _set: Word, settings: tuple[syntax.Setting, ...]
) -> syntax.Happens:
    return syntax.Happens(when, None, settings, keyword.start, settings[-1].value.end)


def expect(keyword: Word, what: syntax.Expectation) -> syntax.Expect:
    return syntax.Expect(what, keyword.start, what.end)


def due(metric: Word, _due: Word, when: syntax.Moment | Word) -> syntax.Expectation:
    at = when if isinstance(when, syntax.Moment) else None
    return syntax.Expectation("due", metric, (), None, at, None, None, metric.start, when.end)


def tier_decides(name: Word, _decides: Word, metric: Word) -> syntax.Expectation:
    return syntax.Expectation("tier", metric, (name,), None, None, None, None, name.start, metric.end)


def override_decides(keyword: Word, name: Word, _decides: Word, metric: Word) -> syntax.Expectation:
    return syntax.Expectation("override", metric, (name,), None, None, None, None, keyword.start, metric.end)


def stands(metric: Word, state: Word, at: syntax.Moment | None) -> syntax.Expectation:
    last = at.end if at else state.end
    return syntax.Expectation(state.text, metric, (), None, at, None, None, metric.start, last)


def paused(
    metric: Word, state: Word, _by: Word | None, by: tuple[Word, ...] | None, at: syntax.Moment | None
) -> syntax.Expectation:
    last = at or (by[-1] if by else state)
    return syntax.Expectation("paused", metric, by or (), None, at, None, None, metric.start, last.end)


def breached(
    metric: Word, state: Word, _by: Word | None, by: Word | None, at: syntax.Moment | None
) -> syntax.Expectation:
    last = at or by or state
    return syntax.Expectation("breached", metric, (), by, at, None, None, metric.start, last.end)


def no_clock(no: Word, metric: Word, at: syntax.Moment | None) -> syntax.Expectation:
    last = at.end if at else metric.end
    return syntax.Expectation("no", metric, (), None, at, None, None, no.start, last)


def reaches(
    trigger: syntax.Trigger, action: syntax.Action | None, when: syntax.Moment | Word
) -> syntax.Expectation:
    at = when if isinstance(when, syntax.Moment) else None
    return syntax.Expectation(
        "reaches", trigger.metric, (), None, at, trigger, action, trigger.start, when.end
    )


def quiet(nothing: Word, _until: Word, when: syntax.Moment) -> syntax.Expectation:
    return syntax.Expectation("quiet", None, (), None, when, None, None, nothing.start, when.end)


# ---------------------------------------------------------------- outages and money


def for_customer(_for: Word, _customer: Word, name: Word) -> Word:
    return name


def outage(
    keyword: Word,
    service: Word | None,
    customer: Word | None,
    _from: Word,
    first: syntax.Moment,
    _until: Word | None,
    last: syntax.Moment | None,
) -> syntax.Outage:
    return syntax.Outage(service, customer, first, last, keyword.start, (last or first).end)


def notice(
    keyword: Word,
    maintenance: Word | None,
    _announced: Word,
    at: syntax.Moment,
    _from: Word | None,
    first: syntax.Moment | None,
    _until: Word | None,
    last: syntax.Moment | None,
) -> syntax.Notice:
    return syntax.Notice(maintenance, at, first, last, keyword.start, (last or at).end)


def of_month(
    keyword: Word, money: syntax.Money, customer: Word | None, _in: Word, month: Word
) -> syntax.Expectation:
    return _of_month(keyword, keyword, money, customer, month)


def nothing_of_month(
    no: Word, keyword: Word, customer: Word | None, _in: Word, month: Word
) -> syntax.Expectation:
    return _of_month(no, keyword, None, customer, month)


def _of_month(
    first: Word, keyword: Word, money: syntax.Money | None, customer: Word | None, month: Word
) -> syntax.Expectation:
    """Credits or a retainer, as the keyword says."""
    about = syntax.OfMonth(money, customer, month)
    return syntax.Expectation(keyword.text, None, (), None, None, None, None, first.start, month.end, about)
