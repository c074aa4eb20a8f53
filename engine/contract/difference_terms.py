"""What two terms, each under its own rules, promise differently: targets case by case, and what is live around them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from dsl.commitment import Credits, Uptime
from dsl.condition import Condition
from dsl.condition_text import canonical, condition_text
from dsl.ladder import Escalation, LadderStep
from dsl.model import BUILT_IN_METRICS
from dsl.values import percentage
from engine.commitment.words import credits_lines, length, uptime
from engine.contract.content import Contents, stops
from engine.contract.table import Contract
from engine.lengths import written
from engine.plan import Option, PauseRule, Plan
from engine.predicate import Situation
from engine.terms import Terms


class About(StrEnum):
    """What a change is about."""

    CUSTOMER = "customer"
    NAMES = "names"
    STATUS = "status"
    PRIORITIES = "priorities"
    METRIC = "metric"
    TARGET = "target"
    CALENDAR = "calendar"
    PAUSE = "pause"
    WARNINGS = "warnings"
    LADDER = "ladder"
    REOPENING = "reopening"
    UPTIME = "uptime"
    CREDITS = "credits"
    RETAINER = "retainer"
    SERVICE = "service"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference in words. `before` or `after` is "" where there was or will be no such thing; `when` is the condition, or
    "otherwise" for what no condition catches. `shared`: it is about something that customers share, such as a calendar."""

    about: About
    subject: str
    before: str
    after: str
    when: str = ""
    shared: bool = False


@dataclass(frozen=True, slots=True)
class _Side:
    contract: Contract
    contents: Contents
    terms: Terms | None
    plan: Plan | None
    customer: str

    @property
    def group(self) -> str:
        return self.contract.group(self.customer)

    def options(self, priority: str, metric: str) -> tuple[Option, ...]:
        return self.plan.by_priority.get(priority.casefold(), {}).get(metric, ()) if self.plan else ()

    @property
    def uptimes(self) -> dict[int | None, Uptime]:
        """The promised uptimes by their lengths of time."""
        tier = self.contract.graph.tier(self.terms.tier) if self.terms else None
        return {one.window: one for one in tier.uptimes} if tier else {}

    @property
    def credits(self) -> Credits | None:
        return self.contract.graph.credits(self.terms.tier) if self.terms else None

    def ladder(self, priority: str) -> Escalation | None:
        """The ladder that tickets of this priority climb."""
        graph = self.contract.graph
        tier = graph.tier(self.terms.tier) if self.terms else None
        by_priority = {name.casefold(): ladder for name, ladder in tier.ladders} if tier else {}
        name = by_priority.get(priority.casefold()) or by_priority.get("", "")
        return graph.ruleset.escalations.get(name)

    def steps(self, ladder: Escalation | None, priority: str) -> dict[object, LadderStep]:
        """The steps for promised metrics of that priority, by content."""
        promised = self.plan.by_priority.get(priority.casefold(), {}) if self.plan else {}
        return {
            self.contents.step(step): step
            for step in (ladder.steps if ladder else ())
            if step.trigger.metric in promised and (not step.priorities or priority in step.priorities)
        }


