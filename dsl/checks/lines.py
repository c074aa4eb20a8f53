"""The lines of one declaration, each by itself: values without meaning, lists that repeat, facts that are said twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from dsl import syntax, values
from dsl.checks.commitments import payment_findings, share_findings
from dsl.checks.conditions import local_condition_findings
from dsl.checks.dates import readable
from dsl.checks.hollow import never_for_priorities, never_holds
from dsl.checks.lists import repeated
from dsl.checks.meanings import value_findings
from dsl.checks.own_name import name_findings
from dsl.finding import Finding, Mend, Ranged, here
from dsl.span import Origin

_ONE_WORD = frozenset(
    (
        *("email", "start", "stop", "observed", "zone", "like", "calendar", "reopen", "limit"),
        *("group", "account-manager", "reason", "url", "secret", "kind", "credits", "excludes"),
    )
)
_ONCE = _ONE_WORD | {"warn"}


def line_findings(kind: str, lines: Sequence[syntax.Line], broken: bool) -> list[Finding]:
    """What is wrong with each line of a block, `kind` being its keyword. Of a broken one nothing is said to be missing."""
    out: list[Finding] = []
    seen: dict[str, Origin] = {}
    several = len(lines) > 1
    for line in lines:
        if isinstance(line, syntax.Fact):
            out += _fact(line)
            if several and line.keyword in _ONCE:
                out += _once(line.keyword, kind, line, seen)
        elif isinstance(line, syntax.Override):
            out += _override(line, broken)
        else:
            if isinstance(line, syntax.PauseWhen):
                out += _once("when", kind, line, seen)
            check = _OF_LINE.get(line.__class__)
            if check is not None:
                out += check(line)
    return out


def _once(keyword: str, kind: str, line: Ranged, seen: dict[str, Origin]) -> tuple[Finding, ...]:
    first = seen.get(keyword)
    if first is None:
        seen[keyword] = here(line)
        return ()
    message = f"`{keyword}` is said twice in this {kind}"
    labels = ((first, "said here first"),)
    return (Finding("E0303", message, here(line), "keep the one that is meant", labels=labels),)


def empty(word: syntax.Word) -> tuple[Finding, ...]:
    """A finding when a text says nothing."""
    if word.text.strip():
        return ()
    help_ = "write something between the quotes, or leave it out"
    return (Finding("E0219", "this text is empty", here(word), help_),)


# ---------------------------------------------------------------- plain lines


def _fact(line: syntax.Fact) -> list[Finding]:
    keyword, words = line.keyword, line.words
    out: list[Finding] = []
    if len(words) > 1 and keyword in _ONE_WORD:
        at = Origin("", words[1].start, words[-1].end)
        out.append(Finding("E0303", f"`{keyword}` takes one value", at, "keep the one that is meant"))
    if keyword not in ("include", "file"):  # there, the missing file says enough
        for word in words:
            out += empty(word)
    if keyword == "limit":
        out += value_findings(words[0], values.amount)
    elif keyword == "warn":
        for word in words:
            out += _warning(word)
    else:
        out += repeated(words)
    return out


def _warning(word: syntax.Word) -> Iterator[Finding]:
    found = value_findings(word, values.percent)
    yield from found
    if not found and not 0 < values.percent(word.text) < 10_000:
        yield Finding(
            "E0505",
            f"a warning at {word.text} warns of nothing",
            here(word),
            "warnings lie between 0% and 100%; the breach itself is always told",
        )


# ---------------------------------------------------------------- hours and dates


def _open_days(line: syntax.OpenDays) -> Iterator[Finding]:
    yield from repeated(line.days)
    yield from _ranges(line.ranges)


def _open_date(line: syntax.OpenDate) -> Iterator[Finding]:
    yield from value_findings(line.day, values.day)
    yield from _ranges(line.ranges)


def _closed_date(line: syntax.ClosedDate) -> Iterator[Finding]:
    yield from value_findings(line.day, values.day)
    if line.range:
        yield from _ranges((line.range,))


def _ranges(words: Iterable[syntax.Word]) -> Iterator[Finding]:
    for word in words:
        found = value_findings(word, values.time_range)
        yield from found
        if not found and word.text.endswith("-23:59"):
            mended = word.text.replace("-23:59", "-24:00")
            yield Finding(
                "W0408",
                "23:59 leaves out the last minute of the day",
                here(word),
                f"the end of the day is 24:00: `{mended}`",
                mends=(Mend(f"write {mended}", ((here(word), mended),), safe=True),),
            )


_HOLIDAYS: dict[str, Callable[[str], object]] = {
    "day": values.day,
    "yearly": values.month_day,
    "easter": values.offset,
}


def _holiday(line: syntax.Holiday) -> Iterable[Finding]:
    return value_findings(line.day, _HOLIDAYS[line.keyword])


def _period(period: syntax.Period | None) -> Iterator[Finding]:
    if period is None:
        return
    days = [word for word in (period.first, period.last) if word]
    found = [one for word in days for one in value_findings(word, values.day_within_reach)]
    yield from found
    if not found and readable(period) is None:
        yield Finding(
            "E0511",
            "this period is over before it begins",
            here(period),
            "`until` names the first day after the period, `through` the last day of it",
        )


def _window(line: syntax.Window) -> Iterator[Finding]:
    yield from repeated(line.days)
    if line.day:
        yield from value_findings(line.day, values.day_within_reach)
    for word in line.ranges:
        yield from value_findings(word, values.time_range)


def _announced(line: syntax.Announced) -> Iterator[Finding]:
    yield from value_findings(line.at.day, values.day_within_reach)
    yield from value_findings(line.at.time, values.second)


# ---------------------------------------------------------------- promises


def _target(line: syntax.Target) -> Iterator[Finding]:
    yield from repeated(line.priorities)
    yield from value_findings(line.amount, values.amount)
    if line.when:
        yield from never_for_priorities(line)
        yield from local_condition_findings(line.when)
    if line.repeats != (line.metric.text == "update"):
        right, wrong = ("every", "within") if line.metric.text == "update" else ("within", "every")
        at, mended = (
            Origin("", line.metric.start, line.amount.end),
            f"{line.metric.text} {right} {line.amount.text}",
        )
        yield Finding(
            "E0514",
            f"`{line.metric.text}` is not measured with `{wrong}`",
            at,
            f"write `{mended}`; only `update` comes round again",
            mends=(Mend(f"write {right}", ((at, mended),)),),
        )


def _pause_when(line: syntax.PauseWhen) -> Iterator[Finding]:
    yield from never_holds(line)
    yield from local_condition_findings(line.when)


def _assignment(line: syntax.Assignment) -> Iterator[Finding]:
    return _period(line.period)


def _override(line: syntax.Override, broken: bool) -> Iterator[Finding]:
    yield from name_findings("override", line.name, broken, line.start)
    yield from _period(line.period)
    yield from line_findings("override", line.lines, broken)
    if not broken and not any(map(_changes_something, line.lines)):
        yield Finding(
            "E0305",
            "this override changes nothing",
            here(line),
            "give it a `target` or a `calendar` line",
        )


def _changes_something(line: syntax.Line) -> bool:
    return isinstance(line, syntax.Target) or (isinstance(line, syntax.Fact) and line.keyword == "calendar")


def _escalate(line: syntax.Escalate) -> Iterable[Finding]:
    return repeated(line.priorities)


# ---------------------------------------------------------------- uptime and money


def _uptime(line: syntax.Uptime) -> Iterator[Finding]:
    yield from share_findings(line.share)
    if line.per.text != "month":
        yield from value_findings(line.per, values.amount)


def _band(line: syntax.UptimeBand) -> Iterator[Finding]:
    yield from share_findings(line.below)
    yield from payment_findings(line.pays)


def _breach_credit(line: syntax.BreachCredit) -> Iterator[Finding]:
    yield from repeated(line.priorities)
    yield from payment_findings(line.pays)


def _cap(line: syntax.Cap) -> Iterator[Finding]:
    return payment_findings(line.pays)


def _retainer(line: syntax.Retainer) -> Iterator[Finding]:
    yield from value_findings(line.money.amount, values.money)
    yield from _period(line.period)


def _concerns(line: syntax.Concerns) -> Iterable[Finding]:
    return repeated(line.names)


_OF_LINE: Mapping[type[syntax.Line], Callable[[Any], Iterable[Finding]]] = {
    syntax.OpenDays: _open_days,
    syntax.OpenDate: _open_date,
    syntax.ClosedDate: _closed_date,
    syntax.Holiday: _holiday,
    syntax.Target: _target,
    syntax.PauseWhen: _pause_when,
    syntax.StopWhen: never_holds,
    syntax.Assignment: _assignment,
    syntax.Escalate: _escalate,
    syntax.Uptime: _uptime,
    syntax.UptimeBand: _band,
    syntax.BreachCredit: _breach_credit,
    syntax.Cap: _cap,
    syntax.Retainer: _retainer,
    syntax.Concerns: _concerns,
    syntax.Window: _window,
    syntax.Announced: _announced,
}
