"""Declarations that no contract depends on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Protocol, TypeVar

from dsl.finding import Finding
from dsl.ladder import LadderStep, Notify, Reassign, Recipient, Role
from dsl.model import Override, RuleSet, Tier
from dsl.scenario import Scenario
from dsl.span import Origin
from engine.analyse import idle
from engine.analyse.climbers import Climbers
from engine.analyse.conditions import conditions_of
from engine.analyse.example import Shown
from engine.analyse.survey import Survey
from engine.predicate import fields_of


class HasOrigin(Protocol):
    """What stands somewhere."""

    @property
    def origin(self) -> Origin:
        """Where."""
        ...


T = TypeVar("T", bound=HasOrigin)

_TEAMS = (Role.TEAM, Role.LEAD, Role.SENIOR, Role.MEMBER)


def unused_findings(survey: Survey, climbers: Climbers) -> Iterator[Shown]:
    """Tiers, groups, pauses, calendars, holidays, metrics, credits, maintenance, fields, persons and teams that nothing in force refers to."""
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
    credits_ = {tier.credits for tier in in_force}
    excluding = any(one.excluding for tier in in_force for one in tier.uptimes)
    windows = {name: one for name, one in rules.maintenance.items() if one.excluded and not excluding}
    told = "it excludes uptime, and no tier in use promises uptime excluding maintenance"
    nobodys = "no customer, no group with customers and no `default tier` has it"
    yield from _unused(survey, "tier", rules.tiers, tiers, nobodys, idle.of_tier)
    yield from _unused(survey, "group", rules.groups, groups, "no customer is in it", idle.of_group)
    yield from _unused(survey, "pause", rules.pauses, pauses, "no tier in use is paused by it", idle.of_pause)
    counted = "nothing that is in use is counted on it"
    yield from _unused(survey, "calendar", rules.calendars, calendars, counted, idle.of_calendar)
    closed = "no calendar in use is closed on them"
    yield from _unused(survey, "holidays", rules.holidays, holidays, closed, idle.of_holidays)
    yield from _unused(survey, "metric", rules.metrics, metrics, "no target promises it", idle.of_metric)
    yield from _unused(
        survey, "credits", rules.credits, credits_, "no tier in use pays them", idle.of_credits
    )
    yield from _unused(survey, "maintenance", windows, (), told, idle.of_maintenance)
    asked = {name for one in conditions_of(survey, climbers) for name in fields_of(one.condition)}
    yield from _unused(survey, "field", rules.fields, asked, "no condition asks for it", idle.of_field)
    yield from _people(survey, climbers)


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


def _people(survey: Survey, climbers: Climbers) -> Iterator[Shown]:
    """Where a ladder is about the assignee, anybody who is declared may be meant."""
    rules = survey.rules
    steps = [step for ladder in rules.escalations.values() for step in ladder.steps]
    meant = [one for step in steps for one in _recipients(step)]
    if any(one.role is Role.ASSIGNEE for one in meant):
        return
    teams = {one.name for one in meant if one.role in _TEAMS} | {"management"}
    people = {one.name for one in meant if one.role is Role.PERSON} | {"management"}
    people |= {one.account_manager for one in rules.customers.values()}
    people |= {name for team in rules.teams.values() for name in (*team.lead, *team.senior, *team.member)}
    others = partial(idle.of_recipient, climbers)
    yield from _unused(survey, "team", rules.teams, teams, "no ladder names it", others)
    unnamed = "no team, ladder or customer names them"
    yield from _unused(survey, "person", rules.people, people, unnamed, others)


def _recipients(step: LadderStep) -> tuple[Recipient, ...]:
    match step.action:
        case Notify(to):
            return to
        case Reassign(to):
            return (to,)
        case _:
            return ()


def _unused(
    survey: Survey,
    kind: str,
    declared: Mapping[str, T],
    used: Collection[str],
    why: str,
    example: Callable[[Survey, T], Scenario],
) -> Iterator[Shown]:
    for name, one in declared.items():
        if name not in used:
            message = f"the {kind} `{name}` is not used: {why}"
            finding = Finding("W0910", message, one.origin, "use it, or remove it")
            yield Shown(finding, partial(example, survey, one))
