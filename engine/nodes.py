"""The evaluation graph as it can be drawn: sources, declarations, what they compile to, agreements.

Made only when somebody wants to see it. A node's digest is that of its content, so that two drawings can be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from dsl.commitment import Maintenance, Service
from dsl.condition import Condition
from dsl.ladder import LadderStep, Notify
from dsl.model import ALWAYS, Customer, Party, RuleSet, Target
from dsl.renegotiation import Renegotiation
from dsl.report import Report
from dsl.span import NOWHERE, Origin
from engine.canonical import digest_of
from engine.predicate import fields_of

KINDS = (
    *("source", "holidays", "calendar", "field", "metric", "channel", "predicate"),
    *(
        "target",
        "pause",
        "step",
        "escalation",
        "credits",
        "tier",
        "override",
        "group",
        "customer",
        "service",
        "maintenance",
        "renegotiation",
        "report",
        "agreement",
    ),
)
"""In the order in which they depend on each other."""


@dataclass(frozen=True, slots=True)
class Node:
    """`where` is file:line ("" of what is not in a file); `depends_on` holds the keys of other nodes."""

    kind: str
    name: str
    digest: str
    origin: Origin
    where: str
    depends_on: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"{self.kind} {self.name}"


def nodes_of(
    rules: RuleSet, files: Mapping[str, str], where: Callable[[Origin], str], customers: Iterable[Customer]
) -> list[Node]:
    """The nodes of a rule set with these customers, each after those that it depends on."""
    customers = list(customers)
    draw = _Drawing(rules, files, where, {customer.name for customer in customers})
    made = [
        *draw.sources(),
        *draw.declarations(),
        *draw.escalations(),
        *draw.tiers(),
        *draw.commitments(),
        *(node for group in rules.groups.values() for node in draw.party("group", group, group.name)),
        *(node for customer in customers for node in draw.customer(customer)),
        draw.default(),
    ]
    unique = {node.key: node for node in made}
    return sorted(unique.values(), key=lambda node: KINDS.index(node.kind))


class _Drawing:
    def __init__(
        self, rules: RuleSet, files: Mapping[str, str], where: Callable[[Origin], str], drawn: Collection[str]
    ) -> None:
        self._rules = rules
        self._drawn = drawn
        self._files = files
        self._where = where

    def sources(self) -> Iterator[Node]:
        for path, text in self._files.items():
            yield Node("source", path, digest_of(text), NOWHERE, "", ())

    def declarations(self) -> Iterator[Node]:
        rules = self._rules
        for holidays in rules.holidays.values():
            yield self._node("holidays", holidays.name, holidays, holidays.origin)
        for calendar in rules.calendars.values():
            lists = (f"holidays {item.name}" for item in calendar.holidays)
            yield self._node("calendar", calendar.name, calendar, calendar.origin, lists)
        for field in rules.fields.values():
            yield self._node("field", field.name, field, field.origin)
        for metric in rules.metrics.values():
            yield self._node("metric", metric.name, metric, metric.origin)
        for pause in rules.pauses.values():
            holds = self._predicate(pause.when, f"pause {pause.name}", pause.origin)
            yield holds
            yield self._node("pause", pause.name, pause, pause.origin, [holds.key])

    def escalations(self) -> Iterator[Node]:
        """Channels, and each ladder with its steps and what they wait for and ask."""
        rules = self._rules
        for channel in rules.channels.values():
            yield self._node("channel", channel.name, channel, channel.origin)
        for ladder in rules.escalations.values():
            needs = []
            for number, stop in enumerate(ladder.stop, 1):
                holds = self._predicate(stop, f"escalation {ladder.name}: stop {number}", ladder.origin)
                yield holds
                needs.append(holds.key)
            for step in ladder.steps:
                made = list(self._step(f"escalation {ladder.name}: {step.rule}", step))
                yield from made
                needs.append(made[-1].key)
            yield self._node("escalation", ladder.name, ladder, ladder.origin, needs)

    def _step(self, name: str, step: LadderStep) -> Iterator[Node]:
        """The node of a step, after that of its condition."""
        needs = [f"metric {step.trigger.metric}"] if step.trigger.metric in self._rules.metrics else []
        needs += _calendar(step.calendar)
        if isinstance(step.action, Notify):
            needs += (f"channel {name}" for name in step.action.channels if name in self._rules.channels)
        if step.when is not None:
            holds = self._predicate(step.when, name, step.origin)
            yield holds
            needs.append(holds.key)
        yield self._node("step", name, step, step.origin, needs)

    def tiers(self) -> Iterator[Node]:
        for tier in self._rules.tiers.values():
            targets = list(self._targets(f"tier {tier.name}", tier.targets, tier.calendar))
            yield from targets
            needs = [
                *(node.key for node in targets if node.kind == "target"),
                *(f"pause {name}" for name in tier.pauses),
                *(f"escalation {name}" for _, name in tier.ladders),
            ]
            needs += (key for one in tier.uptimes for key in _calendar(one.calendar))
            needs += [f"credits {tier.credits}"] if tier.credits else []
            yield self._node("tier", tier.name, tier, tier.origin, needs)

    def commitments(self) -> Iterator[Node]:
        """Credits, services, maintenance, renegotiations and reports, with whom and what they are about."""
        rules = self._rules
        for credits_ in rules.credits.values():
            yield self._node("credits", credits_.name, credits_, credits_.origin)
        for service in rules.services.values():
            yield self._node("service", service.name, service, service.origin, self._whom(service))
        for one in rules.maintenance.values():
            needs = [*self._whom(one), *(f"service {name}" for name in one.services)]
            yield self._node("maintenance", one.name, one, one.origin, needs)
        for talk in rules.renegotiations.values():
            needs = [*self._whom(talk), *(f"tier {name}" for name in talk.tiers)]
            needs += (f"metric {one.metric}" for one in talk.occasions if one.metric in rules.metrics)
            yield self._node("renegotiation", talk.name, talk, talk.origin, needs)
        for report in rules.reports.values():
            yield self._node("report", report.name, report, report.origin, self._whom(report))

    def _whom(self, one: Service | Maintenance | Renegotiation | Report) -> Iterator[str]:
        """The groups and those of the drawn customers that it is about."""
        yield from (f"group {name}" for name in one.groups)
        yield from (f"customer {name}" for name in one.customers if name in self._drawn)

    def party(self, kind: str, party: Party, name: str) -> Iterator[Node]:
        keys = []
        for override in party.overrides:
            full = f"{override.name} of {kind} {party.name}"
            targets = list(self._targets(f"override {full}", override.targets, override.calendar))
            yield from targets
            needs = [node.key for node in targets if node.kind == "target"]
            made = self._node(
                "override", full, override, override.origin, [*needs, *_calendar(override.calendar)]
            )
            keys.append(made.key)
            yield made
        tiers = dict.fromkeys(f"tier {item.tier}" for item in party.tiers)
        group = [f"group {party.group}"] if isinstance(party, Customer) and party.group else []
        yield self._node(kind, name, party, party.origin, [*group, *tiers, *keys, *_calendar(party.calendar)])

    def customer(self, customer: Customer) -> Iterator[Node]:
        made = list(self.party("customer", customer, customer.name))
        yield from made
        group = self._rules.groups.get(customer.group)
        managed = customer.tiers or (group is not None and group.tiers)
        needs = [f"customer {customer.name}"]
        if not managed and self._rules.default_tier:
            needs.append(f"tier {self._rules.default_tier}")
        yield Node(
            "agreement",
            customer.name,
            self._digest(customer, needs),
            customer.origin,
            made[-1].where,
            tuple(needs),
        )

    def default(self) -> Node:
        name = self._rules.default_tier
        needs = (f"tier {name}",) if name else ()
        return Node("agreement", "(any other customer)", self._digest(name, needs), NOWHERE, "", needs)

    def _targets(self, scope: str, targets: Iterable[Target], calendar: str) -> Iterator[Node]:
        for number, target in enumerate(targets, 1):
            needs = list(_calendar(target.calendar or calendar))
            if target.metric in self._rules.metrics:
                needs.append(f"metric {target.metric}")
            name = f"{scope}: {target.rule}" if target.rule else f"{scope}: target {number}"
            if target.when is not None:
                holds = self._predicate(target.when, name, target.origin)
                yield holds
                needs.append(holds.key)
            yield self._node("target", name, target, target.origin, needs)

    def _predicate(self, condition: Condition, name: str, origin: Origin) -> Node:
        fields = (f"field {name}" for name in sorted(fields_of(condition)) if name in self._rules.fields)
        return self._node("predicate", name, condition, origin, fields)

    def _node(self, kind: str, name: str, value: object, origin: Origin, needs: Iterable[str] = ()) -> Node:
        where = self._where(origin)
        path = where.rpartition(":")[0]
        source = [f"source {path}"] if path in self._files else []
        return Node(kind, name, digest_of(value), origin, where, tuple(dict.fromkeys([*source, *needs])))

    def _digest(self, value: object, needs: Iterable[str]) -> str:
        tiers = [self._rules.tiers.get(key.removeprefix("tier ")) for key in needs if key.startswith("tier ")]
        return digest_of((value, *tiers)) if tiers else digest_of(value)


def _calendar(name: str) -> Iterator[str]:
    if name and name != ALWAYS:
        yield f"calendar {name}"
