"""The evaluation graph: checked rules made ready to be asked, with the identity of every part.

A graph never changes once it is compiled (it only remembers answers), so whoever holds one keeps a consistent view
while another takes its place. Parts that an edit did not touch are shared with the graph before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from dsl.commitment import Credits
from dsl.condition import Condition, StatusClass
from dsl.cut import about
from dsl.model import ALWAYS, DEFAULT_WARN, Customer, Metric, Pause, RuleSet, Tier
from dsl.span import Origin, Span
from engine.agreement import Agreements
from engine.calendar.hours import ALWAYS_OPEN, OpenHours, compile_calendar
from engine.changes import Changes, compare, customers_edited
from engine.directory import Directory, disturbed
from engine.errors import EngineError
from engine.ladder.people import People
from engine.nodes import Node, nodes_of
from engine.plan import PauseRule, Plan, plan_of
from engine.predicate import Predicate, as_text, compile_condition
from engine.terms import Terms

_PLANS = 20_000

T = TypeVar("T")


class Source(Protocol):
    """Rules with the places that they came from, as `dsl.load` answers them."""

    @property
    def ruleset(self) -> RuleSet | None: ...

    @property
    def files(self) -> Mapping[str, str]: ...

    def locate(self, origin: Origin) -> Span: ...


class Graph:
    """Rules in force. `fallback` answers for what pinned terms still name and the rules no longer have."""

    __slots__ = ("_agreements", "_pauses", "_plans", "_source", "directory", "fallback", "people", "ruleset")

    def __init__(
        self,
        ruleset: RuleSet,
        source: Source | None,
        directory: Directory,
        fallback: Graph | None,
    ) -> None:
        self.ruleset = ruleset
        self.fallback = fallback
        self._source = source
        self.directory = directory
        self.people = People(ruleset)
        self._agreements = Agreements(ruleset, self.where)
        self._pauses: dict[str, tuple[PauseRule, ...]] = {}
        self._plans: dict[int, tuple[Terms, Plan]] = {}

    @classmethod
    def compile(
        cls, source: Source | RuleSet, previous: Graph | None = None, fallback: Graph | None = None
    ) -> Graph:
        """The graph of checked rules. Raises EngineError if the source was refused.

        `previous` lends what is unchanged and, unless a `fallback` is given, stands in for the calendars, tiers and pauses
        that are no more.
        """
        if isinstance(source, RuleSet):
            ruleset, places = source, None
        elif source.ruleset is None:
            raise EngineError(
                "these rules have errors and cannot be put in force", help="sla check says which"
            )
        else:
            ruleset, places = source.ruleset, source
        if previous is None:
            directory = Directory(ruleset.customers)
        else:
            edited = customers_edited(previous.ruleset, ruleset)
            directory = Directory(ruleset.customers, previous.directory, edited)
        if fallback is None and previous is not None:
            fallback = _retired(previous, ruleset)
        return cls(ruleset, places, directory, fallback)

    @property
    def digest(self) -> str:
        """The digest of the rule files (hex)."""
        return self.ruleset.digest

    @property
    def rulesets(self) -> tuple[RuleSet, ...]:
        """The rules in force, and those behind them that know what is not declared any more."""
        return (self.ruleset, *(self.fallback.rulesets if self.fallback else ()))

    def where(self, origin: Origin) -> str:
        """file:line of a rule; the name of its declaration where the files are not at hand, or are older ones."""
        if self._source is None or not origin.declaration:
            return origin.declaration
        try:
            span = self._source.locate(origin)
        except KeyError:
            return origin.declaration
        return f"{span.path}:{span.line}"

    def about(self, origin: Origin) -> str:
        """What the `##` comment above a declaration says of it, "" without one."""
        if self._source is None or not origin.declaration:
            return ""
        head = self._source.locate(Origin(origin.declaration, 0, 0))
        return about(self._source.files[head.path], head.start)

    # ------------------------------------------------------------ live parts, by name

    def hours(self, calendar: str) -> OpenHours:
        """The open hours of a calendar; around the clock for one that no rules know any more."""
        if calendar == ALWAYS:
            return ALWAYS_OPEN
        declared = self.ruleset.calendars.get(calendar)
        if declared is not None:
            return compile_calendar(declared)
        return self.fallback.hours(calendar) if self.fallback else ALWAYS_OPEN

    def tier(self, name: str) -> Tier | None:
        """A tier of the rules in force, else of older ones."""
        found = self.ruleset.tiers.get(name)
        return found if found is not None or self.fallback is None else self.fallback.tier(name)

    def metric(self, name: str) -> Metric | None:
        """A declared metric of the rules in force, else of older ones."""
        found = self.ruleset.metrics.get(name)
        return found if found is not None or self.fallback is None else self.fallback.metric(name)

    def pauses(self, tier: str) -> tuple[PauseRule, ...]:
        """What pauses the clocks of a tier, in the tier's order."""
        if tier not in self._pauses:
            declared = self.tier(tier)
            found = (self.pause(name) for name in (declared.pauses if declared else ()))
            self._pauses[tier] = tuple(
                PauseRule(item.name, item, compile_condition(item.when)) for item in found if item is not None
            )
        return self._pauses[tier]

    def pause(self, name: str) -> Pause | None:
        """A pause of the rules in force, else of older ones."""
        found = self.ruleset.pauses.get(name)
        return found if found is not None or self.fallback is None else self.fallback.pause(name)

    def credits(self, tier: str) -> Credits | None:
        """What a tier pays when a promise is broken; None if nothing."""
        declared = self.tier(tier)
        return self.credits_named(declared.credits) if declared else None

    def credits_named(self, name: str) -> Credits | None:
        """Credits of the rules in force, else of older ones: a tier that is no more pays what it paid."""
        found = self.ruleset.credits.get(name)
        return found if found is not None or self.fallback is None else self.fallback.credits_named(name)

    # ------------------------------------------------------------ questions about a ticket

    def status_class(self, status: object) -> StatusClass | None:
        """What a status means; None for one that is not declared."""
        return self.ruleset.statuses.get(as_text(status).strip().casefold())

    def customer(self, text: str) -> Customer | None:
        """The customer that a ticket means by this text: a name, an alias (with `*` for any text) or a title, case folded."""
        return self.directory.find(text)

    def terms(self, customer: str, at: int) -> Terms | None:
        """What is promised for a ticket of this customer text that opens at `at`; None if nothing is."""
        return self._agreements.terms(self.customer(customer), at)

    def turns(self, customer: str) -> Sequence[int]:
        """The instants, rising, at which what is promised to this customer text may change."""
        return self._agreements.turns(self.customer(customer))

    def zone(self, customer: str) -> str:
        """The zone of the dates in the contract of this customer text."""
        return self._agreements.zone(self.customer(customer))

    def predicate(self, condition: Condition) -> Predicate:
        """A condition as a function of a ticket's situation."""
        return compile_condition(condition)

    def plan(self, terms: Terms) -> Plan:
        """Pinned terms with the live rules looked up."""
        known = self._plans.get(id(terms))
        if known is not None:
            return known[1]
        tier = self.tier(terms.tier)
        plan = plan_of(
            terms,
            self.hours,
            tier.warn if tier else DEFAULT_WARN,
            self.pauses(terms.tier),
            [
                (priority, self.ruleset.escalations[ladder])
                for priority, ladder in (tier.ladders if tier else ())
                if ladder in self.ruleset.escalations
            ],
        )
        if len(self._plans) >= _PLANS:
            self._plans.clear()
        self._plans[id(terms)] = (terms, plan)
        return plan

    # ------------------------------------------------------------ drawing

    def nodes(self, customers: Iterable[str] | None = None) -> list[Node]:
        """What the graph is made of, each node after those that it depends on; only these customers unless None."""
        declared = self.ruleset.customers
        chosen = declared if customers is None else [name for name in customers if name in declared]
        files = self._source.files if self._source else {}
        return nodes_of(self.ruleset, files, self.where, [declared[name] for name in chosen])


