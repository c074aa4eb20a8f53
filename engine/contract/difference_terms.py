"""What two terms, each under its own rules, promise differently: targets case by case, and what is live around them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from dsl.commitment import Uptime
from dsl.condition_text import condition_text
from dsl.model import BUILT_IN_METRICS
from engine.commitment.words import credits_lines, length, uptime
from engine.contract.change import About, Change, lines_changed
from engine.contract.content import Contents
from engine.contract.difference_live import live_changes
from engine.contract.difference_side import Side, calendar_changes
from engine.contract.table import Contract, Whom
from engine.contract.telling import Telling
from engine.lengths import written as amount
from engine.plan import Option
from engine.predicate import Situation, fields_of
from engine.terms import Terms


class Comparison:
    """Compares terms of an old and a new contract; each pair once."""

    def __init__(self, old: Contract, new: Contract) -> None:
        self._contracts = (old, new)
        self.contents = (Contents(old.graph, new.graph), Contents(new.graph, old.graph))
        both = [*old.graph.ruleset.priorities, *new.graph.ruleset.priorities]
        self._priorities = list(dict.fromkeys(both))
        declared = [*old.graph.ruleset.metrics, *new.graph.ruleset.metrics]
        self._metrics = list(dict.fromkeys([*BUILT_IN_METRICS, *declared]))
        self._asking: dict[tuple[int, str], bool] = {}
        self._known: dict[
            tuple[object, ...], tuple[tuple[Terms | None, Terms | None], tuple[Change, ...]]
        ] = {}

    def changes(
        self, whom: tuple[Whom, Whom], before: Terms | None, after: Terms | None
    ) -> tuple[Change, ...]:
        """What differs between the two terms for whom they are meant on either side, each change once."""
        terms = (before, after)
        asks = any(one is not None and self.asks(side, one) for side, one in enumerate(terms))
        whose = tuple((one.name, one.group) for one in whom) if asks else ()
        kinds = ((one.customer is None, one.declared is None) for one in whom)
        key = (id(before), id(after), *kinds, whose)
        known = self._known.get(key)
        if known is None:
            old, new = (
                Side(contract, contents, one, contract.graph.plan(one) if one else None, who)
                for contract, contents, one, who in zip(
                    self._contracts, self.contents, terms, whom, strict=True
                )
            )
            found = dict.fromkeys(self._compare(old, new))
            known = self._known[key] = ((before, after), tuple(found))
        return known[1]

    def asks(self, side: int, terms: Terms) -> bool:
        """Whether anything in these terms, or that is live around them under the rules of that side, asks for the customer or the group."""
        contract = self._contracts[side]
        if contract.personal(terms):
            return True
        known = self._asking.get((side, terms.tier))
        if known is None:
            graph = contract.graph
            tier = graph.tier(terms.tier)
            ladders = [graph.ruleset.escalations.get(name) for _, name in (tier.ladders if tier else ())]
            conditions = [rule.pause.when for rule in graph.pauses(terms.tier)]
            for ladder in filter(None, ladders):
                conditions += [*ladder.stop, *(step.when for step in ladder.steps if step.when is not None)]
            known = any(not fields_of(one).isdisjoint({"customer", "group"}) for one in conditions)
            self._asking[side, terms.tier] = known
        return known

    def _compare(self, old: Side, new: Side) -> Iterator[Change]:
        for priority in self._priorities:
            for metric in self._metrics:
                yield from self._targets(old, new, priority, metric)
        yield from live_changes(old, new, self._priorities, self._metrics)
        yield from _uptimes(old, new)
        yield from _credits(old, new)

    # ------------------------------------------------------------ targets

    def _targets(self, old: Side, new: Side, priority: str, metric: str) -> Iterator[Change]:
        before, after = old.options(priority, metric), new.options(priority, metric)
        alike = not _personal(old, new) or _asked(old) == _asked(new)
        if alike and (before == after or self._read(before, 0) == self._read(after, 1)):
            return
        subject = f"{priority} {metric}"
        free = frozenset().union(*(side.free for side in (old, new)))
        cases = new.contract.cases((*before, *after), free)
        if cases is None:
            yield Change(About.TARGET, subject, _all(before), _all(after))
            used = ({one.target.calendar for one in options} for options in (before, after))
            for name in sorted(set.intersection(*used)):
                yield from calendar_changes(old, new, name)
            return
        pairs: dict[tuple[str, str], int] = {}
        asked: list[Situation] = []
        for case in cases:
            if "customer" in free and any(side.declares(case) for side in (old, new)):
                continue
            situations = [side.situation(case, priority) for side in (old, new)]
            was, will = map(_won, (before, after), situations)
            if was and will and was.target.calendar == will.target.calendar:
                yield from calendar_changes(old, new, was.target.calendar)
            words = self._words(was, will)
            pairs[words] = pairs.get(words, 0) | 1 << len(asked)
            asked.append(situations[len(old.free) <= len(new.free)])  # who may say more of themselves
        conditions = [one.target.when for one in (*after, *before) if one.target.when is not None]
        differing = {words: found for words, found in pairs.items() if words[0] != words[1]}
        telling = Telling(conditions, asked) if differing and len(pairs) > 1 else None
        for words, found in differing.items():
            when = f"when {condition_text(telling.condition(found))}" if telling else ""
            yield Change(About.TARGET, subject, *words, when)

    def _read(self, options: Sequence[Option], side: int) -> list[object]:
        """The options as they would be written, but for the calendars' names."""
        return [
            (
                one.target.amount,
                one.target.repeats,
                one.target.when,
                self.contents[side].hours(one.target.calendar),
            )
            for one in options
        ]

    def _words(self, before: Option | None, after: Option | None) -> tuple[str, str]:
        """The promises in words, equal if they are the same."""
        if before is None or after is None:
            return _promise(before), _promise(after)
        one, other = before.target, after.target
        if one.calendar == other.calendar or self.contents[0].hours(one.calendar) == self.contents[1].hours(
            other.calendar
        ):
            return _amount(before), _amount(after)
        return _promise(before), _promise(after)


