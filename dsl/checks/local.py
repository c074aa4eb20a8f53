"""Checks that need nothing but one declaration: values without meaning, facts said twice or not at all.

What they find is kept with the declaration's text, so an unchanged declaration is never checked again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from dsl import condition, ladder, model, syntax, values
from dsl.checks.commitments import commitment_findings
from dsl.checks.conditions import local_condition_findings
from dsl.checks.dates import assignment_findings, override_findings
from dsl.checks.hollow import condition_never, field_findings, metric_findings
from dsl.checks.lists import repeated
from dsl.checks.meanings import value_findings as _value
from dsl.checks.renegotiations import renegotiation_findings
from dsl.checks.reports import report_findings
from dsl.checks.steps import escalate_findings, step_findings
from dsl.checks.stories import check_findings, scenario_findings
from dsl.finding import Finding, Mend, here
from dsl.span import Origin
from dsl.vocabulary import KEYWORDS

LANGUAGE_VERSION = "1"
_STRING_WITH_TAB = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_ONCE = frozenset(
    (
        *("email", "start", "stop", "observed", "zone", "like", "calendar", "warn", "reopen", "limit"),
        *("group", "account-manager", "reason", "url", "secret", "kind", "credits", "excludes"),
    )
)
_ONE_WORD = _ONCE - {"warn"}
_NAMED = frozenset(
    (
        *("field", "person", "team", "channel", "holidays", "calendar", "metric", "tier", "pause"),
        *("escalation", "group", "customer", "override", "service", "maintenance", "credits"),
        *("renegotiation", "report"),
    )
)


def local_findings(tree: syntax.Declaration, text: str, *, broken: bool) -> list[Finding]:
    """Everything that the declaration's own text shows. Of a broken one nothing is said to be missing."""
    out = [*_name(tree.kind, tree.name, broken), *_lines(tree.kind, tree.lines, broken)]
    match tree.kind:
        case "language":
            out += _version(tree)
        case "priorities":
            out += [found for word in _words(tree.lines) for found in _keyword_as_name(word, "a priority")]
        case "calendar":
            out += _open_and_closed(tree)
            if not broken:
                out += _zone_and_hours(tree)
        case "customer" | "group":
            out += assignment_findings(tree)
            out += override_findings(tree)
        case "escalation":
            out += step_findings(tree)
        case "tier":
            out += escalate_findings(tree)
        case "metric":
            out += metric_findings(tree)
        case "field":
            out += field_findings(tree.name) if tree.name else ()
        case "renegotiation":
            out += renegotiation_findings(tree)
        case "report":
            out += report_findings(tree)
        case "check":
            out += check_findings(tree, broken=broken)
        case "scenario":
            out += scenario_findings(tree, broken=broken)
    out += commitment_findings(tree)
    out += _empty(tree.title)
    if not broken:
        out += _missing(tree)
    if "\t" in text:
        out += _tabs(text)
    return out


def _words(lines: Iterable[syntax.Line]) -> Iterator[syntax.Word]:
    return (word for line in lines if isinstance(line, syntax.Fact) for word in line.words)


# ---------------------------------------------------------------- names


def _name(kind: str, name: syntax.Word | None, broken: bool, start: int = 0) -> Iterator[Finding]:
    if kind not in _NAMED:
        return
    if name is None:
        if not broken:
            yield Finding(
                "E0217",
                f"this {kind} has no name",
                Origin("", start, start + len(kind)),
                f"write a name after the keyword: `{kind} my-{kind}`",
            )
        return
    taken = {
        "metric": model.BUILT_IN_METRICS,
        "calendar": (model.ALWAYS,),
        "field": tuple(condition.BUILT_IN_FIELDS),
        "channel": ladder.BUILT_IN_CHANNELS,
    }.get(kind, ())
    if name.text not in taken:
        yield from _keyword_as_name(name, f"{_article(kind)} {kind}")
    else:
        yield Finding(
            "E0309",
            f"the {kind} `{name.text}` is built in",
            here(name),
            f"choose another name; the built-in {kind} can be used without declaring it",
        )


def _article(kind: str) -> str:
    return "an" if kind[0] in "aeiou" else "a"


def _keyword_as_name(word: syntax.Word, what: str) -> Iterator[Finding]:
    if word.text in KEYWORDS:
        yield Finding(
            "E0215",
            f"`{word.text}` is a keyword and cannot be the name of {what}",
            here(word),
            f"choose another name, for example `{word.text}-1`",
        )


