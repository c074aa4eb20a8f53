"""A report for programs: one JSON object, as docs/reports.md has it."""

from __future__ import annotations

from typing import Any

from engine.calendar.period import bound_text
from engine.plain import json_text
from engine.wall import format_instant
from reports.compliance import Figures, Judged, Standing
from reports.correction import Told, net, with_corrections
from reports.render.words import COUNTS, counts
from reports.statement import DEFINITIONS, DIMENSIONS, Report, over_by


def render(report: Report) -> str:
    """The report as one JSON object: instants in ISO 8601 in UTC, lengths in seconds, compliance in percent."""
    figures = report.figures
    after = with_corrections(figures, report.corrections)
    record = {
        "period": report.period.name,
        "start": bound_text(report.period.start),
        "end": bound_text(report.period.end),
        "zone": report.zone or "of each customer",
        "scope": dict(report.scope.wanted),
        "made": format_instant(report.made_at),
        "rules": report.rules,
        "total": _figures(figures),
        **{
            f"by_{dimension}": {name: _figures(found) for name, found in report.by(dimension).items()}
            for dimension in DIMENSIONS
        },
        "clocks": [
            {"standing": which.value, **_clock(clock, report.made_at)} for clock, which in report.listed
        ],
        "corrections": {
            "net": dict(net(report.corrections)),
            "total": None if after is None else _figures(after),
            "clocks": [_correction(item, report.made_at) for item in report.corrections],
        },
        "closings": [
            {
                "period": item.period,
                "customer": item.customer,
                "zone": item.zone,
                "start": format_instant(item.start),
                "end": format_instant(item.end),
                "closed": format_instant(item.at),
                "rules": item.rules,
                "data": item.data,
            }
            for item in report.closings
        ],
        "definitions": list(DEFINITIONS),
    }
    return json_text(record) + "\n"


def _figures(figures: Figures) -> dict[str, Any]:
    share = figures.tally.hundredths
    return {
        **dict(zip(COUNTS, counts(figures), strict=True)),
        "percent": None if share is None else share / 100,
    }


def _correction(told: Told, made_at: int) -> dict[str, Any]:
    return {
        "of": told.of,
        "was": _name(told.was),
        "standing": _name(told.standing),
        **_clock(told.clock, made_at),
    }


def _name(which: Standing | None) -> str | None:
    return None if which is None else which.value


def _clock(clock: Judged, made_at: int) -> dict[str, Any]:
    excuse = clock.excuse
    texts = {
        name: getattr(clock, name)
        for name in ("ticket", "customer", "group", "tier", "priority", "team", "metric")
    }
    return {
        **texts,
        "cycle": clock.cycle,
        "target_seconds": clock.target,
        "started": format_instant(clock.started),
        "due": None if clock.due is None else format_instant(clock.due),
        "stopped": None if clock.stopped is None else format_instant(clock.stopped),
        "over_by_seconds": over_by(clock, made_at),
        "excuse": None if excuse is None else {"reason": excuse.reason, "by": excuse.by},
    }
