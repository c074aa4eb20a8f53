"""Which declarations are in use: those that something that acts by itself names, directly or through others that are in use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dsl.places import Thing, meant, mentioned, named, reached
from dsl.sheet import Sheet
from dsl.unit import Unit

_THROUGH_OTHERS = ("tier", "group", "pause", "calendar", "holidays", "metric", "credits")
"""Declarations that do nothing until another names them."""

_TRYING = ("check", "scenario")
"""Declarations that only try what others do."""

_ASKING = {
    "group": ("escalation", "group", "maintenance", "pause", "renegotiation", "report", "service", "tier"),
    "metric": ("credits", "escalation", "pause", "renegotiation"),
    "tier": ("renegotiation",),
}
"""By a kind of declaration, those that wait for one or ask about it: nobody has a group, a tier or a clock for that."""


def things_in_use(sheets: Sequence[Sheet]) -> set[Thing]:
    """Everything that is in use, whether or not it is declared; whatever names something uses it unless `_ASKING` has it."""
    units = [unit for sheet in sheets for unit in sheet.units if unit.kind not in _TRYING]
    teams = {unit.name for unit in units if unit.kind == "team"}
    acting: set[Thing] = set()
    through: dict[Thing, frozenset[Thing]] = {}
    for unit in units:
        things = {*named(unit, teams), *_called(sheets, unit)}
        needed = frozenset(thing for thing in things if unit.kind not in _ASKING.get(thing.kind, ()))
        if unit.kind in _THROUGH_OTHERS:
            through[Thing(unit.kind, unit.name)] = needed
        else:
            acting |= needed
    return reached(acting, through)


def _called(sheets: Sequence[Sheet], unit: Unit) -> Iterator[Thing]:
    """Teams that a condition has by what the ticket system calls them."""
    return (meant(sheets, one) for one in mentioned(unit) if one.quoted and one.kind == "team")
