"""Declarations that no contract depends on. There is no ticket that could show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dsl.finding import Finding
from dsl.ladder import LadderStep, Notify, Reassign, Recipient, Role
from dsl.model import Override, RuleSet, Tier
from dsl.span import Origin
from engine.analyse.survey import Survey

_TEAMS = (Role.TEAM, Role.LEAD, Role.SENIOR, Role.MEMBER)


def unused_findings(survey: Survey) -> Iterator[Finding]:
    """Tiers, groups, pauses, calendars, holidays, metrics, credits, maintenance, persons and teams that nothing in force refers to."""
    rules = survey.rules
    groups = {one.group for one in rules.customers.values()}
    tiers = _tiers(rules, groups)
    in_force = [rules.tiers[name] for name in tiers]
    pauses = {name for tier in in_force for name in tier.pauses}
    calendars = _calendars(rules, in_force, groups)
    holidays = {
        one.name for name in calendars if name in rules.calendars for one in rules.calendars[name].holidays
    }
    metrics = {written.target.metric for written in survey.targets.values()}
    yield from _unused(
        "tier", rules.tiers, tiers, "no customer, no group with customers and no `default tier` has it"
    )
    yield from _unused("group", rules.groups, groups, "no customer is in it")
    yield from _unused("pause", rules.pauses, pauses, "no tier in use is paused by it")
    yield from _unused("calendar", rules.calendars, calendars, "nothing that is in use is counted on it")
    yield from _unused("holidays", rules.holidays, holidays, "no calendar in use is closed on them")
    yield from _unused("metric", rules.metrics, metrics, "no target promises it")
    credits_ = {tier.credits for tier in in_force}
    excluding = any(one.excluding for tier in in_force for one in tier.uptimes)
    yield from _unused("credits", rules.credits, credits_, "no tier in use pays them")
    yield from _unused(
        "maintenance",
        {name: one for name, one in rules.maintenance.items() if one.excluded},
        set(rules.maintenance) if excluding else set(),
        "it excludes uptime, and no tier in use promises uptime excluding maintenance",
    )
    yield from _people(rules)


def _tiers(rules: RuleSet, groups: set[str]) -> set[str]:
    """The tiers that somebody has, and those that lend to them."""
    parties = [*rules.customers.values(), *(one for one in rules.groups.values() if one.name in groups)]
    waiting = [rules.default_tier, *(item.tier for party in parties for item in party.tiers)]
    used: set[str] = set()
    while waiting:
        tier = rules.tiers.get(waiting.pop())
        if tier is not None and tier.name not in used:
            used.add(tier.name)
            waiting.append(tier.like)
    return used


def _calendars(rules: RuleSet, tiers: Sequence[Tier], groups: set[str]) -> set[str]:
    parties = [*rules.customers.values(), *(one for one in rules.groups.values() if one.name in groups)]
    overrides = [item for party in parties for item in party.overrides]
    used = {one.calendar for one in parties}
    scopes: list[Tier | Override] = [*tiers, *overrides]
    for scope in scopes:
        used |= {scope.calendar, *(target.calendar for target in scope.targets)}
    used |= {one.calendar for tier in tiers for one in tier.uptimes}
    return used | {step.calendar for ladder in rules.escalations.values() for step in ladder.steps}


def _people(rules: RuleSet) -> Iterator[Finding]:
    """Where a ladder is about the assignee, anybody who is declared may be meant."""
    steps = [step for ladder in rules.escalations.values() for step in ladder.steps]
    meant = [one for step in steps for one in _recipients(step)]
    if any(one.role is Role.ASSIGNEE for one in meant):
        return
    teams = {one.name for one in meant if one.role in _TEAMS} | {"management"}
    people = {one.name for one in meant if one.role is Role.PERSON} | {"management"}
    people |= {one.account_manager for one in rules.customers.values()}
    people |= {name for team in rules.teams.values() for name in (*team.lead, *team.senior, *team.member)}
    yield from _unused("team", rules.teams, teams, "no ladder names it")
    yield from _unused("person", rules.people, people, "no team, ladder or customer names them")


def _recipients(step: LadderStep) -> tuple[Recipient, ...]:
    match step.action:
        case Notify(to):
            return to
        case Reassign(to):
            return (to,)
        case _:
            return ()


def _unused(kind: str, declared: Mapping[str, object], used: set[str], why: str) -> Iterator[Finding]:
    for name, one in declared.items():
        if name not in used:
            origin: Origin = one.origin  # type: ignore[attr-defined]
            yield Finding("W0910", f"the {kind} `{name}` is not used: {why}", origin, "use it, or remove it")