def changes(old: Graph, new: Graph) -> Changes:
    """What differs in meaning between two graphs, and whose tickets depend on it."""
    found = compare(old.ruleset, new.ruleset)
    moved = disturbed(old.directory, new.directory, found.edited["customer"])
    return replace(found, customers=found.customers | moved)


def _retired(previous: Graph, ruleset: RuleSet) -> Graph | None:
    """What `previous`, or what stood behind it, has and `ruleset` has not, as a graph of its own; None if nothing."""
    old, behind = previous.ruleset, previous.fallback.ruleset if previous.fallback else previous.ruleset
    kept = replace(
        previous.ruleset,
        calendars=_missing(behind.calendars, old.calendars, ruleset.calendars),
        pauses=_missing(behind.pauses, old.pauses, ruleset.pauses),
        tiers=_missing(behind.tiers, old.tiers, ruleset.tiers),
        metrics=_missing(behind.metrics, old.metrics, ruleset.metrics),
        credits=_missing(behind.credits, old.credits, ruleset.credits),
        groups={},
        customers={},
        default_tier="",
    )
    if not (kept.calendars or kept.pauses or kept.tiers or kept.metrics):
        return None
    return Graph(kept, None, Directory({}), None)


def _missing(oldest: Mapping[str, T], old: Mapping[str, T], new: Mapping[str, T]) -> dict[str, T]:
    return {name: value for name, value in {**oldest, **old}.items() if name not in new}
