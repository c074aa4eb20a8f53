"""What a scenario or a check shows by itself: that it expects something, begins at the beginning, and goes forward in time."""

from __future__ import annotations

from collections.abc import Iterator

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
        elif isinstance(line, syntax.Happens | syntax.Expect):
            yield from _values(line)
            if not told and not broken:
                told = True
                yield Finding(
                    "E0802",
                    "this line is about no ticket",
                    here(line),
                    "write a line such as `ticket t1 customer acme priority high` above it",
                )
    for ticket, lines in build_scenario.stories(tree):
        yield from _story(ticket, lines, broken=broken)
    if broken:
        return
    yield from _untitled(tree)
    if not any(isinstance(line, syntax.Fact) for line in tree.lines):
        yield _missing(tree, "zone", "zone Europe/Berlin")
    if not seen and not told:
        yield _missing(tree, "ticket", "ticket t1 customer acme priority high")
    elif not any(isinstance(line, syntax.Expect) for line in tree.lines):
        yield _nothing(tree, "expect response due 2026-03-02 09:15")


def check_findings(tree: syntax.Declaration, *, broken: bool) -> Iterator[Finding]:
    """What is wrong with a check by itself."""
    lines = [line for line in tree.lines if isinstance(line, syntax.CheckLine)]
    for line in lines:
        yield from repeated(line.priorities)
        yield from repeated(one.field for one in line.settings)
        yield from repeated(one.metric for one in line.promises)
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


def _values(line: syntax.Happens | syntax.Expect) -> Iterator[Finding]:
    at = line.at if isinstance(line, syntax.Happens) else line.what.at
    if at is not None:
        yield from value_findings(at.day, values.day_within_reach)
        yield from value_findings(at.time, values.second)
    if isinstance(line, syntax.Happens):
        yield from repeated(one.field for one in line.settings)
        return
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