def _version(tree: syntax.Declaration) -> Iterator[Finding]:
    for word in _words(tree.lines):
        if word.text != LANGUAGE_VERSION:
            yield Finding(
                "E0220",
                f"this program does not know version {word.text} of the language",
                here(word),
                "write `language 1`, or use a newer program",
                mends=(Mend("write 1", ((here(word), "1"),)),),
            )


def _tabs(text: str) -> Iterator[Finding]:
    for match in _STRING_WITH_TAB.finditer(text):
        if "\t" in match[0]:
            at = Origin("", *match.span())
            yield Finding(
                "E0214",
                "there is a tab inside this text",
                at,
                "write spaces: a tab is not seen, and nothing would match",
                mends=(Mend("write a space", ((at, match[0].replace("\t", " ")),), safe=True),),
            )


# ---------------------------------------------------------------- lines


def _lines(kind: str, lines: Iterable[syntax.Line], broken: bool) -> Iterator[Finding]:
    seen: dict[str, Origin] = {}
    for line in lines:
        yield from condition_never(line)
        match line:
            case syntax.Fact(keyword, words):
                yield from _fact(keyword, words)
                if keyword in _ONCE and kind != "default":
                    yield from _once(keyword, kind, here(line), seen)
            case syntax.PauseWhen(when):
                yield from _once("when", kind, here(line), seen)
                yield from local_condition_findings(when)
            case syntax.Holiday("day", word):
                yield from _value(word, values.day)
            case syntax.Holiday("yearly", word):
                yield from _value(word, values.month_day)
            case syntax.Holiday(_, word):
                yield from _value(word, values.offset)
            case syntax.OpenDays(days, ranges):
                yield from repeated(days)
                yield from _ranges(ranges)
            case syntax.OpenDate(word, ranges):
                yield from _value(word, values.day)
                yield from _ranges(ranges)
            case syntax.ClosedDate(word, range_):
                yield from _value(word, values.day)
                yield from _ranges((range_,) if range_ else ())
            case syntax.Target():
                yield from _target(line)
            case syntax.Assignment(_, period):
                yield from _period(period)
            case syntax.Override(name, period, inner):
                yield from _name("override", name, broken, line.start)
                yield from _period(period)
                yield from _lines("override", inner, broken)
                if not broken and not any(_changes_something(one) for one in inner):
                    yield Finding(
                        "E0305",
                        "this override changes nothing",
                        here(line),
                        "give it a `target` or a `calendar` line",
                    )
            case syntax.Escalate(_, priorities):
                yield from repeated(priorities)
            case _:
                pass


def _changes_something(line: syntax.Line) -> bool:
    return isinstance(line, syntax.Target) or (isinstance(line, syntax.Fact) and line.keyword == "calendar")


def _once(keyword: str, kind: str, at: Origin, seen: dict[str, Origin]) -> Iterator[Finding]:
    first = seen.setdefault(keyword, at)
    if first is not at:
        yield Finding(
            "E0303",
            f"`{keyword}` is said twice in this {kind}",
            at,
            "keep the one that is meant",
            labels=((first, "said here first"),),
        )


def _fact(keyword: str, words: tuple[syntax.Word, ...]) -> Iterator[Finding]:
    if keyword in _ONE_WORD and len(words) > 1:
        yield Finding(
            "E0303",
            f"`{keyword}` takes one value",
            Origin("", words[1].start, words[-1].end),
            "keep the one that is meant",
        )
    if keyword not in ("include", "file"):  # there, the missing file says enough
        for word in words:
            yield from _empty(word)
    if keyword == "limit":
        yield from _value(words[0], values.amount)
    elif keyword == "warn":
        for word in words:
            yield from _warning(word)
    else:
        yield from repeated(words)


def _empty(word: syntax.Word | None) -> Iterator[Finding]:
    if word is not None and not word.text.strip():
        yield Finding(
            "E0219", "this text is empty", here(word), "write something between the quotes, or leave it out"
        )


def _warning(word: syntax.Word) -> Iterator[Finding]:
    found = list(_value(word, values.percent))
    yield from found
    if not found and not 0 < values.percent(word.text) < 10_000:
        yield Finding(
            "E0505",
            f"a warning at {word.text} warns of nothing",
            here(word),
            "warnings lie between 0% and 100%; the breach itself is always told",
        )


