"""Coverage of the rules by scenarios: a table for people, JSON, and LCOV for the tools that draw it beside the source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from engine.scenario.coverage import Covered, Unit
from tui.plain import json_text, plain

FORMATS = ("text", "json", "lcov")


def written(found: Sequence[Covered], form: str, *, ran: bool = True) -> str:
    """The coverage in one of FORMATS, with a newline at the end. Where nothing ran nothing is covered."""
    if not ran:
        nothing = {"percent": 0.0, "kinds": {}, "units": []}
        return {"json": f"{json_text(nothing)}\n", "lcov": ""}.get(form, "coverage\n  nothing was run\n")
    if form == "json":
        return json_text(as_data(found)) + "\n"
    return "\n".join(lcov(found) if form == "lcov" else table(found)) + "\n"


def number_covered(found: Iterable[Covered]) -> int:
    """How many of the units are covered."""
    return sum(one.hits > 0 for one in found)


def share(found: Sequence[Covered]) -> float:
    """Percent of the units that are covered, cut to one decimal: 100 is all. Nothing to cover is covered."""
    hit = number_covered(found)
    return hit * 1000 // len(found) / 10 if found else 100.0


def falls_short(found: Sequence[Covered], threshold: float) -> bool:
    """Whether a smaller share than this percentage is covered, of the counts themselves and the number as it was written."""
    hit = number_covered(found)
    return bool(found) and Fraction(hit * 100, len(found)) < Fraction(str(threshold))


def table(found: Sequence[Covered]) -> Iterator[str]:
    """A line a kind of unit, then what nothing covers."""
    yield "coverage"
    for name, units in (*_by_unit(found), ("all", found)):
        hit = number_covered(units)
        yield f"  {name:<20} {hit:>5} of {len(units):<5} {share(units):>5.1f} %"
    missing = [one for one in found if not one.hits]
    if missing:
        yield "not covered"
    for one in missing:
        yield f"  {plain(one.span)}: {one.unit}: {plain(one.name)}"


def as_data(found: Sequence[Covered]) -> dict[str, object]:
    """The documented JSON object."""
    return {
        "percent": share(found),
        "kinds": {
            name: {
                "units": len(units),
                "covered": number_covered(units),
                "percent": share(units),
            }
            for name, units in _by_unit(found)
        },
        "units": [
            {
                "kind": one.unit.value,
                "name": one.name,
                "file": one.span.path,
                "line": one.span.line,
                "column": one.span.column,
                "hits": one.hits,
            }
            for one in found
        ],
    }


def _by_unit(found: Sequence[Covered]) -> Iterator[tuple[str, list[Covered]]]:
    for unit in Unit:
        units = [one for one in found if one.unit is unit]
        if units:
            yield unit.value, units


def lcov(found: Sequence[Covered]) -> Iterator[str]:
    """Trace files as geninfo(1) of LCOV describes them: a line for each unit, the two ways of a pause as its branches."""
    by_file: dict[str, list[Covered]] = {}
    for one in found:
        by_file.setdefault(one.span.path, []).append(one)
    for path, units in by_file.items():
        yield "TN:sla"
        yield f"SF:{plain(path)}"
        yield from _branches(units)
        lines: dict[int, int] = {}
        for one in units:
            lines[one.span.line] = max(lines.get(one.span.line, 0), one.hits)
        yield from (f"DA:{line},{hits}" for line, hits in sorted(lines.items()))
        yield f"LF:{len(lines)}"
        yield f"LH:{sum(hits > 0 for hits in lines.values())}"
        yield "end_of_record"


def _branches(units: Iterable[Covered]) -> Iterator[str]:
    ways = [one for one in units if one.unit in (Unit.ENTERED, Unit.LEFT)]
    entered = {one.span.line: one.hits for one in ways if one.unit is Unit.ENTERED}
    for one in ways:
        reached = entered.get(one.span.line, 0)
        yield f"BRDA:{one.span.line},0,{int(one.unit is Unit.LEFT)},{one.hits if reached else '-'}"
    if ways:
        yield f"BRF:{len(ways)}"
        yield f"BRH:{number_covered(ways)}"
