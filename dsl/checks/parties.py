"""Customers and groups: what they refer to, on which calendar their targets run, and who answers to a name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dsl import syntax
from dsl.checks.conditions import condition_findings
from dsl.checks.names import Names, zone_findings
from dsl.checks.tiers import Flat, amount_findings
from dsl.finding import Finding, here
from dsl.resolve import Declared, Site
from dsl.vocabulary import REFERENCES


def party_findings(
    site: Site, declared: Declared, names: Names, flats: Mapping[str, Flat]
) -> Iterator[Finding]:
    """What is wrong with one customer or group, given everything else."""
    calendar, group = "", ""
    overrides: list[syntax.Override] = []
    assigned: list[syntax.Assignment] = []
    for line in declared.tree.lines:
        match line:
            case syntax.Fact("zone", words):
                yield from zone_findings(words[0])
            case syntax.Fact(keyword, words) if keyword in REFERENCES["customer"]:
                yield from names.all_unknown(REFERENCES["customer"][keyword], words)
                if keyword == "calendar":
                    calendar = words[0].text
                elif keyword == "group":
                    group = words[0].text
            case syntax.Assignment(tier):
                yield from names.unknown("tier", tier)
                assigned.append(line)
            case syntax.Override():
                overrides.append(line)
            case _:
                pass
    of_group = site.named["group"].get(group) if group else None
    inherited = _calendar_of(of_group) if of_group else ""
    tiers = assigned or (_assigned(of_group) if of_group else [])
    surrounding = calendar or inherited
    if not declared.unit.broken:
        for line in assigned:
            yield from _assigned_findings(declared, line, surrounding, flats)
    for override in overrides:
        yield from _override(declared, override, names, surrounding, tiers, flats)


def _calendar_of(group: Declared) -> str:
    lines = group.unit.tree.lines if group.unit.tree else ()
    return next(
        (
            line.words[0].text
            for line in lines
            if isinstance(line, syntax.Fact) and line.keyword == "calendar"
        ),
        "",
    )


def _assigned(group: Declared) -> list[syntax.Assignment]:
    lines = group.unit.tree.lines if group.unit.tree else ()
    return [line for line in lines if isinstance(line, syntax.Assignment)]


def _assigned_findings(
    declared: Declared, line: syntax.Assignment, surrounding: str, flats: Mapping[str, Flat]
) -> Iterator[Finding]:
    """Targets of an assigned tier that get their calendar from the customer."""
    flat = flats.get(line.tier.text)
    if flat is None or not flat.complete:
        return
    for origin, target in flat.targets:
        if target.calendar:
            continue
        if not surrounding and not flat.calendar:
            # A customer may have its group's calendar; a group's members may have their own.
            if declared.unit.kind == "customer":
                yield Finding(
                    "E0502",
                    f"no calendar says when the targets of tier `{line.tier.text}` count for this customer",
                    here(line.tier),
                    "give the customer, its group or the tier a `calendar` line, or the target `on always`",
                    labels=((here(target, origin.key), "this target names none"),),
                )
            return
        if surrounding and surrounding != flat.calendar:
            at_home = {one.code for one in amount_findings(target.amount, flat.calendar, here(line.tier))}
            found = [
                one
                for one in amount_findings(target.amount, surrounding, here(line.tier))
                if not flat.calendar or one.code not in at_home  # said where the tier is declared
            ]
            if found:
                yield found[0]._replace(labels=((here(target.amount, origin.key), "this target"),), mends=())
                return


def _override(
    declared: Declared,
    override: syntax.Override,
    names: Names,
    surrounding: str,
    tiers: list[syntax.Assignment],
    flats: Mapping[str, Flat],
) -> Iterator[Finding]:
    own = ""
    for line in override.lines:
        if isinstance(line, syntax.Fact) and line.keyword == "calendar":
            yield from names.all_unknown("calendar", line.words)
            own = line.words[0].text
    for line in override.lines:
        if not isinstance(line, syntax.Target):
            continue
        yield from target_findings(line, names)
        calendars = [line.calendar.text if line.calendar else own or surrounding]
        if not calendars[0]:
            known = [flats[one.tier.text] for one in tiers if one.tier.text in flats]
            if any(not flat.complete for flat in known) or len(known) < len(tiers):
                continue
            calendars = [flat.calendar for flat in known]
        if declared.unit.kind == "customer" and not declared.unit.broken and not all(calendars):
            yield Finding(
                "E0502",
                "no calendar says when this target's time counts",
                here(line),
                "write `on always` at its end, or give the override a `calendar` line",
            )
        for calendar in dict.fromkeys(filter(None, calendars)):
            yield from amount_findings(line.amount, calendar, here(line.amount))


def target_findings(line: syntax.Target, names: Names) -> Iterator[Finding]:
    """What a target refers to."""
    yield from names.all_unknown("priority", line.priorities)
    yield from names.unknown("metric", line.metric)
    if line.calendar:
        yield from names.unknown("calendar", line.calendar)
    if line.when:
        yield from condition_findings(line.when, names)


# ---------------------------------------------------------------- who answers to a name


def claims(tree: syntax.Declaration) -> Iterator[tuple[str, syntax.Word]]:
    """Texts, case folded, that a customer answers to, and where each is written."""
    if tree.name:
        yield tree.name.text.casefold(), tree.name
    if tree.title:
        yield tree.title.text.casefold(), tree.title
    for line in tree.lines:
        if isinstance(line, syntax.Fact) and line.keyword == "alias":
            for word in line.words:
                yield word.text.casefold(), word


def claim_findings(site: Site) -> tuple[dict[str, str], list[Finding]]:
    """Who answers to which text, and texts that two customers answer to."""
    owners: dict[str, tuple[Declared, syntax.Word]] = {}
    findings: list[Finding] = []
    for declared in site.of("customer"):
        for text, word in claims(declared.tree):
            first, first_word = owners.setdefault(text, (declared, word))
            if first is not declared:
                findings.append(
                    Finding(
                        "E0304",
                        f'two customers answer to "{word.text}"',
                        here(word, declared.key),
                        "a ticket's customer must be one: remove it from one of them",
                        labels=((here(first_word, first.key), f"customer {first.unit.name} claims it here"),),
                    )
                )
    return {text: declared.unit.name for text, (declared, _) in owners.items()}, findings
