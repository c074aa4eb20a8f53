"""Credits as contracts use them: what a tier promises to pay for, and the retainer that a share is taken of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dsl import build, syntax
from dsl.checks.commitments import mixed, moneys
from dsl.checks.names import Names, zone_findings
from dsl.checks.tiers import Flat
from dsl.finding import Finding, here
from dsl.resolve import Declared, Site
from dsl.span import Origin


def owed_references(line: syntax.Line, names: Names) -> Iterator[Finding]:
    """What a line about uptime, maintenance or money refers to."""
    match line:
        case syntax.Uptime(_, _, calendar):
            yield from names.unknown("calendar", calendar)
        case syntax.Concerns(_, kind, named):
            yield from names.all_unknown(kind.text, named)
        case syntax.Window(_, _, _, zone) | syntax.Announced(_, zone):
            yield from zone_findings(zone)
        case syntax.BreachCredit(metric, priorities):
            yield from names.unknown("metric", metric)
            yield from names.all_unknown("priority", priorities)
        case _:
            pass


def never_paid_findings(site: Site, flats: Mapping[str, Flat]) -> Iterator[Finding]:
    """Lines of credits for something that a tier with these credits does not promise."""
    for declared in site.of("tier"):
        flat = flats[declared.unit.name]
        credits_ = site.named["credits"].get(flat.credits)
        if not flat.complete or credits_ is None or credits_.unit.tree is None or credits_.unit.broken:
            continue
        promised = {line.metric.text for _, line in flat.targets}
        for line in credits_.tree.lines:
            match line:
                case syntax.UptimeBand() if not flat.uptimes:
                    what = "uptime"
                case syntax.BreachCredit(metric) if metric.text not in promised:
                    what = metric.text
                case _:
                    continue
            yield Finding(
                "W1005",
                f"this is never paid to customers of tier `{declared.unit.name}`, which promises no {what}",
                here(line, credits_.key),
                f"let the tier promise it, or give the tier credits without {what}",
                labels=((Origin(declared.key, 0, declared.tree.end), f"has the credits `{flat.credits}`"),),
            )
            break


def retainer_findings(site: Site, declared: Declared, flats: Mapping[str, Flat]) -> Iterator[Finding]:
    """A customer whose credits are a share of a retainer that it does not have, or are in another currency."""
    tree = declared.tree
    named = build.word_of(tree.lines, "group")
    group = site.named["group"].get(named)
    of_group = group.unit.tree.lines if group and group.unit.tree else ()
    if declared.unit.broken or (named and (group is None or group.unit.broken)):
        return
    own, shared = (build.of_type(lines, syntax.Retainer) for lines in (tree.lines, of_group))
    retainers = own or shared
    given = build.of_type(tree.lines, syntax.Assignment) or build.of_type(of_group, syntax.Assignment)
    tiers = [line.tier.text for line in given]
    if not tiers:
        tiers = [word for one in site.trees("default") for word in build.words_of(one.lines, "default")]
    for name in dict.fromkeys(flats[tier].credits for tier in tiers if tier in flats):
        credits_ = site.named["credits"].get(name)
        if credits_ is None or credits_.unit.tree is None:
            continue
        shares = [
            line.pays.share
            for line in credits_.tree.lines
            if isinstance(line, syntax.UptimeBand | syntax.BreachCredit | syntax.Cap) and line.pays.share
        ]
        if shares and not retainers:
            yield Finding(
                "E1004",
                f"the credits `{name}` pay a share of a retainer, and this customer has none",
                Origin("", 0, tree.end),
                "add a line such as `retainer EUR 1000.00 per month`, here or in the group",
                labels=((here(shares[0], credits_.key), "a share of it"),),
            )
        for money in moneys(credits_.tree.lines):
            other = next((one for one in retainers if one.money.currency.text != money.currency.text), None)
            if other is not None:
                where = here(other.money, "" if own or group is None else group.key)
                yield mixed(money, other.money.currency.text, where, credits_.key)
                break
