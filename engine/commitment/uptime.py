"""Uptime: how much of the time that was agreed a service ran, what is left of the error budget and how fast it goes.

Whole seconds throughout; a share is only ever compared by cross-multiplication. Uptime is 1 - downtime / agreed time, on the hours of
the commitment's calendar. Error budget and burn rate are those of the site reliability workbook: the budget is the share of the whole
period that may fail, the burn rate how many times faster than the budget allows it has gone so far. Pure: `now` is a parameter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from dsl.commitment import WHOLE, Maintenance, Service, Uptime, Window
from dsl.model import Customer, RuleSet
from engine.calendar.hours import Interval, merge, subtract
from engine.commitment.outage import Notice, Outage
from engine.contract.table import stretches
from engine.graph import Graph
from engine.wall import DAY, EARLIEST, LATEST, day_number, weekday, zone

EVERYTHING = ""
"""The service of a site that declares none."""


@dataclass(frozen=True, slots=True)
class History:
    """What was recorded; `since` is the instant from which outages are known at all, None for never."""

    outages: Sequence[Outage]
    notices: Sequence[Notice]
    since: int | None


@dataclass(frozen=True, slots=True)
class Figure:
    """Uptime of one service for one customer under one commitment, in `[start, end)`. Seconds of open time:

    `agreed` of the whole period without excluded maintenance, `elapsed` of it that is over, `measured` of that while outages were
    recorded, `down` of that in which the service was. `excluded` is what announced maintenance took out of the period, `unannounced`
    what it did not because nobody was told before it began. `failures` are the outages that count, each as far as it lies in the period.
    """

    customer: str
    service: str
    promise: Uptime
    start: int
    end: int
    agreed: int
    elapsed: int
    measured: int
    down: int
    excluded: int
    unannounced: int
    outages: int
    lasting: int
    failures: tuple[Interval, ...] = ()

    @property
    def uptime(self) -> Fraction | None:
        """The share of measured time in which it ran; None where nothing was measured."""
        return 1 - Fraction(self.down, self.measured) if self.measured else None

    @property
    def budget(self) -> int:
        """Seconds that may fail in the whole period, rounded down."""
        return self.agreed * (WHOLE - self.promise.share) // WHOLE

    @property
    def left(self) -> int:
        """Seconds of the budget that are left; below zero where it is overspent."""
        return self.budget - self.down

    @property
    def burn(self) -> Fraction | None:
        """1 spends the budget exactly by the end of the period; None where nothing was measured or nothing may fail."""
        allowed = WHOLE - self.promise.share
        return Fraction(self.down * WHOLE, self.measured * allowed) if self.measured and allowed else None

    @property
    def covered(self) -> Fraction | None:
        """The share of the elapsed time from which outages are known; None where none is over."""
        return Fraction(self.measured, self.elapsed) if self.elapsed else None

    @property
    def kept(self) -> bool | None:
        """Whether the promise holds for what was measured; None where nothing was."""
        return (
            (self.measured - self.down) * WHOLE >= self.promise.share * self.measured
            if self.measured
            else None
        )


def state(one: Figure, now: int) -> str:
    """`met` or `missed` of what is over, or cannot be mended any more; before that `on track` or `below`."""
    if one.kept is None:
        return "not measured"
    if one.end <= now or one.left < 0:
        return "met" if one.kept else "missed"
    return "on track" if one.kept else "below"


def figures(
    graph: Graph, customer: str, start: int, end: int, history: History, now: int
) -> Iterator[Figure]:
    """The figures of a declared customer for the calendar month `[start, end)` and for rolling windows that end with it, or now
    if it has not ended: of each commitment that a tier makes in that month."""
    declared = graph.ruleset.customers[customer]
    last = min(end, max(now, start))
    for promise, held in _held(graph, customer):
        if not within(held, start, end):
            continue
        low, high = (start, end) if promise.window is None else (last - promise.window, last)
        spans = within(held, low, high)
        if not spans:
            continue
        hours = [interval for a, b in spans for interval in graph.hours(promise.calendar).intervals(a, b)]
        for service in services_of(graph.ruleset, declared):
            yield _figure(graph.ruleset, declared, service, promise, spans, hours, history, now)


def reach(rules: RuleSet) -> int:
    """Seconds before the end of a period that a figure may look at: the longest rolling window."""
    return max((one.window or 0 for tier in rules.tiers.values() for one in tier.uptimes), default=0)


def services_of(rules: RuleSet, customer: Customer) -> list[str]:
    """The services that run for a customer; `EVERYTHING` where the rules declare none at all."""
    if not rules.services:
        return [EVERYTHING]
    return [name for name, service in rules.services.items() if concerns(service, customer)]


def concerns(one: Service | Maintenance, customer: Customer) -> bool:
    """Whether it is for this customer: by name, by group, or because it is for everybody."""
    everybody = not one.customers and not one.groups
    return (
        everybody or customer.name in one.customers or (bool(customer.group) and customer.group in one.groups)
    )


def _held(graph: Graph, customer: str) -> Iterator[tuple[Uptime, list[Interval]]]:
    """Every commitment of a customer, and when it holds."""
    found: dict[Uptime, list[Interval]] = {}
    for stretch in stretches(graph, customer):
        tier = graph.tier(stretch.terms.tier) if stretch.terms else None
        span = (
            EARLIEST if stretch.start is None else stretch.start,
            LATEST if stretch.end is None else stretch.end,
        )
        for promise in tier.uptimes if tier else ():
            found.setdefault(promise, []).append(span)
    yield from ((promise, merge(spans)) for promise, spans in found.items())


def _figure(
    rules: RuleSet,
    customer: Customer,
    service: str,
    promise: Uptime,
    spans: list[Interval],
    hours: list[Interval],
    history: History,
    now: int,
) -> Figure:
    start, end = spans[0][0], spans[-1][1]
    told, untold = maintenance(rules, customer, service, history.notices, start, end)
    if not promise.excluding:
        told, untold = [], []
    agreed = subtract(merge(hours), told)
    elapsed = within(agreed, start, now)
    since = LATEST if history.since is None else history.since
    measured = within(elapsed, since, now)
    mine = [
        one
        for one in history.outages
        if one.service in ("", service) and one.customer in ("", customer.name) and one.start < now
    ]
    outages = [(one, (one.start, now if one.end is None else min(one.end, now))) for one in mine]
    down = merge([span for _, span in outages])
    failed = subtract(measured, subtract(measured, down))
    counted = [(one, span) for one, span in outages if subtract(measured, subtract(measured, merge([span])))]
    return Figure(
        customer=customer.name,
        service=service,
        promise=promise,
        start=start,
        end=end,
        agreed=total(agreed),
        elapsed=total(elapsed),
        measured=total(measured),
        down=total(failed),
        excluded=total(merge(hours)) - total(agreed),
        unannounced=total(agreed) - total(subtract(agreed, untold)),
        outages=len(counted),
        lasting=sum(one.end is None for one, _ in counted),
        failures=tuple(within(sorted(span for _, span in counted), start, end)),
    )


# ---------------------------------------------------------------- maintenance


def maintenance(
    rules: RuleSet, customer: Customer, service: str, notices: Iterable[Notice], start: int, end: int
) -> tuple[list[Interval], list[Interval]]:
    """Windows with a part in `[start, end)` for this customer and service: those that were announced before they began, and those
    that were not, each merged."""
    notices = list(notices)
    told: list[Interval] = []
    untold: list[Interval] = []
    for one in rules.maintenance.values():
        services = not one.services or service in one.services
        if not (one.excluded and services and concerns(one, customer)):
            continue
        mine = [notice for notice in notices if notice.maintenance == one.name]
        for window in one.windows:
            for span in occurrences(window, start, end):
                announced = _told(one, mine, span[0])
                (told if announced else untold).append(span)
    for notice in notices:
        if notice.maintenance or notice.start is None or notice.end is None:
            continue
        if notice.service in ("", service) and notice.customer in ("", customer.name):
            (told if notice.announced < notice.start else untold).append((notice.start, notice.end))
    return merge(told), merge(untold)


def _told(one: Maintenance, notices: Iterable[Notice], begin: int) -> bool:
    if one.announced is not None:
        where = zone(one.announced.zone)
        if where.first(day_number(one.announced.day) * DAY + one.announced.second) < begin:
            return True
    return any(
        notice.announced < begin
        and (notice.start is None or notice.start <= begin)
        and (notice.end is None or begin < notice.end)
        for notice in notices
    )


def occurrences(window: Window, start: int, end: int) -> Iterator[Interval]:
    """Each time that a window comes with a part in `[start, end)`, as a whole. Where clocks change, as opening hours do."""
    where = zone(window.zone)
    days = (
        [day_number(window.day)]
        if window.day
        else range(where.day(max(start, EARLIEST)) - 2, where.day(end) + 2)
    )
    for day in days:
        if window.day is None and weekday(day) not in window.weekdays:
            continue
        for first, last in window.ranges:
            span = (where.first(day * DAY + first * 60), where.last(day * DAY + last * 60))
            if span[0] < end and start < span[1]:
                yield span


def within(intervals: Iterable[Interval], start: int, end: int) -> list[Interval]:
    """The part of sorted intervals in `[start, end)`."""
    return [(max(a, start), min(b, end)) for a, b in intervals if a < end and b > start and start < end]


def total(intervals: Iterable[Interval]) -> int:
    return sum(end - start for start, end in intervals)
