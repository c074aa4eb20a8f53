"""Where names are declared and used in all files of a rule set, and how many customers depend on one.

Nothing is indexed: a name is looked for in the texts of the declarations first, and only what has it is looked through. What a
declaration mentions is kept with it: it changes only with its text.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple
from weakref import WeakKeyDictionary

from dsl.mentions import RECIPIENT, Mention, mentions
from dsl.sheet import Sheet
from dsl.unit import Unit

INSIDE = {
    "priority": ("priorities",),
    "status": ("statuses",),
    "event": ("metric",),
    "override": ("customer", "group"),
}
"""Kinds that are declared inside a declaration of another."""


class Place(NamedTuple):
    """A mention in its file; offsets count from the start of the file. `head` is where its declaration starts, `unit` that."""

    path: str
    start: int
    end: int
    mention: Mention
    head: int
    unit: Unit


class Thing(NamedTuple):
    """What a name means: the kind and the name of a declaration."""

    kind: str
    name: str


def unit_at(sheet: Sheet, offset: int) -> tuple[int, Unit] | None:
    """The declaration at an offset of a file, with its start."""
    index = bisect_right(sheet.cut.starts, offset) - 1
    if index < 0 or offset > sheet.cut.starts[index] + len(sheet.cut.texts[index]):
        return None
    return sheet.cut.starts[index], sheet.units[index]


_MENTIONED: WeakKeyDictionary[Unit, tuple[Mention, ...]] = WeakKeyDictionary()
_NAMED: WeakKeyDictionary[Unit, frozenset[Thing]] = WeakKeyDictionary()


def mentioned(unit: Unit) -> tuple[Mention, ...]:
    """All names in a declaration."""
    found = _MENTIONED.get(unit)
    if found is None:
        found = _MENTIONED[unit] = tuple(mentions(unit.tree)) if unit.tree else ()
    return found


def mention_at(sheets: Sequence[Sheet], path: str, offset: int) -> Place | None:
    """The name at an offset, also right behind its last character."""
    sheet = next((sheet for sheet in sheets if sheet.path == path), None)
    found = unit_at(sheet, offset) if sheet else None
    if found is None:
        return None
    start, unit = found
    for one in mentioned(unit):
        if one.start <= offset - start <= one.end:
            return Place(path, start + one.start, start + one.end, one, start, unit)
    return None


def meant(sheets: Sequence[Sheet], mention: Mention) -> Thing:
    """What a mention is about, whether or not that is declared."""
    kind, name = mention.kind, mention.name
    if kind == RECIPIENT:
        kind = "person" if any(_declaring(sheets, "person", name)) else "team"
    if mention.quoted and kind in ("customer", "group", "team"):
        name = _called(sheets, kind, name)
    return Thing(kind, name)


def declared(sheets: Sequence[Sheet], thing: Thing) -> list[Place]:
    """Where a thing is declared, in the order of the files."""
    found = _places(sheets, thing, INSIDE.get(thing.kind, (thing.kind,)))
    return [place for place in found if place.mention.declares]


def uses(sheets: Sequence[Sheet], thing: Thing) -> list[Place]:
    """Every place of a thing's name, its declaration too, in the order of the files."""
    return _places(sheets, thing)


def _places(sheets: Sequence[Sheet], thing: Thing, among: Collection[str] = ()) -> list[Place]:
    kinds = {thing.kind, RECIPIENT} if thing.kind in ("person", "team") else {thing.kind}
    found: list[Place] = []
    for sheet, start, unit in _holding(sheets, thing.name, among):
        for one in mentioned(unit):
            if one.kind in kinds and _same(one, thing):
                found.append(Place(sheet.path, start + one.start, start + one.end, one, start, unit))
    return sorted(found, key=lambda place: (place.path, place.start))


def _same(mention: Mention, thing: Thing) -> bool:
    if mention.quoted and mention.kind == "status":
        return mention.name.casefold() == thing.name.casefold()
    return mention.name == thing.name


def _holding(sheets: Sequence[Sheet], text: str, among: Collection[str]) -> Iterator[tuple[Sheet, int, Unit]]:
    """The declarations with this text in them, of all kinds unless some are given; a string may have it in other letters or
    behind backslashes."""
    plain = text.isascii() and text == text.lower() and "\\" not in text and '"' not in text
    for sheet in sheets:
        for start, unit in zip(sheet.cut.starts, sheet.units, strict=True):
            if (not among or unit.kind in among) and (not plain or text in unit.text):
                yield sheet, start, unit


def _declaring(sheets: Sequence[Sheet], kind: str, name: str) -> Iterator[Unit]:
    return (unit for sheet in sheets for unit in sheet.units if unit.kind == kind and unit.name == name)


def _called(sheets: Sequence[Sheet], kind: str, text: str) -> str:
    """The name of what a ticket system calls so by title or alias; the text itself where nothing is."""
    wanted = text.casefold()
    for sheet in sheets:
        for unit in sheet.units:
            tree = unit.tree
            if unit.kind == kind and tree is not None:
                titles = [tree.title] if tree.title else []
                titles += [
                    word
                    for line in tree.lines
                    if getattr(line, "keyword", "") == "alias"
                    for word in getattr(line, "words", ())
                ]
                if any(word.text.casefold() == wanted for word in titles):
                    return unit.name
    return text


# ---------------------------------------------------------------- who depends on it


_CARRIERS = ("tier", "calendar", "pause", "escalation", "credits", "group", "team", "metric")
"""Declarations through which a customer depends on what they name."""


def dependants(sheets: Sequence[Sheet]) -> Counter[Thing]:
    """How many customers depend on each thing: they name it, or something that names it. Whoever has no tier of their own, nor
    of a group, has the default one."""
    through: dict[Thing, frozenset[Thing]] = {}
    customers: Counter[frozenset[Thing]] = Counter()
    teams = {unit.name for sheet in sheets for unit in sheet.units if unit.kind == "team"}
    default: frozenset[Thing] = frozenset()
    for sheet in sheets:
        for unit in sheet.units:
            if unit.kind == "customer":
                customers[named(unit, teams)] += 1
            elif unit.kind == "default":
                default = named(unit, teams)
            elif unit.kind in _CARRIERS:
                through[Thing(unit.kind, unit.name)] = named(unit, teams)
    counts: Counter[Thing] = Counter()
    for direct, number in customers.items():
        groups = [through.get(thing, frozenset()) for thing in direct if thing.kind == "group"]
        tiers = any(thing.kind == "tier" for things in (direct, *groups) for thing in things)
        for thing in reached(direct if tiers else direct | default, through):
            counts[thing] += number
    return counts


def named(unit: Unit, teams: Collection[str]) -> frozenset[Thing]:
    """What a declaration names but for what it has in quotes; `teams` are the names of all teams."""
    found = _NAMED.get(unit)
    if found is None:
        found = _NAMED[unit] = frozenset(
            Thing(one.kind, one.name) for one in mentioned(unit) if not one.declares and not one.quoted
        )
    if any(thing.kind == RECIPIENT for thing in found):
        return frozenset(
            Thing("team" if name in teams else "person", name) if kind == RECIPIENT else Thing(kind, name)
            for kind, name in found
        )
    return found


def reached(direct: Iterable[Thing], through: Mapping[Thing, Iterable[Thing]]) -> set[Thing]:
    """These things and all that they come to, one `through` the other."""
    found: set[Thing] = set()
    waiting = list(direct)
    while waiting:
        thing = waiting.pop()
        if thing not in found:
            found.add(thing)
            waiting += through.get(thing, ())
    return found
