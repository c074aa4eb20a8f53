"""What a scenario or a check shows by itself: that it expects something, begins at the beginning, and goes forward in time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeGuard

from dsl import build_scenario, syntax, values
from dsl.checks.lists import repeated
from dsl.checks.meanings import value_findings
from dsl.finding import Finding, here
from dsl.scenario import Moment
from dsl.span import Origin
from dsl.vocabulary import KEYWORDS

_OPENED = "opened"
_FORWARD = "a scenario is read from top to bottom, as time passes: move the line, or correct the moment"


def scenario_findings(tree: syntax.Declaration, *, broken: bool) -> Iterator[Finding]:
    """What is wrong with a scenario by itself. Of a broken one nothing is said to be missing."""
    seen: dict[str, syntax.Ticket] = {}
    told = False
    for line in tree.lines:
        if isinstance(line, syntax.Ticket):
            told = True
            yield from _ticket(line, seen)
        elif isinstance(line, build_scenario.Told):
            yield from _values(line)
            if not told and not broken and _of_ticket(line):
                told = True
                named = isinstance(line, syntax.Happens) or line.what.of_month is None
                yield Finding(
                    "E0802",
                    "this line is about no ticket",
                    here(line),
                    "write a line such as `ticket t1 customer acme priority high` above it"
                    + ("" if named else ", or say whose: `for customer acme`"),
                )
    for ticket, lines in build_scenario.stories(tree):
        if ticket is not None:
            yield from _story(ticket, [line for line in lines if _of_ticket(line)], broken=broken)
    if broken:
        return
    yield from _untitled(tree)
    if not any(isinstance(line, syntax.Fact) for line in tree.lines):
        yield _missing(tree, "zone", "zone Europe/Berlin")
    if not told and not any(isinstance(line, build_scenario.Told) for line in tree.lines):
        yield _missing(tree, "ticket", "ticket t1 customer acme priority high")
    elif not any(isinstance(line, syntax.Expect) for line in tree.lines):
        yield _nothing(tree, "expect response due 2026-03-02 09:15")


def _of_ticket(line: build_scenario.Told) -> TypeGuard[syntax.Happens | syntax.Expect]:
    """Whether a line needs a ticket above it: outages do not, nor does the month of a customer that is named."""
    if isinstance(line, syntax.Expect):
        return line.what.of_month is None or line.what.of_month.customer is None
    return isinstance(line, syntax.Happens)


def check_findings(tree: syntax.Declaration, *, broken: bool) -> Iterator[Finding]:
    """What is wrong with a check by itself."""
    lines = [line for line in tree.lines if isinstance(line, syntax.CheckLine)]
    for line in lines:
        yield from repeated(line.priorities)
        yield from repeated([one.field for one in line.settings])
        yield from repeated([one.metric for one in line.promises])
        for one in line.promises:
            yield from value_findings(one.amount, values.amount) if one.amount else ()
    if tree.day is not None:
        yield from value_findings(tree.day, values.day_within_reach)
    if broken:
        return
    yield from _untitled(tree)
    if tree.day is None:
        yield Finding(
            "E0305",
            "this check has no date",
            Origin("", 0, tree.end),
            'write the day on which the tickets open: `check ".." on 2026-12-01`',
        )
    if not lines:
        yield _nothing(tree, "customer acme priority high expect response within 15m")


def _untitled(tree: syntax.Declaration) -> Iterator[Finding]:
    if tree.title is None:
        yield Finding(
            "E0217",
            f"this {tree.kind} has no title",
            Origin("", 0, len(tree.kind)),
            f'say in quotes what it shows: `{tree.kind} "nights do not count"`',
        )


def _missing(tree: syntax.Declaration, keyword: str, example: str) -> Finding:
    return Finding(
        "E0305",
        f"this {tree.kind} has no `{keyword}`",
        Origin("", 0, tree.end),
        f"add a line such as `{example}`",
    )


def _nothing(tree: syntax.Declaration, example: str) -> Finding:
    return Finding(
        "E0801",
        f"this {tree.kind} expects nothing",
        Origin("", 0, tree.end),
        f"add a line such as `{example}`",
    )


def _ticket(line: syntax.Ticket, seen: dict[str, syntax.Ticket]) -> Iterator[Finding]:
    if line.name.text in KEYWORDS:
        yield Finding(
            "E0215",
            f"`{line.name.text}` is a keyword and cannot be the name of a ticket",
            here(line.name),
            "choose another name, for example `t1`",
        )
    first = seen.setdefault(line.name.text, line)
    if first is not line:
        yield Finding(
            "E0302",
            f"ticket `{line.name.text}` is declared twice",
            here(line.name),
            "rename one of them",
            labels=((here(first.name), "first declared here"),),
        )


def _values(line: build_scenario.Told) -> Iterator[Finding]:
    match line:
        case syntax.Expect(what):
            yield from _moments(what.at)
            yield from _expected(line)
        case syntax.Happens(at, _, settings):
            yield from _moments(at)
            yield from repeated([one.field for one in settings])
        case syntax.Outage(_, _, since, until):
            yield from _moments(since, until)
            yield from _ordered(since, until)
        case syntax.Notice(maintenance, at, first, until):
            yield from _moments(at, first, until)
            yield from _ordered(first, until)
            if maintenance is None and first is None:
                yield Finding(
                    "E0305",
                    "it is not said which maintenance was announced",
                    here(line),
                    "name one of the rules, or say when it is: `from 2026-10-04 02:00 until 2026-10-04 06:00`",
                )


def _moments(*written: syntax.Moment | None) -> Iterator[Finding]:
    for at in written:
        if at is not None:
            yield from value_findings(at.day, values.day_within_reach)
            yield from value_findings(at.time, values.second)


def _ordered(since: syntax.Moment | None, until: syntax.Moment | None) -> Iterator[Finding]:
    first, last = (_moment(one) if one else None for one in (since, until))
    if first is not None and last is not None and until is not None and last <= first:
        yield Finding(
            "E0511", "this is over before it begins", here(until), "`until` is the first moment after it"
        )


def _expected(line: syntax.Expect) -> Iterator[Finding]:
    if line.what.of_month is not None:
        money, _, month = line.what.of_month
        yield from value_findings(month, values.month_within_reach)
        yield from value_findings(money.amount, values.money) if money else ()
    yield from repeated(line.what.names)
    if line.what.amount is not None:
        yield from value_findings(line.what.amount, values.amount)
    trigger = line.what.trigger
    if trigger is not None and trigger.amount is not None:
        yield from value_findings(
            trigger.amount, values.percent if trigger.kind == "share" else values.amount
        )


# ---------------------------------------------------------------- time


def _story(
    ticket: syntax.Ticket, lines: list[syntax.Happens | syntax.Expect], *, broken: bool
) -> Iterator[Finding]:
    events = [line for line in lines if isinstance(line, syntax.Happens)]
    if not broken:
        yield from _beginning(ticket, lines, events)
    at: Moment | None = None
    for number, line in enumerate(lines):
        if isinstance(line, syntax.Happens):
            now = _moment(line.at)
            if now is not None and at is not None and now < at:
                yield Finding("E0803", "this happens before what stands above it", here(line.at), _FORWARD)
            at = now if now is not None and (at is None or now > at) else at
        elif line.what.at is not None and line.what.kind not in ("due", "reaches"):
            seen = _moment(line.what.at)
            later = next((one for one in lines[number:] if isinstance(one, syntax.Happens)), None)
            following = _moment(later.at) if later else None
            if seen is not None and at is not None and seen < at:
                yield Finding(
                    "E0803",
                    "this looks at a moment before what stands above it",
                    here(line.what.at),
                    _FORWARD,
                )
            elif seen is not None and following is not None and later is not None and seen > following:
                yield Finding(
                    "E0803",
                    "this looks beyond what stands below it",
                    here(line.what.at),
                    _FORWARD,
                    labels=((here(later), "not known yet up there"),),
                )


def _beginning(
    ticket: syntax.Ticket, lines: list[syntax.Happens | syntax.Expect], events: list[syntax.Happens]
) -> Iterator[Finding]:
    opened = [event for event in events if event.kind is not None and event.kind.text == _OPENED]
    if not opened:
        yield Finding(
            "E0802",
            f"the ticket `{ticket.name.text}` is never opened",
            here(ticket),
            "add a line such as `at 2026-03-02 09:00 opened` below it",
        )
    elif lines[0] is not opened[0]:
        yield Finding(
            "E0802",
            "this stands before the ticket is opened",
            here(lines[0]),
            'a ticket\'s story begins with `opened`; what it has by then is said there: `opened with site "lab"`',
        )
    elif len(opened) > 1:
        yield Finding(
            "E0802",
            "a ticket is opened once",
            here(opened[1]),
            "write `reopened` for a ticket that comes back",
            labels=((here(opened[0]), "opened here"),),
        )


def _moment(written: syntax.Moment) -> Moment | None:
    try:
        return build_scenario.moment(written)
    except ValueError:
        return None  # said where the value stands
