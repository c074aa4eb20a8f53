"""One walk over the decision table: which terms hold for whom and when, and where in the files their targets stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from dsl.loaded import Loaded
from dsl.model import Party, Period, RuleSet, Target
from dsl.span import NOWHERE, Origin
from engine.contract.table import Contract, Line, Stretch
from engine.graph import Graph
from engine.terms import PinnedTarget, Terms
from engine.wall import DAY, EARLIEST

FORTNIGHT = 14 * DAY
EVER = Period()


@dataclass(slots=True)
class Spot:
    """Terms, whom they hold for first and when, and for how many others. `lines` are those of the decision table; `until` is the
    last end of a contract that they are part of, today for one without an end; `last` is whom the walk met last."""

    terms: Terms
    lines: tuple[Line, ...]
    customer: str
    stretch: Stretch
    until: int
    others: int = 0
    last: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """A target line of the files: of an override, which holds for a `period`, of the `party` that `owner` ("group" or "customer")
    says, or of a tier."""

    target: Target
    owner: str = "tier"
    party: str = ""
    period: Period = EVER


@dataclass(slots=True)
class Survey:
    """What all analyses look at. `today` is an instant: examples are of then where nothing says otherwise."""

    loaded: Loaded
    contract: Contract
    today: int
    spots: list[Spot] = field(default_factory=list)
    empty: list[tuple[str, list[Stretch]]] = field(default_factory=list)
    targets: dict[str, Written] = field(default_factory=dict)
    said: frozenset[tuple[str, str, int]] = frozenset()
    said_in: frozenset[tuple[str, str]] = frozenset()
    _members: dict[str, str] = field(default_factory=dict)
    _promises: dict[tuple[str, str], tuple[Spot, Line]] = field(default_factory=dict)
    _holders: dict[tuple[str, str], Spot] = field(default_factory=dict)

    @property
    def graph(self) -> Graph:
        return self.contract.graph

    @property
    def rules(self) -> RuleSet:
        return self.contract.graph.ruleset

    def origin(self, target: PinnedTarget) -> Origin:
        """Where a target of some terms is written."""
        written = self.targets.get(target.where)
        return written.target.origin if written else NOWHERE

    def checked(self, code: str, where: Origin) -> bool:
        """Whether `sla check` says this of that line already."""
        span = self.loaded.locate(where)
        return (code, span.path, span.line) in self.said

    def checked_in(self, code: str, where: Origin) -> bool:
        """Whether `sla check` says this anywhere in that declaration."""
        return (code, where.declaration) in self.said_in

    @property
    def members(self) -> Mapping[str, str]:
        """The first customer of each group, "" is none."""
        if not self._members:
            for customer in self.rules.customers.values():
                self._members.setdefault(customer.group, customer.name)
        return self._members

    @property
    def holders(self) -> Mapping[tuple[str, str], Spot]:
        """The first terms with a target (file:line) for a priority."""
        if not self._holders:
            for spot in self.spots:
                for target in spot.terms.targets:
                    for priority in target.priorities:
                        self._holders.setdefault((target.where, priority), spot)
        return self._holders

    @property
    def promises(self) -> Mapping[tuple[str, str], tuple[Spot, Line]]:
        """The first line for a metric and a priority, best of terms that hold today; "" is any."""
        if not self._promises:
            for spot in sorted(self.spots, key=lambda one: not one.stretch.holds(self.today)):
                for line in spot.lines:
                    for metric in (line.metric, ""):
                        for priority in (line.priority, ""):
                            self._promises.setdefault((metric, priority), (spot, line))
        return self._promises

    def instant(self, stretch: Stretch) -> int:
        """An instant of the stretch, today's if that is in it."""
        start, end = stretch.start, stretch.end
        if start is not None and self.today < start:
            return start
        if end is not None and self.today >= end:
            return max(end - FORTNIGHT, EARLIEST if start is None else start)
        return self.today


def survey(loaded: Loaded, graph: Graph, today: int) -> Survey:
    """Walk over all customers and dates; `loaded` are the rules of `graph`, and must have no errors."""
    contract = Contract(graph)
    found = Survey(loaded, contract, today)
    found.said = frozenset((one.code, one.span.path, one.span.line) for one in loaded.diagnostics)
    found.said_in = frozenset((one.code, one.context) for one in loaded.diagnostics)
    found.targets = {graph.where(one.target.origin): one for one in written(graph.ruleset)}
    spots: dict[tuple[int, int], Spot] = {}
    for customer in contract.customers:
        rows = contract.stretches(customer)
        if any(one.terms is None for one in rows):
            found.empty.append((customer, rows))
        for stretch in rows:
            if stretch.terms is None:
                continue
            lines = contract.lines(stretch.terms, customer)
            key = (id(stretch.terms), id(lines))
            until = today if stretch.end is None else stretch.end
            spot = spots.get(key)
            if spot is None:
                spots[key] = Spot(stretch.terms, lines, customer, stretch, until, last=customer)
            else:
                spot.until = max(spot.until, until)
                spot.others += spot.last != customer
                spot.last = customer
                if stretch.holds(today) and not spot.stretch.holds(today):
                    spot.customer, spot.stretch = customer, stretch
    found.spots = list(spots.values())
    return found


def written(rules: RuleSet) -> Iterator[Written]:
    """Every target line of tiers, groups and customers; of an inherited one the tier that wrote it."""
    seen: set[Origin] = set()
    for tier in rules.tiers.values():
        for target in tier.targets:
            if target.origin not in seen:
                seen.add(target.origin)
                yield Written(target)
    parties: Iterable[tuple[str, Party]] = (
        *(("group", group) for group in rules.groups.values()),
        *(("customer", customer) for customer in rules.customers.values()),
    )
    for kind, party in parties:
        for override in party.overrides:
            for target in override.targets:
                yield Written(target, kind, party.name, override.period)
