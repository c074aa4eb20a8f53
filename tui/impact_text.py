"""What a change of the rules does to a history, for people, for programs, and for a merge request.

Names of customers and tickets were written by strangers. In Markdown they are code, which neither mentions anybody nor links anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from rich.cells import cell_len

from dsl.verdict import counted
from engine.contract.impact import Impact, new_breaches
from engine.contract.impact_credits import Owed
from engine.contract.impact_found import About, Found, Item, Kind
from engine.wall import format_instant
from tui import impact_credits_text as credits_
from tui.gates import Gate
from tui.plain import plain

_TICKETS = 4
_ROWS = 40
_LINES = 20
_NARROWEST = 20
HEADER = ("customer", "what", "metric", "clocks", "tickets")


@dataclass(frozen=True, slots=True)
class Told:
    """A plan with all that is said of it. `start` None is the whole history; `changed` are the differences of the rules in
    words; `with_store` says whether open tickets were looked at."""

    impact: Impact
    owed: Owed
    digests: tuple[str, str]
    start: int | None
    now: int
    changed: Sequence[str]
    gates: Sequence[Gate]
    with_store: bool
    recorded: bool = False


# ---------------------------------------------------------------- programs


def record_of(told: Told) -> dict[str, Any]:
    """The documented JSON object."""
    impact = told.impact
    return {
        "old": told.digests[0],
        "new": told.digests[1],
        "since": None if told.start is None else format_instant(told.start),
        "at": format_instant(told.now),
        "tickets": impact.tickets,
        "touched": impact.touched,
        "told_one_by_one": impact.apart,
        "past": list(_records(impact.past)),
        "open": list(_records(impact.today)) if told.with_store else None,
        "new_breaches": new_breaches(impact),
        "credits": credits_.record_of(told.owed, outages=told.with_store),
        "gates": [
            {"gate": gate.name, "limit": gate.limit, "found": gate.found, "holds": gate.holds}
            for gate in told.gates
        ],
        "recorded": told.recorded,
    }


def _records(found: Found) -> Iterator[dict[str, Any]]:
    for about, items in found.items():
        yield {
            "customer": about.customer,
            "change": about.kind.value,
            "metric": about.metric,
            "step": about.step or None,
            "clocks": [
                {
                    "ticket": item.ticket,
                    "cycle": item.cycle,
                    "due_before": None if item.before is None else format_instant(item.before),
                    "due_after": None if item.after is None else format_instant(item.after),
                }
                for item in items
            ],
        }


# ---------------------------------------------------------------- people


def human(told: Told, *, verbose: bool = False, width: int | None = None) -> Iterator[str]:
    """Lines for a terminal, none wider than `width`."""
    for line in _lines(told, verbose=verbose, width=width and max(width, _NARROWEST)):
        indent = len(line) - len(line.lstrip())
        if width is None or cell_len(line) <= width:
            yield line
        else:
            yield from wrap(line, max(width, _NARROWEST), subsequent_indent=" " * (indent + 2))


def _lines(told: Told, *, verbose: bool, width: int | None) -> Iterator[str]:
    from tui.commands.matrix import columns

    within = width and width - 2
    yield "rules"
    yield from (f"  {line}" for line in _changed(told, verbose=verbose))
    for title, sums, found, dues in _parts(told):
        yield ""
        yield title
        yield f"  {sums}"
        rows, rest = _rows(found, dues=dues, verbose=verbose)
        if rows:
            table = columns([HEADER, *(tuple(map(plain, row)) for row in rows)], within)
            yield from (f"  {line}" for line in table)
        if rest:
            yield f"  and {counted(rest, 'line')} more: --verbose, or --format json"
    yield ""
    yield f"credits: {credits_.sums(told.owed)}"
    months, rest = credits_.rows(told.owed, verbose=verbose)
    if months:
        yield from (f"  {line}" for line in columns([credits_.HEADER, *months], within))
    if rest:
        yield f"  and {counted(rest, 'month')} more: --verbose, or --format json"
    if verbose:
        yield from (f"  {line}" for line in credits_.statements(told.owed))
    yield from (f"  {line}" for line in _left_out(told))
    gates = list(_ends(told))
    yield from ["", *gates] if gates else ()


def markdown(told: Told, *, verbose: bool = False) -> Iterator[str]:
    """Lines for a merge request."""
    yield "### What this change of the rules does"
    yield ""
    yield from (f"- {code(line)}" for line in _changed(told, verbose=verbose))
    for title, sums, found, dues in _parts(told):
        yield ""
        yield f"**{title[0].upper()}{title[1:]}**: {sums}"
        rows, rest = _rows(found, dues=dues, verbose=verbose)
        if rows:
            yield ""
            yield from _table(HEADER, rows)
        if rest:
            yield ""
            yield f"and {counted(rest, 'line')} more."
    yield ""
    yield f"**Credits**: {credits_.sums(told.owed)}"
    months, rest = credits_.rows(told.owed, verbose=verbose)
    if months:
        yield ""
        yield from _table(credits_.HEADER, months)
    if rest:
        yield ""
        yield f"and {counted(rest, 'month')} more."
    ends = [*(code(line) for line in _left_out(told)), *_ends(told)]
    if ends:
        yield ""
        yield from (f"- {line}" for line in ends)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield "|" + " --- |" * len(header)
    yield from (f"| {' | '.join(code(cell) for cell in row)} |" for row in rows)


def code(text: str) -> str:
    """A text as code of one line, also in a table."""
    return f"`{plain(text, 500).replace('`', chr(39)).replace('|', '¦') or ' '}`"


def _changed(told: Told, *, verbose: bool) -> Iterator[str]:
    lines = told.changed if verbose else told.changed[:_LINES]
    yield from lines or ["no difference"]
    if len(lines) < len(told.changed):
        yield f"and {counted(len(told.changed) - len(lines), 'difference')} more: sla diff"


def _parts(told: Told) -> Iterator[tuple[str, str, Found, bool]]:
    impact = told.impact
    since = "" if told.start is None else f" since {format_instant(told.start)}"
    yield (
        "had these rules been in force",
        f"{counted(impact.tickets, 'ticket')} opened{since}, {impact.touched:,} touched by the difference; {_sums(impact.past)}",
        impact.past,
        False,
    )
    if told.with_store:
        words = _sums(impact.today)
        yield (
            "tickets open now, which keep what was promised to them",
            f"at once: {words}",
            impact.today,
            True,
        )


def _sums(found: Found) -> str:
    numbers = found.sizes()
    said = [
        f"breaches {numbers[Kind.BREACH_GAINED]:,} gained, {numbers[Kind.BREACH_LOST]:,} lost",
        f"due times {numbers[Kind.EARLIER]:,} earlier, {numbers[Kind.LATER]:,} later",
        f"escalations {numbers[Kind.STEP_ADDED]:,} added, {numbers[Kind.STEP_REMOVED]:,} removed",
    ]
    if numbers[Kind.PROMISED] or numbers[Kind.WITHDRAWN]:
        said.append(f"clocks {numbers[Kind.PROMISED]:,} more, {numbers[Kind.WITHDRAWN]:,} fewer")
    return "; ".join(said)


def _rows(found: Found, *, dues: bool, verbose: bool) -> tuple[list[tuple[str, ...]], int]:
    """The rows of the table, what matters most first, and how many were left out."""
    shown = found.largest(None if verbose else _ROWS)
    rows: list[tuple[str, ...]] = []
    for about in shown:
        items = found[about]
        tickets = _tickets(items, dues=dues and not about.step, verbose=verbose)
        rows.append((about.customer or "(none)", _what(about), about.metric, f"{len(items):,}", tickets))
    return rows, len(found) - len(shown)


def _what(about: About) -> str:
    return f"{about.kind.value}: {about.step}" if about.step else about.kind.value


def _tickets(items: Sequence[Item], *, dues: bool, verbose: bool) -> str:
    texts = list(dict.fromkeys(_ticket(item, dues=dues) for item in items))
    shown = texts if verbose else texts[:_TICKETS]
    rest = len(texts) - len(shown)
    return ", ".join(shown) + (f" and {rest:,} more" if rest else "")


def _ticket(item: Item, *, dues: bool) -> str:
    key = plain(item.ticket, 60)
    return f"{key} ({_due(item.before)} -> {_due(item.after)})" if dues else key


def _due(at: int | None) -> str:
    return "no due" if at is None else format_instant(at)


def _left_out(told: Told) -> Iterator[str]:
    """What the credits do not count."""
    yield from (f"cannot be settled: {plain(one, 300)}" for one in told.owed.unsettled)
    if not told.with_store and told.owed.months:
        yield "outages are not in an archive: what uptime pays is not counted"


def _ends(told: Told) -> Iterator[str]:
    for gate in told.gates:
        words = "holds" if gate.holds else "is exceeded"
        limit, found = (f"{one:,}" if isinstance(one, int) else one for one in (gate.limit, gate.found))
        yield f"gate --{gate.name} {limit} {words}: {found}"
    if told.recorded:
        yield f"recorded: the rules of digest {told.digests[1][:12]} were planned"