class Comparison:
    """Compares terms of an old and a new contract; each pair once."""

    def __init__(self, old: Contract, new: Contract) -> None:
        self._contracts = (old, new)
        self._contents = (Contents(old.graph), Contents(new.graph))
        both = [*old.graph.ruleset.priorities, *new.graph.ruleset.priorities]
        self._priorities = list(dict.fromkeys(both))
        declared = [*old.graph.ruleset.metrics, *new.graph.ruleset.metrics]
        self._metrics = list(dict.fromkeys([*BUILT_IN_METRICS, *declared]))
        self._known: dict[
            tuple[object, ...], tuple[tuple[Terms | None, Terms | None], tuple[Change, ...]]
        ] = {}

    def changes(self, customer: str, before: Terms | None, after: Terms | None) -> tuple[Change, ...]:
        """What differs between the two for this customer, each change once."""
        pairs = list(zip(self._contracts, (before, after), strict=True))
        asks = any(terms is not None and contract.personal(terms) for contract, terms in pairs)
        whose = (customer, *(contract.group(customer) for contract in self._contracts)) if asks else ()
        key = (id(before), id(after), *whose)
        known = self._known.get(key)
        if known is None:
            old, new = (
                _Side(contract, contents, terms, contract.graph.plan(terms) if terms else None, customer)
                for (contract, terms), contents in zip(pairs, self._contents, strict=True)
            )
            found = dict.fromkeys(self._compare(old, new))
            known = self._known[key] = ((before, after), tuple(found))
        return known[1]

    def _compare(self, old: _Side, new: _Side) -> Iterator[Change]:
        for priority in self._priorities:
            for metric in self._metrics:
                yield from self._targets(old, new, priority, metric)
        if old.plan is None or new.plan is None or old.terms is None or new.terms is None:
            return
        if old.plan.warn != new.plan.warn:
            was, will = (", ".join(map(percentage, plan.warn)) for plan in (old.plan, new.plan))
            yield Change(About.WARNINGS, "warnings", was, will)
        if (
            old.terms.reopen is not new.terms.reopen
            and "resolution" in old.plan.options.keys() & new.plan.options
        ):
            yield Change(About.REOPENING, "reopening", old.terms.reopen.value, new.terms.reopen.value)
        for metric in self._metrics:
            if metric in old.plan.options and metric in new.plan.options:
                yield from _pauses(metric, old.plan.pauses[metric], new.plan.pauses[metric])
        for priority in self._priorities:
            yield from self._ladders(old, new, priority)
        yield from self._uptimes(old, new)
        yield from lines_changed(
            About.CREDITS, "credits", *(credits_lines(side.credits) for side in (old, new))
        )

    # ------------------------------------------------------------ targets

    def _targets(self, old: _Side, new: _Side, priority: str, metric: str) -> Iterator[Change]:
        before, after = old.options(priority, metric), new.options(priority, metric)
        if before == after or self._read(before, 0) == self._read(after, 1):
            return
        subject = f"{priority} {metric}"
        cases = new.contract.cases((*before, *after))
        if cases is None:
            yield Change(About.TARGET, subject, _all(before), _all(after))
            used = ({one.target.calendar for one in options} for options in (before, after))
            for name in sorted(set.intersection(*used)):
                yield from self._calendar(name)
            return
        pairs: dict[tuple[str, str], dict[str, None]] = {}
        for case in cases:
            was = _won(before, case.situation(priority, old.customer, old.group))
            will = _won(after, case.situation(priority, new.customer, new.group))
            if was and will and was.target.calendar == will.target.calendar:
                yield from self._calendar(was.target.calendar)
            words = self._words(was, will)
            pairs.setdefault(words, {})[_when(was, will)] = None
        for (was_words, will_words), whens in pairs.items():
            if was_words != will_words:
                for when in whens if len(pairs) > 1 else ("",):
                    yield Change(About.TARGET, subject, was_words, will_words, when)

    def _read(self, options: Sequence[Option], side: int) -> list[object]:
        """The options as they would be written, but for the calendars' names."""
        return [
            (
                one.target.amount,
                one.target.repeats,
                one.target.when,
                self._contents[side].hours(one.target.calendar),
            )
            for one in options
        ]

    def _words(self, before: Option | None, after: Option | None) -> tuple[str, str]:
        """The promises in words, equal if they are the same."""
        if before is None or after is None:
            return _promise(before), _promise(after)
        one, other = before.target, after.target
        if one.calendar == other.calendar or self._contents[0].hours(one.calendar) == self._contents[1].hours(
            other.calendar
        ):
            return _amount(before), _amount(after)
        return _promise(before), _promise(after)

    def _calendar(self, name: str) -> Iterator[Change]:
        """What differs between the calendars of that name, which both sides use."""
        before, after = (contents.calendar(name) for contents in self._contents)
        if before == after:
            return
        for fact in dict.fromkeys([*before, *after]):
            was, will = before.get(fact, ""), after.get(fact, "")
            if was != will:
                words = (f"{fact} {value}".removesuffix(" closed") if value else "" for value in (was, will))
                yield _shared(About.CALENDAR, f"calendar {name}", words)

    # ------------------------------------------------------------ uptime

    def _uptimes(self, old: _Side, new: _Side) -> Iterator[Change]:
        for window in sorted({*old.uptimes, *new.uptimes}, key=lambda one: one or 0):
            was, will = old.uptimes.get(window), new.uptimes.get(window)
            if self._counted(was, 0) != self._counted(will, 1):
                before, after = (uptime(one) if one else "" for one in (was, will))
                yield Change(About.UPTIME, f"uptime per {length(window)}", before, after)
            if was and will and was.calendar == will.calendar:
                yield from self._calendar(was.calendar)

    def _counted(self, promise: Uptime | None, side: int) -> object:
        """The promise, but for the calendar's name."""
        hours = self._contents[side].hours
        return promise and (promise.share, promise.excluding, hours(promise.calendar))

    # ------------------------------------------------------------ ladders

    def _ladders(self, old: _Side, new: _Side, priority: str) -> Iterator[Change]:
        before, after = old.ladder(priority), new.ladder(priority)
        was, will = old.steps(before, priority), new.steps(after, priority)
        still = bool(was or will) and stops(before) != stops(after)
        if was.keys() == will.keys() and not still:
            return
        if before is None or after is None or before.name != after.name:
            names = [ladder.name if ladder else "" for ladder in (before, after)]
            yield Change(About.LADDER, f"{priority} ladder", names[0], names[1])
            return
        subject = f"ladder {after.name}"
        gone = {step.rule: step for content, step in was.items() if content not in will}
        come = {step.rule: step for content, step in will.items() if content not in was}
        for rule, step in gone.items():
            if rule in come:
                yield from self._calendar(step.calendar)
            else:
                yield Change(About.LADDER, subject, rule, "", shared=True)
        for rule in come.keys() - gone.keys():
            yield Change(About.LADDER, subject, "", rule, shared=True)
        if still:
            words = (" or ".join(map(condition_text, ladder.stop)) for ladder in (before, after))
            yield _shared(About.LADDER, subject, (f"stop when {one}" if one else "" for one in words))


