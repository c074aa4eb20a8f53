"""An invoice as a table for spreadsheets, as JSON, and as Markdown to put into a letter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dsl.commitment import WHOLE, Money
from engine.commitment.uptime import Figure
from engine.commitment.words import share, uptime
from engine.lengths import length
from engine.plain import json_text, markdown
from engine.wall import format_instant, format_local
from reports.render.sheet import Cell, csv_text
from reports.render.words import amount, exact
from reports.settlement import Entry, Settlement

HEADER = (
    *("section", "name", "amount", "currency", "reason", "of", "rule_at", "met", "breached", "excluded"),
    *("percent", "promised", "kept", "from", "until", "down_seconds", "agreed_seconds"),
)


def uptime_percent(figure: Figure) -> str:
    """Cut off, never rounded up; "" where nothing was measured."""
    return "" if figure.uptime is None else share(figure.uptime * WHOLE // 1)


# ---------------------------------------------------------------- csv


def as_csv(month: Settlement) -> str:
    """One table; `section` says what a row is. Instants are UTC."""
    return csv_text(HEADER, ([row.get(name) for name in HEADER] for row in _rows(month)))


def _rows(month: Settlement) -> Iterator[dict[str, Cell]]:
    bounds: dict[str, Cell] = {"from": format_instant(month.start), "until": format_instant(month.end)}
    yield {"section": "invoice", "name": month.customer, "reason": month.title, "of": month.period, **bounds}
    if month.retainer:
        yield {"section": "retainer", "name": "retainer of the month", **_money(month.retainer)}
    for entry in month.entries:
        line = entry.line
        yield {
            "section": "correction" if entry.of else "credit",
            "name": line.rule,
            "reason": line.because,
            "of": entry.of,
            "rule_at": entry.where,
            **_money(line.amount),
        }
    for value in month.credits:
        yield {"section": "credits", "name": "credits with corrections", **_money(value)}
    for value in month.due:
        yield {"section": "total", "name": "retainer without credits", **_money(value)}
    for metric, found in month.metrics.items():
        yield {
            "section": "compliance",
            "name": metric,
            "met": found.met,
            "breached": found.breached + found.missed,
            "excluded": found.excluded,
            "percent": found.percent or None,
        }
    for figure in month.figures:
        yield {
            "section": "uptime",
            "name": figure.service or "all services",
            "percent": uptime_percent(figure) or None,
            "promised": uptime(figure.promise),
            "kept": figure.kept,
            "from": format_instant(figure.start),
            "until": format_instant(figure.end),
            "down_seconds": figure.down,
            "agreed_seconds": figure.agreed,
        }
        for start, end in figure.failures:
            yield {
                "section": "outage",
                "name": figure.service or "all services",
                "from": format_instant(start),
                "until": format_instant(end),
            }
    for name, digest in digests(month):
        yield {"section": "digest", "name": name, "reason": digest}


def _money(value: Money) -> dict[str, Cell]:
    return {"amount": amount(value), "currency": value.currency}


def digests(month: Settlement) -> Iterator[tuple[str, str]]:
    """What the figures rest on: names and values."""
    assert month.closing is not None, "only closed months are invoiced"
    yield "closed", format_instant(month.closing.at)
    yield "rules", month.closing.rules
    yield "data", month.closing.data
    yield "statement", month.digest


# ---------------------------------------------------------------- json


def as_json(month: Settlement) -> str:
    """One object. Amounts are decimal texts, instants ISO 8601 in UTC, lengths seconds."""
    record = {
        "customer": month.customer,
        "title": month.title,
        "period": month.period,
        "zone": month.zone,
        "start": format_instant(month.start),
        "end": format_instant(month.end),
        "retainer": _value(month.retainer) if month.retainer else None,
        "lines": [_entry(entry) for entry in month.own],
        "corrections": [_entry(entry) for entry in month.corrections],
        "credits": [_value(value) for value in month.credits],
        "total": [_value(value) for value in month.due],
        "compliance": [
            {
                "metric": metric,
                "met": found.met,
                "breached": found.breached + found.missed,
                "excluded": found.excluded,
                "percent": found.percent or None,
            }
            for metric, found in month.metrics.items()
        ],
        "uptime": [_uptime(figure) for figure in month.figures],
        **dict(digests(month)),
    }
    return json_text(record) + "\n"


def _value(value: Money) -> dict[str, str]:
    return {"amount": f"{amount(value):f}", "currency": value.currency}


def _entry(entry: Entry) -> dict[str, Any]:
    line = entry.line
    return {
        **({"of": entry.of} if entry.of else {}),
        "rule": line.rule,
        "because": line.because,
        **_value(line.amount),
        "credits": line.credits,
        "service": line.service or None,
        "tickets": list(line.tickets),
        "rule_at": entry.where,
    }


def _uptime(figure: Figure) -> dict[str, Any]:
    return {
        "service": figure.service or None,
        "promised": uptime(figure.promise),
        "uptime": uptime_percent(figure) or None,
        "kept": figure.kept,
        "start": format_instant(figure.start),
        "end": format_instant(figure.end),
        "agreed_seconds": figure.agreed,
        "measured_seconds": figure.measured,
        "down_seconds": figure.down,
        "outages": [{"from": format_instant(a), "until": format_instant(b)} for a, b in figure.failures],
    }


# ---------------------------------------------------------------- markdown


def as_markdown(month: Settlement) -> str:
    """A page; instants are in the customer's zone."""
    return "\n".join(_page(month)) + "\n"


