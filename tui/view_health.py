"""SLA Health as lines: for the console's screen and for `sla health --plain`. Percentages are never rounded up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, tzinfo

from engine.snapshot import Health, Snapshot, Tally
from reports.render.sheet import Cell
from tui.export import Sheet
from tui.glyphs import UNICODE, Glyphs
from tui.line import Line, Piece, clip, fit, text, width
from tui.moment import clock
from tui.plain import plain
from tui.view_uptime import Uptime, left_piece, uptime_piece

_SIDE_BY_SIDE = 100
_GAP = 4
_MOST_UNMANAGED = 50
_MOST_NAMED = 200
_MOST_UPTIMES = 8


def percent(tally: Tally) -> str:
    """Compliance to a tenth of a percent, cut and not rounded: 99.99 % reads 99.9 %; a dash of nothing."""
    value = tally.hundredths
    return "-" if value is None else f"{value // 100}.{value % 100 // 10} %"


def worst_first(tallies: Mapping[str, Tally]) -> list[tuple[str, Tally]]:
    """By compliance, then by how many failed; those without a decided clock last."""

    def badness(item: tuple[str, Tally]) -> tuple[bool, int, int, str]:
        name, tally = item
        value = tally.hundredths
        return value is None, value or 0, -tally.failed, name.casefold()

    return sorted(tallies.items(), key=badness)


def health_page(
    snapshot: Snapshot | None,
    now: int,
    zone: tzinfo,
    glyphs: Glyphs,
    cells: int,
    uptimes: Sequence[Uptime] | None = None,
) -> list[Line]:
    """The screen, also while there is nothing to show yet."""
    if snapshot is None or snapshot.health is None:
        return [
            (),
            (
                (
                    "Loading the figures of the period."
                    if snapshot is None or snapshot.partial
                    else "No figures yet.",
                    "muted",
                ),
            ),
        ]
    return health_view(snapshot.health, now, zone, glyphs, cells, uptimes)


def health_view(
    health: Health,
    now: int,
    zone: tzinfo,
    glyphs: Glyphs,
    cells: int,
    uptimes: Sequence[Uptime] | None = None,
) -> list[Line]:
    """All figures; two blocks side by side where there is room. `uptimes` is None while they are not known."""
    out: list[Line] = [(), *_summary(health, glyphs, cells), ()]
    trend = _trend(health, glyphs, min(cells, _half(cells)))
    ahead = _ahead(health, now, zone, glyphs, _half(cells))
    tiers = _tallies("By tier, worst first", health.by_tier, glyphs, _half(cells))
    metrics = _tallies("By metric, worst first", health.by_metric, glyphs, _half(cells))
    customers = _tallies("By customer, worst first", health.by_customer, glyphs, _half(cells))
    unmanaged = _unmanaged(health, glyphs, _half(cells))
    ran = _uptime(uptimes, now, glyphs, _half(cells))
    if cells >= _SIDE_BY_SIDE:
        left, right = [*trend, (), *customers], [*ahead, (), *ran, (), *tiers, (), *metrics, (), *unmanaged]
        out += beside(left, right, _half(cells))
    else:
        for block in (ahead, ran, trend, tiers, metrics, customers, unmanaged):
            out += [*block, ()]
    return out


def _half(cells: int) -> int:
    return (cells - _GAP) // 2 if cells >= _SIDE_BY_SIDE else cells


def beside(left: Sequence[Line], right: Sequence[Line], cells: int) -> list[Line]:
    """Two blocks of lines, the left one `cells` wide."""
    out: list[Line] = []
    for at in range(max(len(left), len(right))):
        one = clip(left[at], cells) if at < len(left) else ()
        other = right[at] if at < len(right) else ()
        out.append((*one, (" " * (cells - width(one) + _GAP), ""), *other) if other else one)
    return out


def _summary(health: Health, glyphs: Glyphs, cells: int) -> list[Line]:
    total = health.overall.met + health.overall.failed
    words = f"{health.overall.met:,} of {total:,} clocks in time" if total else "no clock is decided yet"
    role = "met" if total and not health.overall.failed else "strong"
    period: Line = (
        ("Compliance ", "heading"),
        (plain(health.label, 60), "strong"),
        (f"  {plain(health.zone, 40)}", "muted"),
    )
    now_parts: list[Piece] = []
    counts = (
        ("breached", health.breached, "breached", "breached"),
        ("at risk", health.approaching, "warning", "approaching"),
        ("running", health.running, "running", "running"),
        ("paused", health.paused, "paused", "paused"),
        ("unmanaged", len(health.unmanaged), "unmanaged", "unmanaged"),
    )
    for symbol, count, colour, name in counts:
        shade = colour if count else "off"
        now_parts += [(f"{glyphs.standing[symbol]} ", shade), (f"{count:,}", shade), (f" {name}  ", "muted")]
    figure: Line = (
        (fit(percent(health.overall), 8), role),
        *share_bar(health.overall, glyphs, max(10, min(48, cells - 44))),
    )
    return [period, (*figure, ("  " + words, "muted")), (), tuple(now_parts)]


def share_bar(tally: Tally, glyphs: Glyphs, cells: int) -> Line:
    """Met and failed to scale; a single failure is always to be seen."""
    total = tally.met + tally.failed
    if not total:
        return ((glyphs.closed_hours * cells, "off"),)
    failed = -(-tally.failed * cells // total)
    return ((glyphs.bar * (cells - failed), "met"), (glyphs.failed * failed, "breached"))


def _trend(health: Health, glyphs: Glyphs, cells: int) -> list[Line]:
    out: list[Line] = [(("Trend by day", "heading"),)]
    if not health.trend:
        return [*out, (("no day has a decided clock yet", "muted"),)]
    shares = [tally.hundredths for _, tally in health.trend if tally.hundredths is not None]
    low = min(shares, default=0)
    spark = glyphs.spark.draw(shares, min(low, 9000), 10000)
    lowest = f"{low // 100}.{low % 100 // 10} %" if shares else "-"
    out.append(((spark, "running"), (f"  lowest day {lowest}", "muted")))
    room = max(6, cells - 36)
    for label, tally in health.trend:
        counts = f" {tally.failed:,} failed" if tally.failed else ""
        out.append(
            (
                (fit(plain(label, 20), 12), "muted"),
                (fit(percent(tally), 8, right=True) + " ", "strong"),
                *share_bar(tally, glyphs, room),
                (counts, "breached"),
            )
        )
    return out


def _ahead(health: Health, now: int, zone: tzinfo, glyphs: Glyphs, cells: int) -> list[Line]:
    out: list[Line] = [(("Coming due in the next hours", "heading"),)]
    if not any(count for _, count in health.forecast):
        return [*out, (("nothing comes due", "muted"),)]
    most = max(count for _, count in health.forecast)
    room = max(6, cells - 16)
    for start, count in health.forecast:
        size = -(-count * room // most) if count else 0
        current = start <= now < start + 3600
        out.append(
            (
                (fit(clock(start, zone), 7), "key" if current else "muted"),
                (
                    glyphs.bar * size if count else glyphs.dot,
                    "warning" if current and count else "paused" if count else "off",
                ),
                (f" {count:,}" if count else "", "strong"),
            )
        )
    return out


def _uptime(uptimes: Sequence[Uptime] | None, now: int, glyphs: Glyphs, cells: int) -> list[Line]:
    out: list[Line] = [(("Uptime against commitment, worst first", "heading"),)]
    if not uptimes:
        return [*out, (("no uptime is promised" if uptimes is not None else "not known yet", "muted"),)]
    for name, one in uptimes[:_MOST_UPTIMES]:
        service = f"{name}, {one.service}" if one.service else name
        room = max(12, cells - 38)
        ran = uptime_piece(one, now, glyphs)
        out.append(
            (
                (fit(glyphs.text(plain(service, 100)), room, more=glyphs.more) + " ", ""),
                (fit(ran[0], 21), ran[1]),
                left_piece(one),
            )
        )
    if len(uptimes) > _MOST_UPTIMES:
        out.append(((f"and {len(uptimes) - _MOST_UPTIMES:,} more that stand better", "muted"),))
    return out


def _tallies(title: str, tallies: Mapping[str, Tally], glyphs: Glyphs, cells: int) -> list[Line]:
    out: list[Line] = [((title, "heading"),)]
    if not tallies:
        return [*out, (("none", "muted"),)]
    name_cells = max(10, min(26, cells - 34))
    room = max(6, cells - name_cells - 26)
    ordered = worst_first(tallies)
    for name, tally in ordered[:_MOST_NAMED]:
        total = tally.met + tally.failed
        out.append(
            (
                (fit(glyphs.text(plain(name, 100)) or "(none)", name_cells, more=glyphs.more) + " ", ""),
                (fit(percent(tally), 8, right=True) + " ", "strong"),
                *share_bar(tally, glyphs, room),
                (f"  {tally.met:,}/{total:,}", "muted"),
            )
        )
    if len(ordered) > _MOST_NAMED:
        out.append(((f"and {len(ordered) - _MOST_NAMED:,} more that stand better", "muted"),))
    return out


def _unmanaged(health: Health, glyphs: Glyphs, cells: int) -> list[Line]:
    out: list[Line] = [(("Unmanaged: no promise covers these", "heading"),)]
    if not health.unmanaged:
        return [*out, (("none", "muted"),)]
    for row in health.unmanaged[:_MOST_UNMANAGED]:
        out.append(
            (
                (fit(glyphs.text(plain(row.ticket, 40)), 11, more=glyphs.more) + " ", "strong"),
                (
                    fit(glyphs.text(plain(row.customer, 60)) or "(no customer)", 18, more=glyphs.more) + " ",
                    "muted",
                ),
                (fit(glyphs.text(plain(row.subject, 300)), max(8, cells - 31), more=glyphs.more), ""),
            )
        )
    if len(health.unmanaged) > _MOST_UNMANAGED:
        out.append(((f"and {len(health.unmanaged) - _MOST_UNMANAGED:,} more", "muted"),))
    return out


def health_lines(
    health: Health,
    now: int,
    *,
    zone: tzinfo = UTC,
    width: int = 80,
    glyphs: Glyphs = UNICODE,
    uptimes: Sequence[Uptime] | None = None,
) -> list[str]:
    """The figures for a pipe or a screen reader: one thing after the other, no side by side."""
    lines = health_view(health, now, zone, glyphs, min(width, _SIDE_BY_SIDE - 1), uptimes)
    return [text(line) for line in lines[1:]]


def health_sheet(health: Health, uptimes: Sequence[Uptime] = ()) -> Sheet:
    """Every figure in a row of its own; compliance in hundredths of a percent, of uptime measured and failed seconds."""
    rows: list[tuple[Cell, ...]] = []

    def add(section: str, name: str, tally: Tally) -> None:
        rows.append((section, name, tally.met, tally.failed, tally.hundredths))

    add("overall", health.label, health.overall)
    for section, tallies in (
        ("metric", health.by_metric),
        ("tier", health.by_tier),
        ("customer", health.by_customer),
    ):
        for name, tally in worst_first(tallies):
            add(section, name, tally)
    for day, tally in health.trend:
        add("day", day, tally)
    for title, one in uptimes:
        name = f"{title}, {one.service}" if one.service else title
        share = (one.measured - one.down) * 10_000 // one.measured
        rows.append(("uptime", name, one.measured - one.down, one.down, share))
    return Sheet("health", ("section", "name", "met", "failed", "hundredths_of_percent"), rows)