def _credits(old: Side, new: Side) -> Iterator[Change]:
    before, after = (credits_lines(side.credits) for side in (old, new))
    yield from lines_changed(About.CREDITS, "credits", before, after)


def _uptimes(old: Side, new: Side) -> Iterator[Change]:
    for window in sorted({*old.uptimes, *new.uptimes}, key=lambda one: one or 0):
        was, will = old.uptimes.get(window), new.uptimes.get(window)
        if _counted(old, was) != _counted(new, will):
            before, after = (uptime(one) if one else "" for one in (was, will))
            if before != after:  # else it is the hours, which are said below
                yield Change(About.UPTIME, f"uptime per {length(window)}", before, after)
        if was and will and was.calendar == will.calendar:
            yield from calendar_changes(old, new, was.calendar)


def _counted(side: Side, promise: Uptime | None) -> object:
    """The promise, but for the calendar's name."""
    return promise and (promise.share, promise.excluding, side.contents.hours(promise.calendar))


def _personal(*sides: Side) -> bool:
    return any(side.terms is not None and side.contract.personal(side.terms) for side in sides)


def _asked(side: Side) -> tuple[object, ...]:
    """What conditions are told of a customer."""
    return side.whom.name, side.whom.group, side.free


def _won(options: Iterable[Option], situation: Situation) -> Option | None:
    return next((one for one in options if one.holds is None or one.holds(situation)), None)


def _amount(option: Option | None) -> str:
    if option is None:
        return ""
    return ("every " if option.target.repeats else "") + amount(option.target.amount)


def _promise(option: Option | None) -> str:
    return f"{_amount(option)} on {option.target.calendar}" if option else ""


def _all(options: Sequence[Option]) -> str:
    """All options in words, where there are too many cases to look at each."""
    return "; ".join(
        _promise(one) + (f" when {condition_text(one.target.when)}" if one.target.when else "")
        for one in options
    )
