"""Tiers: targets that tie, are missing, have no calendar, or count days where days mean nothing certain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from dsl import build, syntax, values
from dsl.checks.dates import ties
from dsl.finding import Finding, Mend, here
from dsl.model import ALWAYS
from dsl.resolve import Declared, Site
from dsl.span import Origin
from dsl.suggest import chained

Targets = tuple[tuple[Declared, syntax.Target], ...]


class Flat:
    """A tier with what `like` brings in, as syntax: each target with the tier that wrote it."""

    __slots__ = ("calendar", "complete", "credits", "ladders", "pauses", "targets", "uptimes", "warn")

    def __init__(self, base: Flat | None = None) -> None:
        """Of what the tier that it is like has; of nothing without one."""
        self.calendar: str = base.calendar if base else ""
        self.complete: bool = base.complete if base else True
        self.pauses: tuple[str, ...] = base.pauses if base else ()
        self.targets: Targets = base.targets if base else ()
        self.warn: tuple[int, ...] = base.warn if base else ()
        self.ladders: Mapping[str, str] = base.ladders if base else {}
        self.uptimes: tuple[syntax.Uptime, ...] = base.uptimes if base else ()
        self.credits: str = base.credits if base else ""

    @property
    def bare(self) -> bool:
        """Whether a target gets its calendar from the customer."""
        return not self.calendar and any(not line.calendar for _, line in self.targets)

    def ladder(self, priority: str) -> str:
        """The ladder of tickets of that priority, "" for none."""
        return self.ladders.get(priority) or self.ladders.get("", "")


def flatten(site: Site) -> tuple[dict[str, Flat], list[Finding]]:
    """All tiers flattened, and circles of `like` as findings."""
    flats: dict[str, Flat] = {}
    findings: list[Finding] = []
    for declared, block, base, circle in site.by_likeness():
        flat = flats[declared.unit.name] = Flat(flats.get(base))
        flat.complete &= not (circle or declared.unit.broken) and (not base or base in flats)
        _add_own(flat, declared, block)
        if circle:
            findings.append(_circle(declared, circle))
    for name in site.named["tier"]:
        if name not in flats:
            flats[name] = Flat()
            flats[name].complete = False
    return flats, findings


def _circle(declared: Declared, circle: tuple[str, ...]) -> Finding:
    facts = build.of_type(declared.tree.lines, syntax.Fact)
    word = next(line.words[0] for line in facts if line.keyword == "like")
    return Finding(
        "E0306",
        f"tier `{word.text}` is like itself: {chained(circle)}",
        here(word, declared.key),
        "remove one of these `like` lines",
    )


def _add_own(flat: Flat, declared: Declared, block: build.Block) -> None:
    own = block.of(syntax.Target)
    if own:
        left = _left(flat.targets, own) if flat.targets else ()
        flat.targets = (*left, *((declared, line) for line in own))
    flat.calendar = block.one("calendar") or flat.calendar
    flat.pauses = block.all("pause") or flat.pauses
    if climbed := block.of(syntax.Escalate):
        flat.ladders = dict(build.ladders(climbed, flat.ladders.items()))
    flat.uptimes += block.of(syntax.Uptime)
    flat.credits = block.one("credits") or flat.credits
    if warned := block.all("warn"):
        flat.warn = _shares(warned) or flat.warn


def _left(inherited: Targets, own: Iterable[syntax.Target]) -> Iterator[tuple[Declared, syntax.Target]]:
    """What is left of inherited targets: those priorities that no own target of the same fact names."""
    said = {(line.metric.text, word.text, bare(line.when)) for line in own for word in line.priorities}
    for origin, line in inherited:
        left = tuple(
            word for word in line.priorities if (line.metric.text, word.text, bare(line.when)) not in said
        )
        if left:
            yield origin, line._replace(priorities=left)


def _shares(words: Iterable[str]) -> tuple[int, ...]:
    found = set()
    for word in words:
        with suppress(ValueError):  # said where the line is
            found.add(values.percent(word))
    return tuple(sorted(found))


def bare(condition: syntax.Condition | None) -> object:
    """A condition without positions, so that equal ones are equal wherever they stand."""
    match condition:
        case None:
            return None
        case syntax.Negated(item):
            return ("not", bare(item))
        case syntax.Every(items):
            return ("and", *map(bare, items))
        case syntax.Either(items):
            return ("or", *map(bare, items))
        case syntax.Comparison(field, op, value):
            return (field.text, op.text, value.kind == "number", value.text)
        case syntax.Membership(field, listed):
            return (field.text, "in", *((value.kind == "number", value.text) for value in listed))
        case syntax.Pattern(field, word):
            return (field.text, "matches", word.text)
        case syntax.StatusTest(field, word):
            return (field.text, "is", word.text)
        case syntax.FlagTest(field):
            return (field.text, "==", False, "true")


# ---------------------------------------------------------------- findings


def tier_findings(site: Site, flats: Mapping[str, Flat]) -> Iterator[Finding]:
    """What is wrong with each tier as it comes out after `like`."""
    defaults = {
        word.text
        for tree in site.trees("default")
        for line in tree.lines
        if isinstance(line, syntax.Fact)
        for word in line.words
    }
    used = _used(site) if any(flat.bare for flat in flats.values()) else set()
    for declared in site.of("tier"):
        flat = flats[declared.unit.name]
        if flat.complete and not flat.targets and not flat.uptimes:
            yield Finding(
                "E0501",
                f"tier `{declared.unit.name}` promises nothing",
                Origin(declared.key, 0, declared.tree.end),
                "add a line such as `target critical response within 15m`, or `like` and another tier",
            )
        if len(flat.targets) > 1 and flat.targets[-1][0] is declared:
            yield from _ties(declared, flat)
        alone = declared.unit.name in defaults or declared.unit.name not in used
        yield from _calendars(declared, flat, flats, alone=alone)


def _used(site: Site) -> set[str]:
    """Tiers that a customer or group is given."""
    return {
        line.tier.text
        for kind in ("customer", "group")
        for one in site.of(kind)
        for line in one.tree.lines
        if isinstance(line, syntax.Assignment)
    }


def _ties(declared: Declared, flat: Flat) -> Iterator[Finding]:
    for first, later, both in ties([line for _, line in flat.targets]):
        (first_origin, line), (origin, other) = flat.targets[first], flat.targets[later]
        if origin is declared:
            yield Finding(
                "E0506",
                f"two targets for {', '.join(both)} {other.metric.text}: neither beats the other",
                here(other, origin.key),
                "keep one, or give them conditions that exclude each other",
                labels=((here(line, first_origin.key), "ties with this one"),),
            )


def _calendars(
    declared: Declared, flat: Flat, flats: Mapping[str, Flat], *, alone: bool
) -> Iterator[Finding]:
    for origin, line in flat.targets:
        inherited = origin is not declared
        calendar = line.calendar.text if line.calendar else flat.calendar
        if not calendar:
            if alone and flat.complete:
                yield Finding(
                    "E0502",
                    f"no calendar says when this target's time counts in tier `{declared.unit.name}`",
                    here(line, origin.key),
                    "write `on always` at its end, or give the tier a `calendar` line",
                )
        elif not inherited or not (line.calendar or calendar == flats[origin.unit.name].calendar):
            place = here(line.amount, origin.key)
            labels = ((Origin(declared.key, 0, declared.tree.end), "here"),) if inherited else ()
            yield from amount_findings(line.amount, calendar, place, labels)


def amount_findings(
    word: syntax.Word, calendar: str, at: Origin, labels: tuple[tuple[Origin, str], ...] = ()
) -> Iterator[Finding]:
    """Days on a calendar where they are not what they seem."""
    if calendar != ALWAYS and values.counts_days(word.text):
        number = word.text.removesuffix("d")
        mended = f"{number}bd" if number.isdigit() else ""
        yield Finding(
            "E0503",
            f"`{word.text}` is not certain on the calendar `{calendar}`: a day there is not 24 hours",
            at,
            f"write `{mended}` for business days, or hours"
            if mended
            else "write business days (3bd) or hours",
            labels=labels,
            mends=(Mend(f"write {mended}", ((at, mended),)),) if mended else (),
        )
    elif calendar == ALWAYS and word.text.endswith("bd"):
        mended = word.text.replace("bd", "d")
        yield Finding(
            "W0504",
            f"`{word.text}` on `always` counts every day as a business day",
            at,
            f"write `{mended}`, or name a calendar with business days",
            labels=labels,
            mends=(Mend(f"write {mended}", ((at, mended),)),),
        )


def limit_findings(site: Site, flats: Mapping[str, Flat]) -> Iterator[Finding]:
    """A pause's limit is measured on the calendars of the clocks that it pauses."""
    for declared in site.of("pause"):
        limits = [
            line.words[0]
            for line in declared.tree.lines
            if isinstance(line, syntax.Fact) and line.keyword == "limit"
        ]
        stopped = {
            word.text
            for line in declared.tree.lines
            if isinstance(line, syntax.Fact) and line.keyword == "stops"
            for word in line.words
        }
        for word in limits:
            if not values.counts_days(word.text):
                continue
            for flat in flats.values():
                paused = [
                    (line.calendar.text if line.calendar else flat.calendar)
                    for _, line in flat.targets
                    if declared.unit.name in flat.pauses and line.metric.text in stopped
                ]
                if calendar := next((name for name in paused if name and name != ALWAYS), ""):
                    yield from amount_findings(word, calendar, here(word, declared.key))
                    break
