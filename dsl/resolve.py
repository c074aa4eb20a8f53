"""Puts the declarations of all files together by kind and name, and builds the model from them."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from dsl import (
    build,
    build_commitment,
    build_ladder,
    build_renegotiation,
    build_report,
    build_scenario,
    condition,
    ladder,
    model,
    syntax,
)
from dsl.gather import Gathered
from dsl.unit import Unit

NAMED = (
    "field",
    "person",
    "team",
    "channel",
    "holidays",
    "calendar",
    "metric",
    "tier",
    "pause",
    "escalation",
    "group",
    "customer",
    "service",
    "maintenance",
    "credits",
    "renegotiation",
    "report",
    "check",
    "scenario",
)


class Declared(NamedTuple):
    """A unit in its place: `key` is unique in the rule set, `path` the file as shown."""

    key: str
    path: str
    unit: Unit

    @property
    def tree(self) -> syntax.Declaration:
        assert self.unit.tree is not None
        return self.unit.tree


@dataclass(slots=True)
class Site:
    """All declarations. `named[kind][name]` is the first of that name; `again` holds the others with the first.

    A declaration whose lines could not be read is in `named` too, so that what refers to it is not blamed.
    """

    named: dict[str, dict[str, Declared]] = field(default_factory=lambda: {kind: {} for kind in NAMED})
    single: dict[str, list[Declared]] = field(default_factory=dict)
    again: list[tuple[Declared, Declared]] = field(default_factory=list)
    calendars: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    _likes: list[Like] | None = None

    def of(self, kind: str) -> Iterator[Declared]:
        """The readable declarations of a kind, each name once."""
        return (one for one in self.named[kind].values() if one.unit.tree)

    def trees(self, kind: str) -> Iterator[syntax.Declaration]:
        """The readable declarations of an unnamed kind."""
        return (one.unit.tree for one in self.single.get(kind, ()) if one.unit.tree)

    def by_likeness(self) -> list[Like]:
        """The readable tiers, each after the one that it is like. The tier that closes a circle is like none."""
        if self._likes is None:
            self._likes = list(_by_likeness(self))
        return self._likes


def resolve(gathered: Gathered, last: Site | None = None) -> Site:
    """Find every declaration's place and give each a key of its own. `last` lends the customers that stayed in theirs."""
    site = Site(calendars=gathered.calendars)
    before = last.named["customer"] if last else {}
    seen: dict[str, int] = {}
    for path, sheet in gathered.sheets.items():
        keys: list[str] = []
        for unit in sheet.units:
            key = unit.key
            count = seen[key] = seen.get(key, 0) + 1
            if count > 1:
                key = f"{key} #{count}"
            keys.append(key)
            declared = before.get(unit.name)
            if declared is None or declared.unit is not unit or declared[:2] != (key, path):
                declared = Declared(key, path, unit)
            if unit.kind not in site.named:
                site.single.setdefault(unit.kind, []).append(declared)
            elif unit.name:
                first = site.named[unit.kind].setdefault(unit.name, declared)
                if first is not declared:
                    site.again.append((declared, first))
        gathered.sheets[path] = replace(sheet, keys=keys)  # an older rule set may still use the old keys
    return site


# ---------------------------------------------------------------- the model


