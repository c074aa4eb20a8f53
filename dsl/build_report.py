"""Syntax to model for reports; called only for what has been checked."""

from __future__ import annotations

from collections.abc import Collection

from dsl import build, report, syntax, values
from dsl.build_commitment import named
from dsl.build_ladder import recipient


def report_of(key: str, it: syntax.Declaration, teams: Collection[str]) -> report.Report:
    """A recipient by name is a team if `teams` has it, else a person."""
    [when] = build.of_type(it.lines, syntax.Schedule)
    shown = build.words_of(it.lines, "show")
    mailed = [one for line in build.of_type(it.lines, syntax.ShareMail) for one in line.to]
    return report.Report(
        name=build.name_of(it),
        title=build.title(it),
        schedule=schedule(when),
        customers=named(it.lines, "customer"),
        groups=named(it.lines, "group"),
        show=tuple(name for name in report.SECTIONS if not shown or name in shown),
        formats=tuple(dict.fromkeys(build.words_of(it.lines, "format"))),
        portal="portal" in build.words_of(it.lines, "share"),
        mail=tuple(dict.fromkeys(recipient(one, teams) for one in mailed)),
        origin=build.origin(it, key),
    )


def schedule(line: syntax.Schedule) -> report.Schedule:
    """When it is made. ValueError for a day or a time without meaning."""
    unit = report.Unit(line.unit)
    day = (
        values.weekdays(line.day.text)[0] if unit is report.Unit.WEEK else values.day_of_month(line.day.text)
    )
    return report.Schedule(unit, day, values.second(line.time.text), line.zone.text)
