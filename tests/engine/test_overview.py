"""Figures that people judge by: hand-counted."""

from __future__ import annotations

import pytest

from engine.clock import State
from engine.overview import FORECAST_HOURS, HOUR, health, inbox_order, month_start
from engine.snapshot import Row, Tally
from tests.engine.site import at

NOW = at("2026-03-10 12:30")


def line(
    id_: int,
    *,
    due: int | None = None,
    warn: int | None = None,
    state: State | None = State.RUNNING,
    tier: str = "gold",
):
    return Row(
        id=id_,
        ticket=f"T-{id_}",
        subject="",
        customer="acme",
        group="",
        tier=tier,
        priority="high",
        status="Open",
        assignee="",
        queue="",
        team="",
        tags="",
        opened=NOW - 3600,
        metric="response" if state else "",
        cycle=1 if state else 0,
        state=state,
        due=due,
        warn_at=warn,
        target=3600,
    )


@pytest.mark.parametrize(
    ("met", "failed", "shown"), [(9996, 4, 9996), (99_999, 1, 9999), (1, 0, 10_000), (0, 3, 0), (0, 0, None)]
)
def test_compliance_is_never_rounded_up(met, failed, shown):
    assert Tally(met, failed).hundredths == shown


def test_every_open_ticket_stands_in_one_place():
    rows = [
        line(1, due=NOW - 1, warn=NOW - 900),
        line(2, due=NOW + 60, warn=NOW),
        line(3, due=NOW + 9000, warn=NOW + 1),
        line(4, state=State.PAUSED),
        line(5, due=NOW, warn=None),
        line(6, state=None, tier=""),
    ]
    figures = health(rows, [], NOW, "UTC")
    assert (figures.breached, figures.approaching, figures.running, figures.paused) == (1, 1, 2, 1)
    assert [row.ticket for row in figures.unmanaged] == ["T-6"]


def test_the_forecast_counts_by_the_hour_and_leaves_out_what_is_over():
    rows = [
        line(1, due=NOW - 1),
        line(2, due=NOW),
        line(3, due=NOW + 29 * 60),
        line(4, due=NOW + 31 * 60),
        line(5, due=NOW + 90_000),
    ]
    coming = dict(health(rows, [], NOW, "UTC").forecast)
    first = NOW - NOW % HOUR
    assert coming[first] == 2
    assert coming[first + HOUR] == 1
    assert sum(coming.values()) == 3
    assert len(coming) == FORECAST_HOURS


def test_tallies_add_up_by_everything_and_the_worst_comes_first():
    day = month_start(NOW, "UTC") // 86_400
    counted = [
        ("acme", "gold", "response", day, Tally(8, 2)),
        ("globex", "gold", "resolution", day + 1, Tally(1, 3)),
    ]
    figures = health([], counted, NOW, "UTC")
    assert figures.overall == Tally(9, 5)
    assert list(figures.by_customer) == ["globex", "acme"]
    assert figures.by_tier == {"gold": Tally(9, 5)}
    assert sum(tally.met for _, tally in figures.trend) == 9
    assert figures.label == "2026-03"


def test_the_trend_has_every_day_of_the_month_so_far():
    now = at("2026-03-31 12:00")
    first = month_start(now, "UTC") // 86_400
    counted = [("acme", "gold", "response", first + day, Tally(1, 0)) for day in range(31)]
    figures = health([], counted, now, "UTC")
    assert [day for day, _ in figures.trend] == [f"2026-03-{day:02}" for day in range(1, 32)]
    assert sum(tally.met for _, tally in figures.trend) == figures.overall.met == 31


def test_the_month_begins_on_the_zones_own_first_midnight():
    assert month_start(at("2026-03-31 23:30"), "Europe/Berlin") == at("2026-03-31 22:00")
    assert month_start(at("2026-03-31 23:30"), "UTC") == at("2026-03-01 00:00")


def test_what_is_due_comes_before_what_cannot_be():
    rows = [line(1, state=State.PAUSED), line(2, due=NOW + 5), line(3, due=NOW - 5)]
    assert [row.id for row in sorted(rows, key=inbox_order)] == [3, 2, 1]