def rule_set(site: Site, digest: str, without: Container[str] = ()) -> model.RuleSet:
    """Build the model of a site without errors but in customers that are left out."""
    holidays = {one.unit.name: holiday_list(site, one) for one in site.of("holidays")}
    defaults = [build.word_of(tree.lines, "default") for tree in site.trees("default")]
    return model.RuleSet(
        digest=digest,
        priorities=priorities(site),
        statuses=statuses(site),
        status_names=status_names(site),
        fields={one.unit.name: build.field(one.key, one.tree) for one in site.of("field")},
        people={one.unit.name: build.person(one.key, one.tree) for one in site.of("person")},
        teams={one.unit.name: build.team(one.key, one.tree) for one in site.of("team")},
        metrics={one.unit.name: build.metric(one.key, one.tree) for one in site.of("metric")},
        holidays=holidays,
        calendars={one.unit.name: build.calendar(one.key, one.tree, holidays) for one in site.of("calendar")},
        pauses={one.unit.name: build.pause(one.key, one.tree) for one in site.of("pause")},
        tiers=tiers(site),
        groups={one.unit.name: build.group(one.key, one.unit.text, one.tree) for one in site.of("group")},
        customers={
            one.unit.name: customer(one) for one in site.of("customer") if one.unit.name not in without
        },
        default_tier=defaults[0] if defaults else "",
        channels={one.unit.name: build_ladder.channel(one.key, one.tree) for one in site.of("channel")},
        escalations={one.unit.name: escalation(site, one) for one in site.of("escalation")},
        scenarios={
            one.unit.name: build_scenario.tell(one.key, one.tree, site.named["team"])
            for one in site.of("scenario")
        },
        services={one.unit.name: build_commitment.service(one.key, one.tree) for one in site.of("service")},
        maintenance={
            one.unit.name: build_commitment.maintenance(one.key, one.tree) for one in site.of("maintenance")
        },
        credits={one.unit.name: build_commitment.credits_of(one.key, one.tree) for one in site.of("credits")},
        renegotiations={
            one.unit.name: build_renegotiation.renegotiation_of(one.key, one.unit.text, one.tree)
            for one in site.of("renegotiation")
        },
        reports={
            one.unit.name: build_report.report_of(one.key, one.tree, site.named["team"])
            for one in site.of("report")
        },
        checks={one.unit.name: build_scenario.check(one.key, one.tree) for one in site.of("check")},
    )


def customer(declared: Declared) -> model.Customer:
    """A customer's model, made once as long as its text stays what it is."""
    unit = declared.unit
    if unit.built is None:
        unit.built = build.customer(declared.key, unit.text, declared.tree)
    return unit.built


def escalation(site: Site, declared: Declared) -> ladder.Escalation:
    return build_ladder.escalation(declared.key, declared.unit.text, declared.tree, site.named["team"])


def holiday_list(site: Site, declared: Declared) -> model.HolidayList:
    files = {written: found for (path, written), found in site.calendars.items() if path == declared.path}
    return build.holiday_list(declared.key, declared.tree, files)


class Like(NamedTuple):
    """A tier with its lines, and the tier that it is like, "" for none. `circle` are the names of a circle of `like` that it closes."""

    declared: Declared
    block: build.Block
    base: str
    circle: tuple[str, ...] = ()


def _by_likeness(site: Site) -> Iterator[Like]:
    blocks = {one.unit.name: build.Block(one.tree.lines) for one in site.of("tier")}
    told: set[str] = set()
    for first in blocks:
        chain: dict[str, str] = {}
        name = first
        while name in blocks and name not in told and name not in chain:
            chain[name] = blocks[name].one("like")
            name = chain[name]
        circle = (*chain, name)[list(chain).index(name) :] if name in chain else ()
        for name, base in reversed(chain.items()):
            yield Like(site.named["tier"][name], blocks[name], "" if circle else base, circle)
            circle = ()
            told.add(name)


def tiers(site: Site) -> dict[str, model.Tier]:
    """All tiers with what `like` brings in; one of a circle gets nothing from it."""
    built: dict[str, model.Tier] = {}
    for declared, block, base, _ in site.by_likeness():
        unit = declared.unit
        built[unit.name] = build.tier(declared.key, unit.text, declared.tree, block, built.get(base))
    return {name: built[name] for name in site.named["tier"] if name in built}


def priorities(site: Site) -> tuple[str, ...]:
    """The declared priorities, highest first."""
    return tuple(
        dict.fromkeys(
            word for tree in site.trees("priorities") for word in build.words_of(tree.lines, "priorities")
        )
    )


def statuses(site: Site) -> dict[str, condition.StatusClass]:
    """The class of each declared status, case folded."""
    return {word.casefold(): kind for word, kind in _declared_statuses(site)}


def status_names(site: Site) -> dict[str, str]:
    """Each declared status as written, by its case folded text."""
    return {word.casefold(): word for word, _ in _declared_statuses(site)}


def _declared_statuses(site: Site) -> Iterator[tuple[str, condition.StatusClass]]:
    for tree in site.trees("statuses"):
        for kind in condition.StatusClass:
            for word in build.words_of(tree.lines, kind):
                yield word, kind