def lines_changed(
    about: About, subject: str, before: Iterable[str], after: Iterable[str]
) -> Iterator[Change]:
    """Lines that have gone and lines that have come."""
    was, will = dict.fromkeys(before), dict.fromkeys(after)
    yield from (Change(about, subject, line, "", shared=True) for line in was if line not in will)
    yield from (Change(about, subject, "", line, shared=True) for line in will if line not in was)


def _shared(about: About, subject: str, words: Iterable[str]) -> Change:
    before, after = words
    return Change(about, subject, before, after, shared=True)


def _won(options: Iterable[Option], situation: Situation) -> Option | None:
    return next((one for one in options if one.holds is None or one.holds(situation)), None)


def _amount(option: Option | None) -> str:
    if option is None:
        return ""
    return ("every " if option.target.repeats else "") + written(option.target.amount)


def _promise(option: Option | None) -> str:
    return f"{_amount(option)} on {option.target.calendar}" if option else ""


def _all(options: Sequence[Option]) -> str:
    """All options in words, where there are too many cases to look at each."""
    return "; ".join(
        _promise(one) + (f" when {condition_text(one.target.when)}" if one.target.when else "")
        for one in options
    )


def _when(before: Option | None, after: Option | None) -> str:
    conditions: list[Condition] = [
        one.target.when for one in (after, before) if one is not None and one.target.when is not None
    ]
    return f"when {condition_text(conditions[0])}" if conditions else "otherwise"


def _pauses(metric: str, before: Sequence[PauseRule], after: Sequence[PauseRule]) -> Iterator[Change]:
    was, will = ({rule.name: _content(rule) for rule in rules} for rules in (before, after))
    if sorted(was.values(), key=repr) == sorted(will.values(), key=repr):
        return
    rules = {rule.name: rule for rule in before}, {rule.name: rule for rule in after}
    for name in was.keys() & will.keys():
        one, other = rules[0][name].pause, rules[1][name].pause
        if was[name][0] != will[name][0]:
            words = (f"when {condition_text(pause.when)}" for pause in (one, other))
            yield _shared(About.PAUSE, f"pause {name}", words)
        if one.limit != other.limit:
            limits = (f"limit {written(pause.limit)}" if pause.limit else "" for pause in (one, other))
            yield _shared(About.PAUSE, f"pause {name}", limits)
    gone = sorted((was[name] for name in was.keys() - will.keys()), key=repr)
    come = sorted((will[name] for name in will.keys() - was.keys()), key=repr)
    if gone != come:
        yield Change(About.PAUSE, f"{metric} pauses", ", ".join(was), ", ".join(will))


def _content(rule: PauseRule) -> tuple[Condition, object]:
    return canonical(rule.pause.when), rule.pause.limit
