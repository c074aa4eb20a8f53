"""`sla health`: SLA Health as text or JSON."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from engine.facts import Instant
from engine.snapshot import Health, Tally
from engine.wall import format_instant
from tui.glyphs import glyphs_for
from tui.look import look
from tui.options import at_option, rules_option, store_option, world, zone_option
from tui.plain import json_text
from tui.view_health import health_lines
from tui.view_uptime import uptimes

if TYPE_CHECKING:
    from engine.store.place import Place

WIDTH = 79


@click.command(epilog="Example: sla health --format json --at 2026-03-31T23:59:59Z")
@store_option
@rules_option
@at_option
@zone_option
@click.option("--plain", "as_plain", is_flag=True, help="Text without colour (the default).")
@click.option("--format", "form", type=click.Choice(["plain", "json"]), default="plain", show_default=True)
def command(
    store_path: Place, rules_path: Path | None, at: Instant | None, zone: str, as_plain: bool, form: str
) -> None:
    """Compliance of the calendar month so far, what is breached and approaching, what comes due next, and uptime against commitment."""
    print_health(store_path, rules_path, at, zone, "plain" if as_plain else form)


def print_health(
    store_path: Place, rules_path: Path | None, at: Instant | None, zone: str = "UTC", form: str = "plain"
) -> None:
    """Evaluate the store at `at` and print its health."""
    from tui.commands.uptime import records, so_far

    with world(store_path, rules_path, at) as (store, graph, now):
        snapshot = look(store, graph, now, zone)
        ran = so_far(store, graph, now)
        assert snapshot.health is not None
        if form == "json":
            click.echo(json_text(record(snapshot.health) | {"uptime": records(graph, ran, now)}))
            return
        glyphs = glyphs_for(sys.stdout.encoding, "")
        customers = graph.ruleset.customers
        worst = uptimes((customers[one.customer].title or one.customer, [one]) for one in ran)
        lines = health_lines(
            snapshot.health, now, zone=ZoneInfo(zone), width=WIDTH, glyphs=glyphs, uptimes=worst
        )
        for line in lines:
            click.echo(line.rstrip())


def record(health: Health) -> dict[str, Any]:
    """The documented JSON object: instants are ISO 8601 in UTC, compliance is in percent, rounded down to hundredths."""
    return {
        "period": health.label,
        "zone": health.zone,
        "start": format_instant(health.start),
        "end": format_instant(health.end),
        "compliance": _tally(health.overall),
        "by_metric": _tallies(health.by_metric),
        "by_customer": _tallies(health.by_customer),
        "by_tier": _tallies(health.by_tier),
        "trend": [{"day": day, **_tally(tally)} for day, tally in health.trend],
        "forecast": [{"from": format_instant(start), "due": count} for start, count in health.forecast],
        "tickets": {
            "breached": health.breached,
            "approaching": health.approaching,
            "running": health.running,
            "paused": health.paused,
            "unmanaged": len(health.unmanaged),
        },
    }


def _tally(tally: Tally) -> dict[str, Any]:
    share = tally.hundredths
    return {"met": tally.met, "failed": tally.failed, "percent": None if share is None else share / 100}


def _tallies(tallies: Mapping[str, Tally]) -> dict[str, Any]:
    return {name: _tally(tally) for name, tally in tallies.items()}
