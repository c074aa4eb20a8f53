"""Syntax to model for services, maintenance, uptime and money; called only for what has been checked."""

from __future__ import annotations

from collections.abc import Iterable

from dsl import commitment, syntax, values
from dsl.build import money, name_of, of_type, origin, title
from dsl.span import NOWHERE, Origin


def service(key: str, it: syntax.Declaration) -> commitment.Service:
    return commitment.Service(
        name_of(it), title(it), named(it.lines, "customer"), named(it.lines, "group"), origin(it, key)
    )


def maintenance(key: str, it: syntax.Declaration) -> commitment.Maintenance:
    told = next(iter(of_type(it.lines, syntax.Announced)), None)
    return commitment.Maintenance(
        name=name_of(it),
        title=title(it),
        customers=named(it.lines, "customer"),
        groups=named(it.lines, "group"),
        services=named(it.lines, "service"),
        windows=tuple(_window(line) for line in of_type(it.lines, syntax.Window)),
        announced=commitment.Announcement(
            values.day(told.at.day.text), values.second(told.at.time.text), told.zone.text
        )
        if told
        else None,
        excluded=any(line.keyword == "excludes" for line in of_type(it.lines, syntax.Fact)),
        origin=origin(it, key),
    )


def _window(line: syntax.Window) -> commitment.Window:
    ranges = [values.time_range(word.text) for word in line.ranges]
    return commitment.Window(
        tuple(sorted({number for word in line.days for number in values.weekdays(word.text)})),
        values.day(line.day.text) if line.day else None,
        tuple(sorted({(one.start, one.end) for one in ranges})),
        line.zone.text,
    )


def named(lines: Iterable[syntax.Line], kind: str) -> tuple[str, ...]:
    """The names of that kind that the lines are about, each once."""
    found = (
        word.text for line in of_type(lines, syntax.Concerns) if line.kind.text == kind for word in line.names
    )
    return tuple(dict.fromkeys(found))


def credits_of(key: str, it: syntax.Declaration) -> commitment.Credits:
    bands = [
        commitment.Band(
            values.millionths(line.below.text), payment(line.pays), Origin(key, line.start, line.end)
        )
        for line in of_type(it.lines, syntax.UptimeBand)
    ]
    breaches = [
        commitment.BreachCredit(
            line.metric.text,
            tuple(dict.fromkeys(word.text for word in line.priorities)),
            payment(line.pays),
            Origin(key, line.start, line.end),
        )
        for line in of_type(it.lines, syntax.BreachCredit)
    ]
    caps = of_type(it.lines, syntax.Cap)
    return commitment.Credits(
        name_of(it),
        title(it),
        tuple(sorted(bands, key=lambda band: -band.below)),
        tuple(breaches),
        payment(caps[-1].pays) if caps else None,
        origin(it, key),
        Origin(key, caps[-1].start, caps[-1].end) if caps else NOWHERE,
    )


def payment(written: syntax.Payment) -> commitment.Payment:
    """A share of the retainer, or money."""
    if written.share is not None:
        return commitment.RetainerShare(values.percent(written.share.text))
    assert written.money is not None
    return money(written.money)
