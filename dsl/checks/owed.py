"""Credits as contracts use them: what a tier promises to pay for, and the retainer that a share is taken of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from dsl import build, syntax
from dsl.checks.commitments import mixed, moneys
from dsl.checks.names import Names, zone_findings
from dsl.checks.tiers import Flat
from dsl.finding import Finding, here
from dsl.resolve import Declared, Site
from dsl.span import Origin


def owed_references(line: syntax.Line, names: Names) -> Iterator[Finding]:
    """What a line about uptime, maintenance, money or a report refers to."""
    match line:
        case syntax.Uptime(_, _, calendar):
            yield from names.unknown("calendar", calendar)
        case syntax.Concerns(_, kind, named):
            yield from names.all_unknown(kind.text, named)
        case syntax.Window(_, _, _, zone) | syntax.Announced(_, zone):
            yield from zone_findings(zone)
        case syntax.Schedule():
            yield from zone_findings(line.zone)
        case syntax.ShareMail(to):
            for one in to:
                if one.name is not None:
                    yield from names.unknown("team" if one.role else "recipient", one.name)
        case syntax.BreachCredit(metric, priorities):
            yield from names.unknown("metric", metric)
            yield from names.all_unknown("priority", priorities)
        case syntax.Occasion(_, metric) if metric is not None:
            yield from names.unknown("metric", metric)
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


class Gap(NamedTuple):
    """What retainers lack for credits: there are none for the `share` of one, or `other` of them is in another currency than
    `money`. `other` is the number of an own retainer, `of_group` the place of a group's."""

    name: str
    key: str
    share: Origin | None
    money: syntax.Money | None = None
    currency: str = ""
    other: int = 0
    of_group: Origin | None = None


def gaps(credits_: Iterable[Declared], currencies: Sequence[str], group: Declared | None) -> Iterator[Gap]:
    """What a customer's own retainers, given by their currencies, lack for its credits; without any, those of its group."""
    shared = build.of_type(group.tree.lines, syntax.Retainer) if group and not currencies else []
    paid = list(currencies) or [one.money.currency.text for one in shared]
    for declared in credits_:
        lines = declared.unit.tree.lines if declared.unit.tree else ()
        shares = [
            line.pays.share
            for line in lines
            if isinstance(line, syntax.UptimeBand | syntax.BreachCredit | syntax.Cap) and line.pays.share
        ]
        if shares and not paid:
            yield Gap(declared.unit.name, declared.key, here(shares[0], declared.key))
        for money in moneys(lines):
            other = next((at for at, currency in enumerate(paid) if currency != money.currency.text), None)
            if other is not None:
                of_group = here(shared[other].money, group.key) if group and shared else None
                yield Gap(declared.unit.name, declared.key, None, money, paid[other], other, of_group)
                break


def gap_finding(gap: Gap, declared: Declared, retainers: Sequence[syntax.Retainer]) -> Finding:
    """A customer whose credits are a share of a retainer that it does not have, or are in another currency."""
    if gap.money is not None:
        where = gap.of_group or here(retainers[gap.other].money)
        return mixed(gap.money, gap.currency, where, gap.key)
    return Finding(
        "E1004",
        f"the credits `{gap.name}` pay a share of a retainer, and this customer has none",
        Origin("", 0, declared.tree.end),
        "add a line such as `retainer EUR 1000.00 per month`, here or in the group",
        labels=((gap.share, "a share of it"),) if gap.share else (),
    )
