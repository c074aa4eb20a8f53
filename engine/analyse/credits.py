"""Credits against what is promised: lines that nothing earns, bands above the promise, caps without effect, shares of no retainer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import chain, islice

from dsl.commitment import Band, BreachCredit, Credits, Money, Payment, RetainerShare, Uptime
from dsl.finding import Finding
from dsl.model import Customer
from dsl.scenario import NoClock, Scenario
from dsl.suggest import some
from engine.agreement import begin_of
from engine.analyse.example import Shown, answered, show
from engine.analyse.months import all_down, breached, dark, kept, lines_of, month_near, retained, settled
from engine.analyse.opening import Opening, nearest
from engine.analyse.survey import Spot, Survey
from engine.calendar.period import Period, before, following
from engine.commitment.credits import Breach, retainer_on, retainers, rule_of
from engine.commitment.words import share, uptime
from engine.wall import local_date

_YEAR = 12
"""Months before one without a retainer in which the last that has one is looked for."""


@dataclass(frozen=True, slots=True)
class _Used:
    """Credits, and the terms of declared customers that are paid by them."""

    credits: Credits
    spots: list[Spot]
    promises: list[tuple[Spot, Uptime]]

    def pays_for(self, survey: Survey, line: BreachCredit) -> list[str]:
        """The priorities whose breaches a line pays for."""
        rules = self.credits.breaches
        return [
            one for one in survey.rules.priorities if rule_of(rules, Breach("", line.metric, one)) is line
        ]

    def promised(self, metric: str, priority: str) -> bool:
        return any(True for _ in lines_of(self.spots, metric, priority))


def credit_findings(survey: Survey) -> Iterator[Shown]:
    """Everything that the decision table shows about credits."""
    for used in _used(survey):
        yield from chain(_never_paid(survey, used), _above_the_promise(survey, used), _caps(survey, used))
    yield from _without_retainer(survey)


def _used(survey: Survey) -> Iterator[_Used]:
    spots: dict[str, list[Spot]] = {}
    for spot in survey.spots:
        tier = survey.graph.tier(spot.terms.tier)
        if tier is not None and spot.customer in survey.rules.customers:
            spots.setdefault(tier.credits, []).append(spot)
    for name, found in spots.items():
        if name in survey.rules.credits:
            promises = {promise: spot for spot in reversed(found) for promise in _promises(survey, spot)}
            yield _Used(
                survey.rules.credits[name], found, [(spot, promise) for promise, spot in promises.items()]
            )


def _promises(survey: Survey, spot: Spot) -> Sequence[Uptime]:
    tier = survey.graph.tier(spot.terms.tier)
    return tier.uptimes if tier else ()


# ---------------------------------------------------------------- never paid


def _never_paid(survey: Survey, used: _Used) -> Iterator[Shown]:
    for line in used.credits.breaches:
        if not survey.checked("W1005", line.origin):
            yield from _never_earned(survey, used, line)
    for band in used.credits.bands:
        if not used.promises and not survey.checked("W1005", band.origin):
            yield Shown(
                Finding(
                    "W0912",
                    "this is never paid: no tier with these credits promises uptime",
                    band.origin,
                    "let a tier promise it, or remove the line",
                ),
                partial(_without_promise, survey, used.spots[0]),
            )


def _without_promise(survey: Survey, spot: Spot) -> Scenario:
    """A month in which nothing runs."""
    title, at = "uptime that nobody promises", survey.instant(spot.stretch)
    return settled(survey, dark(survey, title, spot.customer, at), spot.customer)


def _never_earned(survey: Survey, used: _Used, line: BreachCredit) -> Iterator[Shown]:
    pays_for = used.pays_for(survey, line)
    meant = line.priorities or survey.rules.priorities
    unpromised = [one for one in pays_for if not used.promised(line.metric, one)]
    if meant and not pays_for:
        other = rule_of(used.credits.breaches, Breach("", line.metric, meant[0]))
        yield Shown(
            Finding(
                "W0912",
                "this is never paid: other lines name every priority",
                line.origin,
                "remove it, or correct the priorities of the others",
                labels=((other.origin, "pays in its place"),) if other else (),
            ),
            partial(_paid_by_another, survey, used, line, meant),
        )
    if unpromised and (line.priorities or len(unpromised) == len(pays_for)):
        whole = len(unpromised) == len(meant)
        yield Shown(
            Finding(
                "W0912",
                f"this is never paid{'' if whole else f' for {some(unpromised)}'}: nothing promises {line.metric} to"
                f" {some(unpromised)} tickets of customers with these credits",
                line.origin,
                "promise it, or remove what is never paid",
            ),
            partial(_unpromised, survey, used, line.metric, unpromised[0]),
        )


def _paid_by_another(survey: Survey, used: _Used, line: BreachCredit, priorities: Sequence[str]) -> Scenario:
    """A breach that another line pays for, or a ticket that has no clock to break."""
    for priority in priorities:
        other = rule_of(used.credits.breaches, Breach("", line.metric, priority))
        if other and used.promised(line.metric, priority):
            return _of_breaches(survey, used, other, [priority], "a credit that another line pays")
    return _unpromised(survey, used, line.metric, priorities[0])


def _of_breaches(
    survey: Survey, used: _Used, line: BreachCredit, priorities: Sequence[str], title: str
) -> Scenario:
    """A month with a breach of a metric for which a line pays."""
    found = [pair for one in priorities for pair in lines_of(used.spots, line.metric, one)]
    asked = chain.from_iterable(breached(survey, title, spot, of_table) for spot, of_table in found)
    return settled(survey, asked, found[0][0].customer, line.origin)


def _unpromised(survey: Survey, used: _Used, metric: str, priority: str) -> Scenario:
    """A ticket of that priority, which has no clock of the metric."""
    spot = used.spots[0]
    cases = [case for line in spot.lines if line.priority == priority for case in line.cases]
    opening = Opening(spot.customer, priority, survey.instant(spot.stretch), nearest(cases, survey.graph))
    return show(survey.graph, "a credit that is never paid", opening, [NoClock(metric)])


# ---------------------------------------------------------------- above the promise


def _above_the_promise(survey: Survey, used: _Used) -> Iterator[Shown]:
    for band in used.credits.bands:
        for spot, promise in used.promises:
            if promise.share < band.below:
                yield Shown(
                    Finding(
                        "W0913",
                        f"this pays although the promise of {uptime(promise)} is kept",
                        band.origin,
                        f"let it pay below {share(promise.share)} at most, or promise more",
                        labels=((promise.origin, "promises less"),),
                    ),
                    partial(_paid_although, survey, spot, promise, band),
                )
                break


def _paid_although(survey: Survey, spot: Spot, promise: Uptime, band: Band) -> Scenario:
    """A month in which the promise is kept and the band pays; one in which everything is down where no outage lies between them."""
    title = "a credit for a promise that is kept"
    asked = chain(kept(survey, title, spot, promise, band), all_down(survey, title, spot, promise))
    return settled(survey, asked, spot.customer, band.origin)


# ---------------------------------------------------------------- caps


def _caps(survey: Survey, used: _Used) -> Iterator[Shown]:
    """Of the bands only the lowest counts: none pays more."""
    cap = used.credits.cap
    earned = [
        line
        for line in used.credits.breaches
        if any(used.promised(line.metric, one) for one in used.pays_for(survey, line))
    ]
    bands = used.credits.bands[-1:] if used.promises else ()
    payments: list[Band | BreachCredit] = [*bands, *earned]
    if cap is None:
        return
    for line in payments:
        if _more(line.pays, cap):
            message = "a single line pays more than this cap lets a month come to"
            help_ = "raise the cap, or let the line pay less"
            yield _capped(survey, used, line, message, help_, "a cap that one line passes")
            return
    times = len(used.promises) * max(len(survey.rules.services), 1)
    for band in bands if not earned else ():
        if _more(band.pays, cap, times) is False:
            message = (
                "no month comes to more than this cap: the lowest band of every service together does not"
            )
            yield _capped(survey, used, band, message, "lower it, or remove it", "a cap that nothing passes")


def _capped(
    survey: Survey, used: _Used, line: Band | BreachCredit, message: str, help_: str, title: str
) -> Shown:
    """A finding about the cap, with the line that pays the most."""
    labels = ((line.origin, "pays the most"),)
    return Shown(
        Finding("W0914", message, used.credits.capped, help_, labels=labels),
        partial(_paid, survey, used, line, title),
    )


def _more(pays: Payment, cap: Payment, times: int = 1) -> bool | None:
    """Whether so many payments are more than a cap; None where one is a share and the other an amount."""
    if isinstance(pays, RetainerShare) and isinstance(cap, RetainerShare):
        return pays.share * times > cap.share
    if isinstance(pays, Money) and isinstance(cap, Money):
        return pays.amount * times > cap.amount
    return None


def _paid(survey: Survey, used: _Used, line: Band | BreachCredit, title: str) -> Scenario:
    """A month in which a line pays."""
    if isinstance(line, BreachCredit):
        return _of_breaches(survey, used, line, used.pays_for(survey, line), title)
    asked = chain.from_iterable(all_down(survey, title, spot, promise) for spot, promise in used.promises)
    return settled(survey, asked, used.promises[0][0].customer, line.origin)


# ---------------------------------------------------------------- retainers


def _without_retainer(survey: Survey) -> Iterator[Shown]:
    """Customers that have a retainer, but not in a month in which a tier may pay a share of it."""
    shares = {one.name for one in survey.rules.credits.values() if any(map(_is_share, _payments(one)))}
    for customer in survey.rules.customers.values() if shares else ():
        lines = retainers(customer, survey.rules.groups.get(customer.group))
        if not lines or all(one.period.start is None and one.period.end is None for one in lines):
            continue
        for bare, name in _bare_months(survey, customer, shares):
            yield Shown(
                Finding(
                    "W0915",
                    f"the credits `{name}` pay a share of a retainer, and {customer.name} has none in {bare.name}",
                    customer.origin,
                    "let a `retainer` line hold on the first day of each month in which the tier does",
                ),
                partial(_bare, survey, customer, bare),
            )
            break


def _bare(survey: Survey, customer: Customer, bare: Period) -> Scenario:
    """A month without a retainer, below the last one before it that has one."""
    group = survey.rules.groups.get(customer.group)
    earlier = ((one, one.start) for one in before(bare, _YEAR))
    paid = (one for one, day in earlier if isinstance(day, date) and retainer_on(day, customer, group))
    months = [*islice(paid, 1), bare]
    title, zone = "a month without a retainer", survey.graph.zone(customer.name)
    return answered(survey.graph, retained(title, zone, customer.name, months))


def _bare_months(survey: Survey, customer: Customer, shares: set[str]) -> Iterator[tuple[Period, str]]:
    """The months from now on in which credits of the customer pay a share of no retainer; of those that are
    alike the first."""
    zone = survey.graph.zone(customer.name)
    group = survey.rules.groups.get(customer.group)
    ends = [one.period.end for one in retainers(customer, group) if one.period.end is not None]
    for stretch in survey.contract.stretches(customer.name):
        tier = survey.graph.tier(stretch.terms.tier) if stretch.terms else None
        if tier is None or tier.credits not in shares:
            continue
        low = max(survey.today, stretch.start or survey.today)
        if stretch.end is not None and stretch.end <= low:
            continue
        months = [month_near(low, zone)]
        for end in ends:
            after = month_near(max(begin_of(end, zone), low), zone)
            months += [after, following(after)]
        for month in sorted(months, key=lambda one: str(one.start)):
            first, last = month.span(zone)
            meets = last > low and (stretch.end is None or first < stretch.end)
            day = local_date(first, zone)
            if meets and retainer_on(day, customer, group) is None:
                yield month, tier.credits


def _payments(credits_: Credits) -> Iterator[Payment]:
    yield from (band.pays for band in credits_.bands)
    yield from (line.pays for line in credits_.breaches)
    if credits_.cap is not None:
        yield credits_.cap


def _is_share(payment: Payment) -> bool:
    return isinstance(payment, RetainerShare)
