"""From evaluated tickets to what people look at: the inbox's rows and the figures of SLA Health. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from engine.clock import FAILED_STATES, State, first_warning, most_urgent
from engine.evaluate import Evaluated
from engine.facts import Ticket
from engine.snapshot import Health, Row, Tally
from engine.wall import date_of, local_date, local_day, start_of_date

HOUR = 3600
FORECAST_HOURS = 12

Tallies = Iterable[tuple[str, str, str, int, Tally]]
"""(customer, tier, metric, day number, tally) of decided clocks; the day is local to the health's zone."""


def row(ticket: Ticket, evaluated: Evaluated) -> Row | None:
    """The ticket's line in the inbox; None when it has ended, or when all that was promised for it is done.

    An open ticket that nothing is promised for has one, without a clock.
    """
    clock = most_urgent(evaluated.clocks)
    if clock is None and (evaluated.closed or evaluated.clocks):
        return None
    fields = evaluated.fields
    text = {name: str(fields.get(name, "")) for name in _COPIED}
    return Row(
        id=ticket.id,
        ticket=ticket.key,
        subject=text["subject"],
        customer=evaluated.customer or text["customer"],
        group=evaluated.group,
        tier=evaluated.tier,
        priority=text["priority"],
        status=text["status"],
        assignee=text["assignee"],
        queue=text["queue"],
        team=text["team"],
        tags=text["tags"],
        opened=evaluated.opened,
        metric=clock.metric if clock else "",
        cycle=clock.cycle if clock else 0,
        state=clock.state if clock else None,
        due=clock.due if clock else None,
        warn_at=first_warning(clock) if clock else None,
        target=clock.target if clock else 0,
        acknowledged_at=evaluated.acknowledged_at,
        snoozed_until=evaluated.snoozed_until,
        flagged=evaluated.flagged,
    )


_COPIED = ("subject", "customer", "priority", "status", "assignee", "queue", "team", "tags")


def inbox_order(item: Row) -> tuple[bool, int, int, str]:
    """Most urgent first: what is due first, then what cannot come due, oldest first."""
    return (item.due is None, item.due or 0, item.opened, item.ticket)


def tallies(
    evaluated: Iterable[Evaluated], start: int, end: int, zone: str
) -> list[tuple[str, str, str, int, Tally]]:
    """Count the clocks decided in `[start, end)` by customer, tier, metric and local day."""
    met: Counter[tuple[str, str, str, int]] = Counter()
    failed: Counter[tuple[str, str, str, int]] = Counter()
    for item in evaluated:
        customer = item.customer or str(item.fields.get("customer", ""))
        for clock in item.clocks:
            at = clock.decided
            if at is not None and start <= at < end:
                key = (customer, item.tier, clock.metric, local_day(at, zone))
                (failed if clock.state in FAILED_STATES else met)[key] += 1
    return [(*key, Tally(met[key], failed[key])) for key in sorted(met.keys() | failed.keys())]


def month_start(now: int, zone: str) -> int:
    """The first instant of the calendar month that `now` is in."""
    return start_of_date(local_date(now, zone).replace(day=1), zone)


def health(rows: Sequence[Row], counted: Tallies, now: int, zone: str) -> Health:
    """Figures of the calendar month that `now` is in, up to `now`, and of the tickets open now."""
    start = month_start(now, zone)
    by_metric: dict[str, list[Tally]] = defaultdict(list)
    by_customer: dict[str, list[Tally]] = defaultdict(list)
    by_tier: dict[str, list[Tally]] = defaultdict(list)
    by_day: dict[int, list[Tally]] = defaultdict(list)
    everything: list[Tally] = []
    for customer, tier, metric, day, tally in counted:
        by_metric[metric].append(tally)
        by_customer[customer].append(tally)
        by_tier[tier].append(tally)
        by_day[day].append(tally)
        everything.append(tally)
    today = local_day(now, zone)
    first = local_day(start, zone)
    states = Counter(_standing(item, now) for item in rows if item.state is not None)
    return Health(
        label=f"{local_date(now, zone):%Y-%m}",
        zone=zone,
        start=start,
        end=now,
        overall=_sum(everything),
        by_metric=_sums(by_metric),
        by_customer=_sums(by_customer),
        by_tier=_sums(by_tier),
        trend=tuple((date_of(day).isoformat(), _sum(by_day.get(day, []))) for day in range(first, today + 1)),
        forecast=_forecast(rows, now),
        approaching=states["approaching"],
        breached=states["breached"],
        running=states["running"],
        paused=states["paused"],
        unmanaged=tuple(item for item in rows if item.state is None),
    )


def _standing(item: Row, now: int) -> str:
    if item.due is not None and now > item.due:
        return "breached"
    if item.state is State.PAUSED:
        return "paused"
    return "approaching" if item.warn_at is not None and now >= item.warn_at else "running"


def _forecast(rows: Iterable[Row], now: int) -> tuple[tuple[int, int], ...]:
    first = now - now % HOUR
    coming = Counter(
        (item.due - first) // HOUR
        for item in rows
        if item.due is not None and now <= item.due < first + FORECAST_HOURS * HOUR
    )
    return tuple((first + hour * HOUR, coming[hour]) for hour in range(FORECAST_HOURS))


def _sum(parts: Iterable[Tally]) -> Tally:
    parts = list(parts)
    return Tally(sum(part.met for part in parts), sum(part.failed for part in parts))


def _sums(parts: Mapping[str, Iterable[Tally]]) -> dict[str, Tally]:
    """Worst first, then the larger, then by name."""
    summed = {key: _sum(value) for key, value in parts.items()}
    return dict(sorted(summed.items(), key=lambda item: (item[1].hundredths or 0, -item[1].failed, item[0])))
