"""What people write in scenarios and checks when they mean something else, as patterns with a friendly text each."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dsl.faulty_line import Line, Table, found
from dsl.finding import Finding
from dsl.quotes import quoted

_DAY = r"\d{4}-\d\d-\d\d"


def _joined(line: Line, match: re.Match[str]) -> Finding:
    day, time, seconds, offset = match.groups()
    mended = f"{day} {time}{seconds or ''}"
    return found(
        "E0219",
        line,
        *match.span(),
        f"`{match[0]}` is not how a moment is written",
        f"write `{mended}`, on the clock of the scenario's `zone`",
        None if offset else mended,
    )


def _one_digit(line: Line, match: re.Match[str]) -> Finding:
    mended = f"0{match[1]}"
    return found(
        "E0219",
        line,
        *match.span(1),
        f"`{match[1]}` is not how a time is written",
        f"two digits, a colon: `{mended}`",
        mended,
    )


def _tier(line: Line, match: re.Match[str]) -> Finding:
    return found(
        "E0202",
        line,
        *match.span(1),
        "a tier is named without the word `tier`",
        f"write `{match[2]} decides`; an override is `override {match[2]} decides`",
        "",
    )


def _begun_with_at(line: Line, match: re.Match[str]) -> Finding:
    return found(
        "E0202",
        line,
        *match.span(1),
        "what is expected does not begin with `at`",
        f"write `expect {' '.join(match['rest'].split())}`: `at` begins a step of a ladder, and here the moment",
        "",
    )


def _decided_by(line: Line, match: re.Match[str]) -> Finding:
    written = f"{match['what']} decides {match['metric']}"
    return found(
        "E0202",
        line,
        *match.span("all"),
        f"`{match['all']}` is not how it is said",
        f"who decides comes first: `{written}`",
        written,
    )


def _breaches(line: Line, match: re.Match[str]) -> Finding:
    mended = {"breaches": "breached", "late": "breached", "missed": "breached", "pauses": "paused"}[match[1]]
    return found(
        "E0202",
        line,
        *match.span(1),
        f"there is no `{match[1]}` here",
        f"write `{mended}`: past its due, whether or not it has stopped"
        if mended == "breached"
        else f"write `{mended}`",
        mended,
    )


def _changed(line: Line, match: re.Match[str]) -> Finding:
    return found(
        "E0202",
        line,
        *match.span(1),
        "fields are changed with `set`",
        'write `at .. set status "Open"`; what an event brings beside follows `with`',
        "set",
    )


def _number(line: Line, match: re.Match[str]) -> Finding:
    mended = {"credit": "credits", "retainers": "retainer"}[match[1]]
    return found("E0202", line, *match.span(1), f"there is no `{match[1]}` here", f"write `{mended}`", mended)


def _amount_first(line: Line, match: re.Match[str]) -> Finding:
    mended = f"{match[2]} {match[1]}"
    return found(
        "E0202",
        line,
        *match.span(),
        f"`{match[0]}` is not how money is written",
        f"the currency comes first: `{mended}`",
        mended,
    )


def _outage(line: Line, match: re.Match[str]) -> Finding:
    mended = f"outage {match[2] or ''}".rstrip() + f" from {match[1]}"
    return found(
        "E0202",
        line,
        *match.span(),
        "an outage is nothing that happens to a ticket",
        f"begin the line with it: `{mended}`, and `until ..` where it ends",
        mended,
    )


_SCENARIO: Table = (
    (re.compile(r"\bexpect\s+(?:no\s+)?(credit|retainers)(?=\s+(?:[A-Z0-9]|in\b|for\b))"), _number),
    (re.compile(r"\b(\d+(?:\.\d+)?)\s+([A-Z]{3})\b"), _amount_first),
    (
        re.compile(
            rf"\bat\s+({_DAY} \d\d:\d\d(?::\d\d)?)\s+outage\b(?:\s+(?:of|on|for)\b)?(?:\s+(?!until\b)([a-z][a-z0-9-]*))?"
        ),
        _outage,
    ),
    (re.compile(rf"({_DAY})T(\d\d:\d\d)(:\d\d)?(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?"), _joined),
    (re.compile(rf"{_DAY}[ \t]+(\d:\d\d(?::\d\d)?)(?![\d:])"), _one_digit),
    (re.compile(rf"\bexpect\s+(at\s+)(?!{_DAY})(?P<rest>\S[^#\n]*)"), _begun_with_at),
    (re.compile(r"\bexpect\s+(tier\s+)([a-z][a-z0-9-]*)\s+decides\b"), _tier),
    (
        re.compile(
            r"(?P<all>(?<![\w-])(?P<metric>[a-z][a-z0-9-]*)\s+decided\s+by\s+(?:tier\s+)?(?P<what>(?:override\s+)?[a-z][a-z0-9-]*))"
        ),
        _decided_by,
    ),
    (re.compile(r"\bexpect\s+[a-z][a-z0-9-]*\s+(breaches|late|missed|pauses)\b"), _breaches),
    (re.compile(rf"{_DAY}\s+\d\d:\d\d(?::\d\d)?\s+(changed|change|update|sets)\s+[a-z]"), _changed),
)


def _untitled(line: Line, match: re.Match[str]) -> Finding:
    title = quoted(match[2].replace("-", " "))
    return found(
        "E0224",
        line,
        *match.span(2),
        f"a {match[1]} is called by a text in quotes, not by a name",
        f"say what it shows: `{match[1]} {title}`",
        title,
    )


_HEAD: Table = ((re.compile(r"^(scenario|check)[ \t]+([a-z][a-z0-9-]*)(?=[ \t]*\{|[ \t]+on\b)"), _untitled),)
TABLES: Mapping[str, Table] = {"scenario": _SCENARIO, "": _HEAD}
"""By the block that the faulty line stands in."""
