"""Every name in a declaration with what it is the name of: the one walk that navigation, renaming and completion share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dsl import syntax
from dsl.report import WORDS
from dsl.vocabulary import REFERENCES

RECIPIENT = "recipient"
"""What is a person or a team, whichever has the name."""

_VALUED = ("customer", "group", "priority", "status", "team")


class Mention(NamedTuple):
    """A name in its declaration: `declares` where it is given, else it refers. `quoted` is text as a ticket system has it.

    `kind` is the keyword of its declaration, or priority, status, status class, event, recipient, or show or format of a report.
    """

    kind: str
    name: str
    start: int
    end: int
    declares: bool = False
    quoted: bool = False


def mentions(tree: syntax.Declaration) -> Iterator[Mention]:
    """All names of a declaration, in no order."""
    if tree.name is not None:
        yield _of(tree.kind, tree.name, declares=True)
    yield from _of_lines(tree.kind, tree.lines)


def _of_lines(block: str, lines: Iterable[syntax.Line]) -> Iterator[Mention]:
    for line in lines:
        match line:
            case syntax.Fact(_, words) if block == "priorities":
                yield from (_of("priority", word, declares=True) for word in words)
            case syntax.Fact(_, words) if block == "statuses":
                yield from (_of("status", word, declares=True, quoted=True) for word in words)
            case syntax.Fact(keyword, words) if block == "report" and keyword in WORDS:
                yield from _each(keyword, words)
            case syntax.Fact(keyword, words):
                kind = REFERENCES.get(block, {}).get(keyword)
                yield from (_of(kind, word) for word in words if kind)
            case syntax.Target(priorities, metric, _, _, calendar, when):
                yield from _each("priority", priorities)
                yield _of("metric", metric)
                yield from _maybe("calendar", calendar)
                yield from _of_condition(when)
            case syntax.PauseWhen(when) | syntax.StopWhen(when):
                yield from _of_condition(when)
            case syntax.Uptime():
                yield _of("calendar", line.calendar)
            case syntax.BreachCredit():
                yield _of("metric", line.metric)
                yield from _each("priority", line.priorities)
            case syntax.Concerns(_, kind, names):
                yield from _each(kind.text, names)
            case syntax.Occasion(_, metric) if metric is not None:
                yield _of("metric", metric)
            case syntax.Assignment(tier):
                yield _of("tier", tier)
            case syntax.Override(name, _, inner):
                if name is not None:
                    yield _of("override", name, declares=True)
                yield from _of_lines("override", inner)
            case syntax.ShareMail(to):
                yield from _of_recipients(to)
            case syntax.Escalate(ladder, priorities):
                yield _of("escalation", ladder)
                yield from _each("priority", priorities)
            case syntax.Step():
                yield from _of_step(line)
            case syntax.CheckLine(customer, priorities, settings, promises):
                yield from _of_value("customer", customer)
                yield from _each("priority", priorities)
                yield from _of_settings(settings)
                for promise in promises:
                    yield _of("metric", promise.metric)
                    yield from _maybe("calendar", promise.calendar)
            case syntax.Ticket(_, customer_, priority):
                yield from _of_value("customer", customer_) if customer_ else ()
                yield from _maybe("priority", priority)
            case syntax.Happens(_, kind_, settings):
                yield from _maybe("event", kind_)
                yield from _of_settings(settings)
            case syntax.Outage(service, customer_):
                yield from _maybe("service", service)
                yield from _maybe("customer", customer_)
            case syntax.Notice(maintenance):
                yield from _maybe("maintenance", maintenance)
            case syntax.Expect(what):
                yield from _of_expectation(what)
            case _:
                pass


def _of_step(line: syntax.Step) -> Iterator[Mention]:
    yield _of("metric", line.trigger.metric)
    yield from _each("priority", line.priorities)
    yield from _of_action(line.action)
    for option in line.options:
        if option.kind == "only":
            yield from _maybe("calendar", option.word)
        yield from _of_condition(option.when)


def _of_action(action: syntax.Action) -> Iterator[Mention]:
    yield from _of_recipients(action.to)
    yield from _each("channel", action.channels)
    if action.kind == "raise":
        yield from _maybe("priority", action.word)


def _of_recipients(to: Iterable[syntax.Recipient]) -> Iterator[Mention]:
    for one in to:
        yield from _maybe("team" if one.role else RECIPIENT, one.name)


def _of_expectation(what: syntax.Expectation) -> Iterator[Mention]:
    yield from _maybe("metric", what.metric)
    kind = {"paused": "pause", "tier": "tier", "override": "override"}.get(what.kind)
    if kind:
        yield from _each(kind, what.names)
    if what.of_month is not None:
        yield from _maybe("customer", what.of_month.customer)
    if what.trigger is not None:
        yield _of("metric", what.trigger.metric)
    if what.action is not None:
        yield from _of_action(what.action)


def _of_settings(settings: Iterable[syntax.Setting]) -> Iterator[Mention]:
    for one in settings:
        yield _of("field", one.field)
        yield from _of_value(one.field.text, one.value)


def _of_condition(condition: syntax.Condition | None) -> Iterator[Mention]:
    match condition:
        case syntax.Negated(item):
            yield from _of_condition(item)
        case syntax.Every(items) | syntax.Either(items):
            for item in items:
                yield from _of_condition(item)
        case syntax.Comparison(field, _, value):
            yield _of("field", field)
            yield from _of_value(field.text, value)
        case syntax.Membership(field, values):
            yield _of("field", field)
            for value in values:
                yield from _of_value(field.text, value)
        case syntax.StatusTest(field, status_class):
            yield _of("field", field)
            yield _of("status class", status_class)
        case syntax.FlagTest(field) | syntax.Pattern(field):
            yield _of("field", field)
        case None:
            pass


def _of_value(field: str, value: syntax.Literal) -> Iterator[Mention]:
    """A value of a field whose values are declared."""
    if field in _VALUED and value.kind != "number":
        yield Mention(field, value.text, value.start, value.end, quoted=value.kind == "text")


def _of(kind: str, word: syntax.Word, *, declares: bool = False, quoted: bool = False) -> Mention:
    return Mention(kind, word.text, word.start, word.end, declares, quoted)


def _each(kind: str, words: Iterable[syntax.Word]) -> Iterator[Mention]:
    return (_of(kind, word) for word in words)


def _maybe(kind: str, word: syntax.Word | None) -> Iterator[Mention]:
    return _each(kind, () if word is None else (word,))