def _target(line: syntax.Target) -> Iterator[Finding]:
    yield from repeated(line.priorities)
    yield from _value(line.amount, values.amount)
    if line.when:
        yield from local_condition_findings(line.when)
    if line.repeats != (line.metric.text == "update"):
        right, wrong = ("every", "within") if line.metric.text == "update" else ("within", "every")
        yield Finding(
            "E0514",
            f"`{line.metric.text}` is not measured with `{wrong}`",
            Origin("", line.metric.start, line.amount.end),
            f"write `{line.metric.text} {right} {line.amount.text}`; only `update` comes round again",
            mends=(
                Mend(
                    f"write {right}",
                    (
                        (
                            Origin("", line.metric.start, line.amount.end),
                            f"{line.metric.text} {right} {line.amount.text}",
                        ),
                    ),
                ),
            ),
        )


def _ranges(words: Iterable[syntax.Word]) -> Iterator[Finding]:
    for word in words:
        found = list(_value(word, values.time_range))
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


def _period(period: syntax.Period | None) -> Iterator[Finding]:
    if period is None:
        return
    found = [*_maybe_day(period.first), *_maybe_day(period.last)]
    yield from found
    if found:
        return
    meant = values.period(period)
    if meant.start and meant.end and meant.end <= meant.start:
        yield Finding(
            "E0511",
            "this period is over before it begins",
            here(period),
            "`until` names the first day after the period, `through` the last day of it",
        )


def _maybe_day(word: syntax.Word | None) -> Iterator[Finding]:
    return _value(word, values.day) if word else iter(())


# ---------------------------------------------------------------- whole declarations


def _missing(tree: syntax.Declaration) -> Iterator[Finding]:
    said = {line.keyword for line in tree.lines if isinstance(line, syntax.Fact)}
    said |= {"when" for line in tree.lines if isinstance(line, syntax.PauseWhen | syntax.Occasion)}
    said |= {"at" for line in tree.lines if isinstance(line, syntax.Step)}
    said |= {"window" for line in tree.lines if isinstance(line, syntax.Window)}
    said |= {"every" for line in tree.lines if isinstance(line, syntax.Schedule)}
    said |= {"for" for line in tree.lines if isinstance(line, syntax.Concerns | syntax.Everybody)}
    said |= {"share" for line in tree.lines if isinstance(line, syntax.ShareMail)}
    needed = {
        "metric": ("start", "stop"),
        "pause": ("when", "stops"),
        "channel": ("url",),
        "escalation": ("at",),
        "maintenance": ("window",),
        "renegotiation": ("when",),
        "report": ("every", "for", "format", "share"),
    }.get(tree.kind, ())
    for keyword in needed:
        if keyword not in said:
            example = {
                "start": "start on opened",
                "stop": "stop on workaround-provided",
                "when": "when status is waiting"
                if tree.kind == "pause"
                else "when breaches above 5 per month",
                "stops": "stops resolution",
                "url": "url env PAGER_URL",
                "at": "at breach of resolution notify assignee via inbox",
                "window": "window sun 02:00-06:00 zone Europe/Berlin",
                "every": "every month on day 1 at 06:00 zone Europe/Berlin",
                "for": "for everybody",
                "format": "format pdf, csv",
                "share": "share portal",
            }[keyword]
            yield Finding(
                "E0305",
                f"this {tree.kind} has no `{keyword}`",
                Origin("", 0, tree.end),
                f"add a line such as `{example}`",
            )


def _zone_and_hours(tree: syntax.Declaration) -> Iterator[Finding]:
    if not any(isinstance(line, syntax.Fact) and line.keyword == "zone" for line in tree.lines):
        yield Finding(
            "E0402",
            "this calendar has no time zone",
            Origin("", 0, tree.end),
            "add a line such as `zone Europe/Berlin`",
        )
    if not any(isinstance(line, syntax.OpenDays | syntax.OpenDate) for line in tree.lines):
        yield Finding(
            "E0401",
            "this calendar never opens",
            Origin("", 0, tree.end),
            "add a line such as `open mon-fri 09:00-17:00`",
        )


def _open_and_closed(tree: syntax.Declaration) -> Iterator[Finding]:
    opened = {line.day.text: line for line in tree.lines if isinstance(line, syntax.OpenDate)}
    for line in tree.lines:
        if isinstance(line, syntax.ClosedDate) and line.day.text in opened:
            yield Finding(
                "E0407",
                f"{line.day.text} is both open and closed",
                here(line),
                "`open` with a date already replaces that day's hours: keep one of the two lines",
                labels=((here(opened[line.day.text]), "opened here"),),
            )
