"""Declarations that no contract depends on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from typing import Protocol, TypeVar

from dsl.finding import Finding
from dsl.ladder import MANAGEMENT, LadderStep, Notify, Reassign, Recipient, Role
from dsl.places import Thing
from dsl.scenario import Scenario
from dsl.span import Origin
from engine.analyse import idle
from engine.analyse.climbers import Climbers
from engine.analyse.example import Shown
from engine.analyse.survey import Survey
from engine.analyse.used import things_in_use


class HasOrigin(Protocol):
    """What stands somewhere."""

    @property
    def origin(self) -> Origin:
        """Where."""
        ...


T = TypeVar("T", bound=HasOrigin)


def unused_findings(survey: Survey, climbers: Climbers) -> Iterator[Shown]:
    """Tiers, groups, pauses, calendars, holidays, metrics, credits, maintenance, fields, persons and teams that nothing in force refers to."""
    rules = survey.rules
    used = things_in_use(survey.loaded.sheets)
    excluding = any(
        one.excluding
        for tier in rules.tiers.values()
        if Thing("tier", tier.name) in used
        for one in tier.uptimes
    )
    windows = {name: one for name, one in rules.maintenance.items() if one.excluded and not excluding}
    told = "it excludes uptime, and no tier in use promises uptime excluding maintenance"
    nobodys = "no customer, no group with customers and no `default tier` has it"
    yield from _unused(survey, "tier", rules.tiers, used, nobodys, idle.of_tier)
    yield from _unused(survey, "group", rules.groups, used, "no customer is in it", idle.of_group)
    yield from _unused(survey, "pause", rules.pauses, used, "no tier in use is paused by it", idle.of_pause)
    counted = "nothing that is in use is counted on it"
    yield from _unused(survey, "calendar", rules.calendars, used, counted, idle.of_calendar)
    closed = "no calendar in use is closed on them"
    yield from _unused(survey, "holidays", rules.holidays, used, closed, idle.of_holidays)
    yield from _unused(survey, "metric", rules.metrics, used, "no target in use promises it", idle.of_metric)
    yield from _unused(survey, "credits", rules.credits, used, "no tier in use pays them", idle.of_credits)
    yield from _unused(survey, "maintenance", windows, (), told, idle.of_maintenance)
    asks = "no condition in use asks for it"
    yield from _unused(survey, "field", rules.fields, used, asks, idle.of_field)
    yield from _people(survey, climbers, used)


def _people(survey: Survey, climbers: Climbers, used: Collection[Thing]) -> Iterator[Shown]:
    """Where a ladder is about the assignee, anybody who is declared may be meant."""
    rules = survey.rules
    steps = (step for ladder in rules.escalations.values() for step in ladder.steps)
    if any(one.role is Role.ASSIGNEE for step in steps for one in _recipients(step)):
        return
    used = {*used, Thing("team", MANAGEMENT), Thing("person", MANAGEMENT)}
    others = partial(idle.of_recipient, climbers)
    yield from _unused(survey, "team", rules.teams, used, "no ladder, report or condition names it", others)
    unnamed = "no team, ladder, report or customer names them"
    yield from _unused(survey, "person", rules.people, used, unnamed, others)


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
    used: Collection[Thing],
    why: str,
    example: Callable[[Survey, T], Scenario],
) -> Iterator[Shown]:
    for name, one in declared.items():
        if Thing(kind, name) not in used:
            message = f"the {kind} `{name}` is not used: {why}"
            finding = Finding("W0910", message, one.origin, "use it, or remove it")
            yield Shown(finding, partial(example, survey, one))
