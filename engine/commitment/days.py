"""Uptime by day: when a service was down, and when maintenance was announced, for each local date of a period. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from engine.calendar.hours import Interval, merge, subtract
from engine.commitment.uptime import Figure, History, maintenance, total, within
from engine.graph import Graph
from engine.wall import LATEST, date_of, zone


class Known(StrEnum):
    """What is known of a day: `AHEAD` begins later than now, `UNKNOWN` is over but nothing of it counts in the figure."""

    MEASURED = "measured"
    UNKNOWN = "unknown"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class Day:
    """A local date: seconds of agreed hours, of these down, and seconds for which maintenance was announced."""

    date: str
    known: Known
    agreed: int
    down: int
    announced: int


@dataclass(frozen=True, slots=True)
class Strip:
    """The figure of a service and each day of the period."""

    figure: Figure
    days: tuple[Day, ...]


def strip(graph: Graph, figure: Figure, span: tuple[int, int], history: History, now: int) -> Strip:
    """The days of `span` (UTC seconds) in the customer's zone, with what the figure counts of them."""
    return Strip(figure, tuple(_days(graph, figure, span, history, now)))


def _days(graph: Graph, figure: Figure, span: tuple[int, int], history: History, now: int) -> Iterator[Day]:
    start, end = span
    declared = graph.ruleset.customers[figure.customer]
    # What a closed month was counted from is in its figure, whatever is known of outages by now.
    first, last = max(start, figure.start), min(end, figure.end)
    notices, _ = maintenance(graph.ruleset, declared, figure.service, history.notices, start, end)
    told = within(notices, first, last)
    hours = within(merge(list(graph.hours(figure.promise.calendar).intervals(start, end))), first, last)
    agreed = subtract(hours, told) if figure.promise.excluding else hours
    down = merge(list(figure.failures))
    since = LATEST if history.since is None else history.since
    known_from = max(since, figure.start)
    failed = within(subtract(agreed, subtract(agreed, down)), since, now)
    where = zone(graph.zone(figure.customer))
    for number in range(where.day(start), where.day(end - 1) + 1):
        spans = within(where.day_spans(number), start, end)
        if not spans:
            continue  # clocks skipped that date
        known = (
            Known.AHEAD
            if spans[0][0] >= now
            else Known.MEASURED
            if known_from < spans[-1][1] and spans[0][0] < figure.end
            else Known.UNKNOWN
        )
        yield Day(
            date_of(number).isoformat(), known, *(_during(spans, part) for part in (agreed, failed, told))
        )


def _during(spans: list[Interval], part: list[Interval]) -> int:
    return sum(total(within(part, first, last)) for first, last in spans)
