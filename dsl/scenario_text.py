"""Writes scenarios as the text of a rule file, in the formatter's layout.

Recorded tickets, counter-examples and expectations that are put right all come from here, so that what is shown can
always be pasted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import count

from dsl import ladder, scenario
from dsl.commitment import Money
from dsl.condition import Value
from dsl.ladder import Reached, Role
from dsl.quotes import quoted
from dsl.values import duration, percentage
from dsl.vocabulary import is_name


def scenario_text(told: scenario.Scenario, customers: Collection[str]) -> str:
    """The declaration, with a newline at its end. `customers` are the names of those that are declared: without quotes only they can stand."""
    lines = [f"scenario {quoted(told.title)} {{", f"  zone {told.zone}"]
    for story in told.stories:
        lines += (f"  {line}" for line in _story(story, customers))
    return "\n".join([*lines, "}", ""])


def free_title(title: str, taken: Collection[str], numbers: Iterable[int] | None = None) -> str:
    """The title, with one of the `numbers` (those from 1 on, which is not written) where there is such a scenario already."""
    titles = (title if number == 1 else f"{title} ({number})" for number in numbers or count(1))
    return next(free for free in titles if free not in taken)


def _story(story: scenario.Story, customers: Collection[str]) -> Iterator[str]:
    if story.name:
        yield _ticket(story, customers)
    for line in story.lines:
        match line:
            case scenario.Expect(what):
                yield f"expect {said(what)}"
            case scenario.Happens():
                yield happening(line)
            case scenario.Outage():
                yield outage(line)
            case scenario.Notice(maintenance, at, start, end):
                name = f" {maintenance}" if maintenance else ""
                yield f"maintenance{name} announced {moment(at)}{_period(start, end)}"


def _ticket(story: scenario.Story, customers: Collection[str]) -> str:
    fields = dict(story.settings)
    head = f"ticket {story.name}"
    customer, priority = fields.get("customer"), fields.get("priority")
    if isinstance(customer, str):
        head += f" customer {customer if customer in customers else quoted(customer)}"
    if isinstance(priority, str) and is_name(priority):
        head += f" priority {priority}"
    return head


def outage(line: scenario.Outage) -> str:
    """The line of an outage."""
    name = f" {line.service}" if line.service else ""
    return f"outage{name}{_for(line.customer)}{_period(line.start, line.end)}"


def _for(customer: str) -> str:
    return f" for customer {customer}" if customer else ""


def _period(start: scenario.Moment | None, end: scenario.Moment | None) -> str:
    return (f" from {moment(start)}" if start else "") + (f" until {moment(end)}" if end else "")


def happening(line: scenario.Happens) -> str:
    """The line of an event."""
    given = settings(line.settings)
    kind = f"{line.kind} {given}" if line.kind == scenario.SET else line.kind
    between = f" with {given}" if given and line.kind != scenario.SET else ""
    return f"at {moment(line.at)} {kind}{between}"


def settings(given: scenario.Settings) -> str:
    """`site "lab", vip true`."""
    return ", ".join(f"{name} {value(of)}" for name, of in given)


def value(of: Value) -> str:
    """A value in the form that is read back as the same."""
    if isinstance(of, bool):
        return "true" if of else "false"
    return str(of) if isinstance(of, int) else quoted(of)


def moment(at: scenario.Moment) -> str:
    """`2026-03-08 09:00`, with seconds only where there are some."""
    minutes, seconds = divmod(at.second, 60)
    clock = f"{minutes // 60:02}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
    return f"{at.day.isoformat()} {clock}"


# ---------------------------------------------------------------- expectations


def said(what: scenario.Expectation) -> str:
    """An expectation as it stands after `expect`."""
    match what:
        case scenario.Due(metric, at):
            return f"{metric} due {moment(at) if at else 'never'}"
        case scenario.Stands():
            return f"{what.metric} {_standing(what)}{_look(what.at)}"
        case scenario.NoClock(metric, at):
            return f"no {metric}{_look(at)}"
        case scenario.Decides(metric, scope, name):
            return f"{name if scope is scenario.Scope.TIER else f'override {name}'} decides {metric}"
        case scenario.Reaches(trigger, action, at):
            done = f" {_action(action)}" if action else ""
            return f"{_trigger(trigger)}{done} {f'at {moment(at)}' if at else 'never'}"
        case scenario.Quiet(until):
            return f"nothing until {moment(until)}"
        case scenario.Credited(paid, month, customer):
            amount = f"credits {money(paid)}" if paid else "no credits"
            return f"{amount}{_for(customer)} in {month}"
        case scenario.Retained(paid, month, customer):
            amount = f"retainer {money(paid)}" if paid else "no retainer"
            return f"{amount}{_for(customer)} in {month}"


def money(of: Money) -> str:
    """`EUR 250.00`, with the decimals that the amount has."""
    return f"{of.currency} {of.amount:f}"


def promised(promise: scenario.Promise) -> str:
    """An expectation of a check."""
    if not promise.amount:
        return f"no {promise.metric}"
    on = f" on {promise.calendar}" if promise.calendar else ""
    return f"{promise.metric} {'every' if promise.repeats else 'within'} {promise.amount}{on}"


def _standing(what: scenario.Stands) -> str:
    if what.pauses:
        return f"paused by {', '.join(what.pauses)}"
    return f"breached by {duration(what.over)}" if what.over else what.standing.value


def _look(at: scenario.Moment | None) -> str:
    return f" at {moment(at)}" if at else ""


def _trigger(trigger: ladder.Trigger) -> str:
    match trigger.reached:
        case Reached.SHARE:
            return f"{percentage(trigger.share)} of {trigger.metric}"
        case Reached.BEFORE | Reached.PAST:
            return f"{duration(trigger.seconds)} {trigger.reached.value} {trigger.metric}"
        case point:
            return f"{point.value} of {trigger.metric}"


def _action(action: ladder.Action) -> str:
    match action:
        case ladder.Notify(to, channels):
            return f"notify {_people(to)} via {', '.join(channels)}"
        case ladder.Reassign(to):
            return f"reassign to {_people((to,))}"
        case ladder.Flag():
            return "escalate to management"
        case ladder.RaisePriority(priority):
            return f"raise priority to {priority}" if priority else "raise priority"
        case ladder.Tag(text):
            return f"tag {quoted(text)}"


def _people(to: Iterable[ladder.Recipient]) -> str:
    return ", ".join(_who(one) for one in to)


def _who(one: ladder.Recipient) -> str:
    match one.role:
        case Role.ASSIGNEE | Role.ACCOUNT_MANAGER:
            return one.role.value
        case Role.PERSON | Role.TEAM:
            return one.name
        case role:
            return f"{role.value} of {one.name}"
