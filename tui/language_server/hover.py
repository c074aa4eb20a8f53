"""What is shown of a name or a target under the pointer: what it is, what is said of it, what it comes to, and who uses it."""

from __future__ import annotations

from collections.abc import Iterator

from dsl import model, syntax, values
from dsl.cut import about
from dsl.places import Place, Thing, declared, dependants, meant, mention_at, unit_at
from dsl.unit import Unit
from dsl.verdict import counted
from tui.language_server.insight import openings
from tui.language_server.sites import Reading
from tui.plain import plain

COUNTED = frozenset(
    (
        *("tier", "group", "calendar", "holidays", "escalation", "pause", "credits"),
        *("team", "person", "channel", "metric"),
    )
)
"""Kinds of which it is said how many customers depend on one."""

_NOT_OF_THINGS = ("priority", "metric")
_WIDE = 2000


def hover(reading: Reading, shown: str, offset: int, now: int) -> tuple[str, Place | None]:
    """Plain text for a place of a file, "" where there is nothing to say, and the name that it is about."""
    loaded = reading.loaded
    place = mention_at(loaded.sheets, shown, offset)
    lines: list[str] = []
    if place is None or place.mention.kind in _NOT_OF_THINGS:
        lines += _target(reading, shown, offset)
    if place is not None:
        lines += _thing(reading, meant(loaded.sheets, place.mention), now)
    return "\n".join(plain(line, _WIDE) for line in lines), place


# ---------------------------------------------------------------- names


def _thing(reading: Reading, thing: Thing, now: int) -> Iterator[str]:
    loaded, rules = reading.loaded, reading.loaded.ruleset
    found = declared(loaded.sheets, thing)
    yield f"{thing.kind} {thing.name}{_title(found[0].unit) if found and found[0].unit.name == thing.name else ''}"
    if found:
        place = found[0]
        if said := about(loaded.files[place.path], place.head):
            yield said
        yield f"declared at {loaded.span(place.path, place.start, place.end)}"
    calendar = rules.calendars.get(thing.name) if rules and thing.kind == "calendar" else None
    if calendar is not None:
        yield f"zone {calendar.zone}"
        yield from (f"  {line}" for line in openings(calendar, now) or ["never opens again"])
    if thing == Thing("calendar", model.ALWAYS):
        yield "built in: around the clock"
    if found and thing.kind in COUNTED:
        yield used_by(dependants(loaded.sheets)[thing])


def used_by(customers: int) -> str:
    """`used by 12 customers`."""
    return f"used by {counted(customers, 'customer')}"


def _title(unit: Unit) -> str:
    return f' "{unit.tree.title.text}"' if unit.tree and unit.tree.title else ""


# ---------------------------------------------------------------- targets


def _target(reading: Reading, shown: str, offset: int) -> Iterator[str]:
    """What a `target` line comes to: the amount, and the calendars on which it may run."""
    sheet = next((sheet for sheet in reading.loaded.sheets if sheet.path == shown), None)
    found = unit_at(sheet, offset) if sheet else None
    if found is None or found[1].tree is None or reading.loaded.ruleset is None:
        return
    start, unit = found
    assert unit.tree is not None
    for target, override in _targets(unit.tree):
        if target.start <= offset - start <= target.end:
            calendars = _calendars(reading.loaded.ruleset, unit, target, override)
            how = "every" if target.repeats else "within"
            priorities = ", ".join(word.text for word in target.priorities)
            amount = _amount(target.amount.text)
            yield f"{target.metric.text} for {priorities}: {how} {amount}"
            for name in calendars:
                calendar = reading.loaded.ruleset.calendars.get(name)
                yield f"on calendar {name}" + (f" ({calendar.zone})" if calendar else ", around the clock")


def _amount(text: str) -> str:
    amount = values.amount(text)
    if isinstance(amount, model.BusinessDays):
        return f"{amount.value} open day{'s' if amount.value != 1 else ''}"
    return f"{values.written(amount)} of open time"


def _targets(tree: syntax.Declaration) -> Iterator[tuple[syntax.Target, syntax.Override | None]]:
    for line in tree.lines:
        if isinstance(line, syntax.Target):
            yield line, None
        elif isinstance(line, syntax.Override):
            yield from ((inner, line) for inner in line.lines if isinstance(inner, syntax.Target))


def _calendars(
    rules: model.RuleSet, unit: Unit, target: syntax.Target, override: syntax.Override | None
) -> list[str]:
    """The calendars that a target runs on: its own, else the nearest around it; several where a party has several tiers."""
    if target.calendar is not None:
        return [target.calendar.text]
    if override is None:
        tier = rules.tiers.get(unit.name)
        return [(tier.calendar if tier else "") or model.ALWAYS]
    party: model.Party | None = (
        rules.customers.get(unit.name) if unit.kind == "customer" else rules.groups.get(unit.name)
    )
    group = rules.groups.get(party.group) if isinstance(party, model.Customer) else None
    own = [
        line.words[0].text
        for line in override.lines
        if isinstance(line, syntax.Fact) and line.keyword == "calendar"
    ]
    around = [*own, party.calendar if party else "", group.calendar if group else ""]
    if nearest := next(filter(None, around), ""):
        return [nearest]
    assigned = (party.tiers if party else ()) or (group.tiers if group else ())
    tiers = [one.tier for one in assigned] or [rules.default_tier]
    named = (rules.tiers[name].calendar for name in tiers if name in rules.tiers)
    return list(dict.fromkeys(name or model.ALWAYS for name in named)) or [model.ALWAYS]
