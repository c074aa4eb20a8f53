"""`sla due`: when is it due on a calendar, how much open time has passed; for programs and for people."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import BinaryIO

import click

from dsl.errors import FINDINGS
from dsl.model import ALWAYS, BusinessDays, Calendar, RuleSet, Seconds
from engine import pausing
from engine.calendar.day_by_day import day_by_day
from engine.calendar.hours import ALWAYS_OPEN, OpenHours, compile_calendar, never_due
from engine.lengths import length
from engine.pausing import Pause
from engine.wall import format_instant, format_local, parse_instant, weekday, zone
from tui.day_table import WEEKDAYS, day_table
from tui.named_path import NamedPath
from tui.options import rule_file_option
from tui.plain import plain
from tui.questions import Answers, lines, unknown_calendar

STDIN = Path("-")
_CHUNK = 2_000


@click.command(
    epilog="""\b
Examples:
  sla due --calendar office --from "2026-03-06 16:00" --target 4h
  sla due --calendar office --from "2026-03-06 16:00" --until "2026-03-09 12:00" --pause "2026-03-06 17:00..2026-03-09 09:00"
  sla due --rules sla.rules --jsonl < questions.jsonl"""
)
@rule_file_option("Rule file with the calendars; `always` is built in.")
@click.option("--jsonl", is_flag=True, help="Answer a JSON object a line, from FILE or standard input.")
@click.argument("source", metavar="[FILE]", type=NamedPath(allow_dash=True), default=STDIN)
@click.option("--calendar", "name", help="Calendar to count on.")
@click.option(
    "--from", "start", help="When the clock starts: ISO 8601, or local time of the calendar's zone."
)
@click.option("--target", help="How long: 90m, 4h, 3bd (business days).")
@click.option("--until", help="Count the open time up to here.")
@click.option("--pause", "pauses", multiple=True, metavar="A..B", help="Does not count; B may be left out.")
def command(
    rules_path: Path,
    jsonl: bool,
    source: Path,
    name: str | None,
    start: str | None,
    target: str | None,
    until: str | None,
    pauses: tuple[str, ...],
) -> int:
    """Compute due instants and open time on a calendar."""
    if not jsonl and (source != STDIN or not name or not start or not (target or until)):
        raise click.UsageError(
            "say --calendar, --from and --target (or --until), or --jsonl for questions in FILE or on standard input"
        )
    rules = _rules(rules_path)
    if rules is None:
        return FINDINGS
    if jsonl:
        if source == STDIN:
            return _answer_lines(sys.stdin.buffer, rules)
        with source.open("rb") as file:
            return _answer_lines(file, rules)
    assert name
    assert start
    return _answer_person(rules, name, start, target, until, pauses)


def _rules(path: Path) -> RuleSet | None:
    from dsl.load import load

    loaded = load(path)
    if loaded.ruleset is None:
        from tui.findings import render

        click.echo(render(loaded, "human"), err=True)
    return loaded.ruleset


def _hours(rules: RuleSet, name: str) -> OpenHours:
    return ALWAYS_OPEN if name == ALWAYS else compile_calendar(rules.calendars[name])


def _names(rules: RuleSet) -> tuple[str, ...]:
    return (*rules.calendars, ALWAYS)


def _answer_lines(source: BinaryIO, rules: RuleSet) -> int:
    answers = Answers(lambda name: _hours(rules, name), _names(rules))
    ready: list[str] = []
    for line in lines(source):
        ready.append(answers.answer(line))
        if len(ready) >= _CHUNK:
            sys.stdout.write("\n".join(ready) + "\n")
            ready.clear()
    if ready:
        sys.stdout.write("\n".join(ready) + "\n")
    sys.stdout.flush()
    return FINDINGS if answers.bad else 0


def _answer_person(
    rules: RuleSet, name: str, start: str, target: str | None, until: str | None, pauses: tuple[str, ...]
) -> int:
    if name not in _names(rules):
        raise click.BadParameter(unknown_calendar(name, frozenset(_names(rules))), param_hint="--calendar")
    hours = _hours(rules, name)
    calendar = rules.calendars.get(name)
    begin = _instant(start, hours.zone, "--from")
    stopped = [_pause(text, hours.zone) for text in pauses]
    end = _instant(until, hours.zone, "--until") if until else None
    if end is not None and end < begin:
        raise click.BadParameter("is before --from", param_hint="--until")
    used = None if end is None else pausing.elapsed(hours, begin, end, stopped)
    said = [_heading(hours, calendar), f"from      {_moment(begin, hours.zone)}"]
    if target is None:
        assert end is not None
        assert used is not None
        said += [f"until     {_moment(end, hours.zone)}", ""]
        said += day_table(day_by_day(calendar, hours, begin, end, stopped), hours.zone)
        click.echo("\n".join((*said, "", f"open time {length(used)}")))
        return 0
    seconds = _target(target, hours, begin)
    due = None if seconds is None else pausing.due(hours, begin, seconds, stopped)
    worth = f", worth {length(seconds)} of open time" if seconds and target.endswith("bd") else ""
    said += [f"target    {target}{worth}", ""]
    if seconds is None or due is None:
        lasting = seconds is not None and any(last is None for _, last in stopped)
        said.append("not due while the pause lasts" if lasting else never_due(hours))
        click.echo("\n".join(said))
        return 0 if lasting else FINDINGS
    said += day_table(day_by_day(calendar, hours, begin, due, stopped), hours.zone)
    said += ["", f"due       {_moment(due, hours.zone)}"]
    if end is not None and used is not None:
        left = f"{length(seconds - used)} left" if used <= seconds else f"{length(used - seconds)} over"
        said.append(f"until     {_moment(end, hours.zone)}: {length(used)} used, {left}")
    click.echo("\n".join(said))
    return 0


def _heading(hours: OpenHours, calendar: Calendar | None) -> str:
    title = f' "{plain(calendar.title)}"' if calendar and calendar.title else ""
    return f"calendar  {hours.name}{title}, {hours.zone}"


def _instant(text: str, zone_name: str, option: str) -> int:
    try:
        return parse_instant(text, zone_name)
    except ValueError as error:
        raise click.BadParameter(plain(error), param_hint=option) from None


def _pause(text: str, zone_name: str) -> Pause:
    start, dots, end = text.partition("..")
    if not dots:
        raise click.BadParameter('write it like "2026-03-06 17:00..2026-03-09 09:00"', param_hint="--pause")
    pause = (
        _instant(start.strip(), zone_name, "--pause"),
        _instant(end.strip(), zone_name, "--pause") if end.strip() else None,
    )
    if pause[1] is not None and pause[1] < pause[0]:
        raise click.BadParameter("it ends before it starts", param_hint="--pause")
    return pause


def _target(text: str, hours: OpenHours, start: int) -> int | None:
    import re

    from dsl.values import amount, counts_days

    if not re.fullmatch(r"\d{1,9}bd|(?:\d{1,9}[wdhms])+", text):
        raise click.BadParameter("write it like 90s, 15m, 1h30m, 4h or 3bd", param_hint="--target")
    if counts_days(text) and hours is not ALWAYS_OPEN:
        raise click.BadParameter(
            "a day is not a length of business hours: say hours, or bd for business days",
            param_hint="--target",
        )
    try:
        value = amount(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--target") from None
    match value:
        case Seconds(seconds):
            return seconds
        case BusinessDays(days):
            return hours.business_days(start, days)


def _moment(t: int, zone_name: str) -> str:
    where = zone(zone_name)
    named = f"{WEEKDAYS[weekday(where.day(t))]} {format_local(t, zone_name)}"
    return f"{named} {where.abbreviation(t)}, {format_instant(t)}"
