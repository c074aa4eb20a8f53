"""Customers and groups: what they refer to, on which calendar their targets run, and what they lack for their tiers."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import NamedTuple

from dsl import syntax
from dsl.checks.around import NO_CALENDAR, Around
from dsl.checks.conditions import condition_findings
from dsl.checks.names import Names, zone_findings
from dsl.checks.owed import gap_finding
from dsl.checks.tiers import amount_findings
from dsl.finding import Finding, here
from dsl.resolve import Declared
from dsl.span import Origin
from dsl.vocabulary import REFERENCES


class _Party(NamedTuple):
    """The lines of a customer or group; `group` and `calendar` are "" where not given."""

    group: str
    calendar: str
    manager: syntax.Word | None
    assigned: list[syntax.Assignment]
    overrides: list[syntax.Override]
    retainers: list[syntax.Retainer]

    @property
    def tiers(self) -> tuple[str, ...]:
        return tuple([line.tier.text for line in self.assigned])


def party_findings(declared: Declared, around: Around) -> Iterator[Finding]:
    """What is wrong with one customer or group, given everything else."""
    party = yield from _references(declared, around)
    surrounding = party.calendar or around.group_calendar(party.group)
    whole = not declared.unit.broken
    if whole:
        for line in party.assigned:
            if misfit := around.misfit(line.tier.text, surrounding, declared.unit.kind):
                yield misfit._replace(at=here(line.tier))
    for override in party.overrides:
        yield from _override(declared, party, override, surrounding, around)
    if whole and declared.unit.kind == "customer":
        yield from _manager(declared, party, around)
        currencies = tuple([one.money.currency.text for one in party.retainers])
        for gap in around.gaps(party.tiers, party.group, currencies):
            yield gap_finding(gap, declared, party.retainers)


def _references(declared: Declared, around: Around) -> Generator[Finding, None, _Party]:
    """What the lines refer to, and the lines by what they are."""
    calendar, group, manager = "", "", None
    assigned: list[syntax.Assignment] = []
    overrides: list[syntax.Override] = []
    retainers: list[syntax.Retainer] = []
    for line in declared.tree.lines:
        match line:
            case syntax.Fact("zone", words):
                yield from zone_findings(words[0])
            case syntax.Fact(keyword, words) if keyword in REFERENCES["customer"]:
                yield from around.all_unknown(REFERENCES["customer"][keyword], words)
                if keyword == "calendar":
                    calendar = calendar or words[0].text
                elif keyword == "group":
                    group = group or words[0].text
                elif keyword == "account-manager":
                    manager = manager or words[0]
            case syntax.Assignment(tier):
                yield from around.unknown("tier", tier)
                assigned.append(line)
            case syntax.Override():
                overrides.append(line)
            case syntax.Retainer():
                retainers.append(line)
            case _:
                pass
    return _Party(group, calendar, manager, assigned, overrides, retainers)


def _override(
    declared: Declared, party: _Party, override: syntax.Override, surrounding: str, around: Around
) -> Iterator[Finding]:
    own = ""
    for line in override.lines:
        if isinstance(line, syntax.Fact) and line.keyword == "calendar":
            yield from around.all_unknown("calendar", line.words)
            own = line.words[0].text
    for line in override.lines:
        if not isinstance(line, syntax.Target):
            continue
        yield from target_findings(line, around)
        named = line.calendar.text if line.calendar else own or surrounding
        calendars = (named,) if named else around.calendars(party.tiers, party.group)
        if calendars is None:
            continue
        if declared.unit.kind == "customer" and not declared.unit.broken and not all(calendars):
            yield Finding(
                NO_CALENDAR,
                "no calendar says when this target's time counts",
                here(line),
                "write `on always` at its end, or give the override a `calendar` line",
            )
        for calendar in dict.fromkeys(filter(None, calendars)):
            yield from amount_findings(line.amount, calendar, here(line.amount))


def _manager(declared: Declared, party: _Party, around: Around) -> Iterator[Finding]:
    """What a customer's account manager lacks for the ladders of its tiers; an account manager most of all."""
    manager = party.manager
    at = around.unheard(party.tiers, party.group, manager.text if manager else "")
    if at is None:
        return
    if manager is None:
        yield Finding(
            "W0711",
            f"ladder `{at.ladder}` tells the account manager, and `{declared.unit.name}` has none",
            Origin("", 0, declared.tree.end),
            "add an `account-manager` line here, or `skip if nobody` to that step",
            labels=((at.where, "told here"),),
        )
    else:
        yield Finding(
            "E0708",
            f"`{manager.text}` has no email address, and ladder `{at.ladder}` sends mail to this account manager",
            here(manager),
            "give the person an `email` line, or tell account managers by another channel",
            labels=((at.where, "mailed here"),),
        )


def target_findings(line: syntax.Target, names: Names) -> Iterator[Finding]:
    """What a target refers to."""
    yield from names.all_unknown("priority", line.priorities)
    yield from names.unknown("metric", line.metric)
    if line.calendar:
        yield from names.unknown("calendar", line.calendar)
    if line.when:
        yield from condition_findings(line.when, names)
