"""Syntax to model for scenarios and checks; called only for what has been checked."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from dsl import build, build_ladder, scenario, syntax, values
from dsl.span import Origin


def check(key: str, it: syntax.Declaration) -> scenario.Check:
    assert it.day is not None
    return scenario.Check(
        title(it),
        values.day(it.day.text),
        tuple(_check_line(key, line) for line in build.of_type(it.lines, syntax.CheckLine)),
        build.origin(it, key),
    )


def title(it: syntax.Declaration) -> str:
    """What a scenario or a check is called."""
    return it.title.text if it.title else ""


def _check_line(key: str, line: syntax.CheckLine) -> scenario.CheckLine:
    return scenario.CheckLine(
        line.customer.text,
        tuple(word.text for word in line.priorities),
        settings(line.settings),
        tuple(
            scenario.Promise(
                one.metric.text,
                one.amount.text if one.amount else "",
                one.repeats,
                one.calendar.text if one.calendar else "",
                Origin(key, one.start, one.end),
            )
            for one in line.promises
        ),
        Origin(key, line.start, line.end),
    )


def settings(written: Iterable[syntax.Setting]) -> scenario.Settings:
    return tuple((one.field.text, build.literal(one.value)) for one in written)


def tell(key: str, it: syntax.Declaration, teams: Collection[str]) -> scenario.Scenario:
    """The scenario; a recipient by name is a team if `teams` has it, else a person."""
    return scenario.Scenario(
        title(it),
        build.word_of(it.lines, "zone"),
        tuple(_story(key, ticket, lines, teams) for ticket, lines in stories(it) if ticket or lines),
        build.origin(it, key),
    )


Told = syntax.Happens | syntax.Outage | syntax.Notice | syntax.Expect


def stories(it: syntax.Declaration) -> list[tuple[syntax.Ticket | None, list[Told]]]:
    """The tickets of a scenario with the lines below each; those above all of them come first, with None."""
    found: list[tuple[syntax.Ticket | None, list[Told]]] = [(None, [])]
    for line in it.lines:
        if isinstance(line, syntax.Ticket):
            found.append((line, []))
        elif isinstance(line, Told):
            found[-1][1].append(line)
    return found


def _story(
    key: str, ticket: syntax.Ticket | None, lines: Iterable[Told], teams: Collection[str]
) -> scenario.Story:
    told = tuple(_line(key, line, teams) for line in lines)
    if ticket is None:
        return scenario.Story("", (), told)
    known = [("customer", ticket.customer), ("priority", ticket.priority)]
    settings_ = tuple((name, word.text) for name, word in known if word is not None)
    return scenario.Story(ticket.name.text, settings_, told, Origin(key, ticket.start, ticket.end))


def _line(key: str, line: Told, teams: Collection[str]) -> scenario.Line:
    origin = Origin(key, line.start, line.end)
    match line:
        case syntax.Happens(at, kind, given):
            return scenario.Happens(moment(at), kind.text if kind else scenario.SET, settings(given), origin)
        case syntax.Outage(service, customer, since, until):
            return scenario.Outage(_name(service), _name(customer), moment(since), _maybe(until), origin)
        case syntax.Notice(maintenance, at, first, until):
            return scenario.Notice(_name(maintenance), moment(at), _maybe(first), _maybe(until), origin)
        case syntax.Expect(what):
            return scenario.Expect(expectation(what, teams), Origin(key, what.start, what.end))


def _name(word: syntax.Word | None) -> str:
    return word.text if word else ""


def _maybe(written: syntax.Moment | None) -> scenario.Moment | None:
    return moment(written) if written else None


def moment(written: syntax.Moment) -> scenario.Moment:
    """ValueError for a date or a time that does not exist."""
    return scenario.Moment(values.day(written.day.text), values.second(written.time.text))


def expectation(written: syntax.Expectation, teams: Collection[str]) -> scenario.Expectation:
    """What a line expects. ValueError for a value without meaning."""
    metric = written.metric.text if written.metric else ""
    at = moment(written.at) if written.at else None
    match written.kind:
        case "due":
            return scenario.Due(metric, at)
        case "tier" | "override":
            return scenario.Decides(metric, scenario.Scope(written.kind), written.names[0].text)
        case "no":
            return scenario.NoClock(metric, at)
        case "reaches":
            assert written.trigger is not None
            action = build_ladder.action(written.action, teams) if written.action else None
            return scenario.Reaches(build_ladder.trigger(written.trigger), action, at)
        case "quiet":
            assert at is not None
            return scenario.Quiet(at)
        case "credits" | "retainer":
            assert written.of_month is not None
            paid, customer, month = written.of_month
            kind = scenario.Credited if written.kind == "credits" else scenario.Retained
            return kind(build.money(paid) if paid else None, month.text, _name(customer))
        case standing:
            over = build_ladder.seconds(written.amount.text) if written.amount else None
            pauses = tuple(sorted({word.text for word in written.names}))
            return scenario.Stands(metric, scenario.Standing(standing), over, pauses, at)