def _page(month: Settlement) -> Iterator[str]:
    yield f"# {markdown(month.title)}: {month.period}"
    yield ""
    yield f"{format_local(month.start, month.zone)} until {format_local(month.end, month.zone)} {month.zone}"
    yield ""
    yield from _table(("what", "amount"), _amounts(month))
    yield from _entries("Credits of the month", month.own)
    yield from _entries("Corrections of earlier months", month.corrections)
    if month.metrics:
        yield "## Compliance"
        yield ""
        yield from _table(
            ("metric", "met", "breached", "excluded", "percent"),
            (
                (metric, str(it.met), str(it.breached + it.missed), str(it.excluded), it.percent or "-")
                for metric, it in month.metrics.items()
            ),
        )
    if month.figures:
        yield "## Uptime"
        yield ""
        yield from _table(
            ("service", "uptime", "promised", "kept", "down", "outages"),
            (_uptime_row(figure, month.zone) for figure in month.figures),
        )
    yield "## What this rests on"
    yield ""
    yield from _table(("", ""), digests(month))


def _amounts(month: Settlement) -> Iterator[tuple[str, str]]:
    if month.retainer:
        yield "Retainer", exact(month.retainer)
    for value in month.credits:
        yield "Credits with corrections", exact(value)
    if not month.credits:
        yield "Credits", "none"
    for value in month.due:
        yield "Total", exact(value)


def _entries(title: str, entries: tuple[Entry, ...]) -> Iterator[str]:
    if not entries:
        return
    yield f"## {title}"
    yield ""
    rows = (
        (
            f"correction of {entry.of}: {entry.line.rule}" if entry.of else entry.line.rule,
            entry.line.because,
            exact(entry.line.amount),
            entry.where,
        )
        for entry in entries
    )
    yield from _table(("rule", "because", "amount", "written at"), rows)


def _uptime_row(figure: Figure, zone: str) -> tuple[str, ...]:
    spans = (f"{format_local(start, zone)} until {format_local(end, zone)}" for start, end in figure.failures)
    kept = "not measured" if figure.kept is None else "yes" if figure.kept else "no"
    return (
        *(figure.service or "all services", uptime_percent(figure) or "-", uptime(figure.promise), kept),
        *(length(figure.down), "; ".join(spans) or "none"),
    )


def _table(header: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield f"|{' --- |' * len(header)}"
    for row in rows:
        yield f"| {' | '.join(markdown(cell) for cell in row)} |"
    yield ""
