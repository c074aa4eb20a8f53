"""A report as a value: the clocks of a period with their standing, what was corrected, and what the figures rest on. Pure.

What is closed answers from what was told when it was closed; everything else from the clocks as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from engine.calendar.period import Period, Span
from reports.compliance import DECIDED, DIMENSIONS, FAILED, Figures, Judged, Standing, by, figures, standing
from reports.correction import Closing, Register, Told

DEFINITIONS = (
    "Compliance is met / (met + breached + missed), of the clocks decided in the period, rounded down.",
    "A clock is decided when it stops in time (met), else when it comes due: missed if it has stopped since, else breached.",
    "A period begins and ends at midnight in the zone of each customer; open time is counted on the calendar of each target.",
    "Excluded are breaches that somebody has excused: they count neither for nor against, and are listed with reason and name.",
    "Running and paused are clocks that had begun by the end of the period and were not decided then; paused, if they are now.",
    "Clocks of cancelled tickets do not count.",
    "A correction is what has turned out otherwise about a closed period after it was closed; it is told in the next period.",
)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which clocks a report is about: values by dimension that must be as given."""

    wanted: Mapping[str, str]

    def takes(self, clock: Judged) -> bool:
        """Whether the report is about that clock."""
        return all(getattr(clock, name) == value for name, value in self.wanted.items())


@dataclass(frozen=True)
class Report:
    """What is rendered. `zone` is the one zone of everybody, "" where each customer has its own of `zones`; `shown` restricts the clocks that are
    listed, never the figures; `closings` are those that the figures rest on."""

    period: Period
    zone: str
    zones: Mapping[str, str]
    made_at: int
    rules: str
    scope: Scope
    clocks: tuple[tuple[Judged, Standing], ...]
    corrections: tuple[Told, ...]
    closings: tuple[Closing, ...]
    shown: frozenset[Standing]

    def zone_of(self, customer: str) -> str:
        """The zone that a customer's instants are shown in."""
        return self.zone or self.zones.get(customer, "UTC")

    @cached_property
    def figures(self) -> Figures:
        return figures(which for _, which in self.clocks)

    def by(self, dimension: str) -> Mapping[str, Figures]:
        """Figures by one of the dimensions."""
        return self._by[dimension]

    @cached_property
    def _by(self) -> Mapping[str, Mapping[str, Figures]]:
        """Every format tells these."""
        return {dimension: by(dimension, self.clocks) for dimension in DIMENSIONS}

    @cached_property
    def listed(self) -> list[tuple[Judged, Standing]]:
        """The clocks that are listed, by the instant at which they count."""
        found = [item for item in self.clocks if item[1] in self.shown]
        return sorted(found, key=lambda item: (item[0].decided or 0, item[0].key))


BREACHES = frozenset({*FAILED, Standing.EXCLUDED})
"""What is listed unless something else is asked for."""

__all__ = ["BREACHES", "DEFINITIONS", "DIMENSIONS", "Report", "Scope", "during", "over_by"]


def during(
    live: Iterable[Judged],
    told: Iterable[tuple[Closing, Told]],
    register: Register,
    span_of: Callable[[str], Span],
    scope: Scope,
) -> Iterator[tuple[Judged, Standing]]:
    """The clocks of a period with their standing, each customer's in its own span."""
    for clock in live:
        if not scope.takes(clock):
            continue
        start, end = span_of(clock.customer)
        which = standing(clock, start, end)
        if which is None:
            continue
        closed = register.of(clock.customer)
        if closed is not None and (closed.holds(clock.decided) if which in DECIDED else closed.ends_at(end)):
            continue  # a closing has told it
        yield clock, which
    for closing, item in told:
        clock, which = item.clock, item.standing
        if item.of or which is None or not scope.takes(clock):
            continue
        start, end = span_of(clock.customer)
        if which in DECIDED:
            if clock.decided is not None and start <= clock.decided < end:
                yield clock, which
        elif closing.end == end:
            yield clock, which


def over_by(clock: Judged, made_at: int) -> int | None:
    """Seconds by which a clock was stopped after its due, or is over it by now if it is open; None if it was in time."""
    if clock.due is None:
        return None
    over = (made_at if clock.stopped is None else clock.stopped) - clock.due
    return over if over > 0 else None
