"""Wrong example to friendly text: a table of what people write when they mean something else.

The parser says where it could not go on; the table looks at that line. It grows each time somebody is
confused: add a pattern here and a page in `dsl/pages`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import islice

from dsl import calendar_mistakes, ladder_mistakes, scenario_mistakes
from dsl.faulty_line import HIDDEN, Line, Table, found, masked
from dsl.finding import Finding
from dsl.misplaced import dangling_comma, form, generic, keyword, named, one_line_block, unfinished_string
from dsl.parse import Fault
from dsl.proof import proven, unproven
from dsl.values import duration

_MOST_MATCHES = 100
"""So many matches of a pattern are looked at in a line."""


def explain(line: Line, fault: Fault) -> Finding:
    """What is wrong with the line on which the parser stopped at `fault`; a mend is safe only where it gets the parser past it."""
    if line.dangling_comma >= 0:
        return dangling_comma(line)
    line = line._replace(expected=fault.expected)
    hidden = masked(line.text)
    known = list(_known(line, hidden))
    if meant := next((one for one in known if proven(line, fault, one)), None):
        return meant
    one = (
        next((one for one in known if one.at.start <= fault.start), None)
        or unfinished_string(line, hidden)
        or keyword(line, fault)
        or one_line_block(line, hidden)
        or form(line, fault)
        or next(iter(known), None)
        or generic(line, fault)
    )
    return one if proven(line, fault, one) else unproven(one)


def _known(line: Line, hidden: str) -> Iterator[Finding]:
    """What the table says of the line: of each pattern the first match that it has something to say about."""
    for pattern, make in (*_TABLES.get(line.block, ()), *_TABLE):
        shown = (match for match in pattern.finditer(line.text) if hidden[match.start()] != HIDDEN)
        made = (make(line, match) for match in islice(shown, _MOST_MATCHES))
        if finding := next(filter(None, made), None):
            yield finding


# ---------------------------------------------------------------- the table

_DOUBLE, _SINGLE = "“”„‟″«»", "‘’‚"
_QUOTES = dict.fromkeys(_DOUBLE, '"') | dict.fromkeys(_SINGLE, "'")
_DASHES = dict.fromkeys("–—−‐‑", "-")
_SPELT = _QUOTES | _DASHES | dict.fromkeys("\u00a0\u2007\u202f\u3000", " ")
_UNIT_WORDS = {
    "s": "s",
    "sec": "s",
    "secs": "s",
    "second": "s",
    "seconds": "s",
    "m": "m",
    "min": "m",
    "mins": "m",
    "minute": "m",
    "minutes": "m",
    "h": "h",
    "hr": "h",
    "hrs": "h",
    "hour": "h",
    "hours": "h",
    "d": "d",
    "day": "d",
    "days": "d",
    "bd": "bd",
    "w": "w",
    "week": "w",
    "weeks": "w",
}
_SECONDS = {"s": 1, "m": 60, "h": 3600}


def _typographic(line: Line, match: re.Match[str]) -> Finding:
    mended = "".join(_SPELT[character] for character in match[0])
    return found(
        "E0207",
        line,
        *match.span(),
        f"`{match[0]}` is a typographic character, not one of the language",
        f"write `{mended}`; word processors and chats change it on the way",
        mended,
    )


def _quoted(line: Line, match: re.Match[str]) -> Finding | None:
    """In the place of a name what is quoted is one."""
    text, typographic = match[1], match[0][0] not in "\"'" or match[0][-1] not in "\"'"
    if not typographic and match[0][0] == '"':
        return None
    written = named(text, line.expected) or f'"{text}"'
    return found(
        "E0207",
        line,
        *match.span(),
        f"`{match[0]}` stands in typographic quotes" if typographic else "text stands in double quotes",
        f"write `{written}`"
        + ("; word processors and chats change quotes on the way" if typographic else ""),
        written,
    )


def _semicolon(line: Line, match: re.Match[str]) -> Finding:
    return found(
        "E0209",
        line,
        *match.span(),
        "`;` ends nothing here",
        "one fact a line: remove it, and begin a new line where another fact follows",
        "" if not line.text[match.end() :].strip() else None,
    )


def _sign(line: Line, match: re.Match[str]) -> Finding | None:
    if _in_condition(line, match):
        return found(
            "E0210", line, *match.span(1), "`=` compares nothing", "a comparison is written `==`", "=="
        )
    before, after = line.text[: match.start(1)], line.text[match.end(1) :]
    if not before.strip():
        return None
    return found(
        "E0210",
        line,
        *match.span(1),
        f"`{match[1]}` has no place between a keyword and its value",
        "a space is enough: `zone Europe/Berlin`",
        "" if before[-1:].isspace() or after[:1].isspace() else " ",
    )


_COMPARISONS = {
    "=>": ">=",
    "=<": "<=",
    "=!": "!=",
    "<>": "!=",
    "===": "==",
    "!==": "!=",
    "≥": ">=",
    "≤": "<=",
    "≠": "!=",
}


def _comparison(line: Line, match: re.Match[str]) -> Finding | None:
    if not _in_condition(line, match):
        return None
    written = _COMPARISONS[match[0]]
    return found(
        "E0210",
        line,
        *match.span(),
        f"`{match[0]}` compares nothing",
        f"this comparison is written `{written}`",
        written,
    )


def _in_condition(line: Line, match: re.Match[str]) -> bool:
    return line.text.find("when", 0, match.start()) >= 0


_NAMES_A_CALENDAR = re.compile(r"\b(?:on|calendar)[ \t]+$")


def _around_the_clock(line: Line, match: re.Match[str]) -> Finding:
    if line.text.lstrip().startswith("open"):
        return found(
            "E0213",
            line,
            *match.span(),
            f"`{match[0]}` is not a range of hours",
            "write `open mon-sun 00:00-24:00`, or use the built-in calendar `always`",
        )
    if match["in"] is None and not _NAMES_A_CALENDAR.search(line.text[: match.start()]):
        return found(
            "E0213",
            line,
            *match.span(),
            f"`{match[0]}` has no place here",
            "around the clock is the built-in calendar `always`, where a calendar is named: `within 4h on always`",
        )
    return found(
        "E0213",
        line,
        *match.span(),
        f"`{match[0]}` is not a calendar",
        "the built-in calendar for around the clock is `always`",
        "always" if match["in"] is None else "on always",
    )


def _spelt_duration(line: Line, match: re.Match[str]) -> Finding | None:
    written = _length(match[0])
    if written == match[0]:
        return None
    return found(
        "E0211",
        line,
        *match.span(),
        f"`{match[0]}` is not how a length of time is written",
        f"write `{written or '1h30m'}`; units are s, m, h and bd for business days",
        written,
    )


def _length(text: str) -> str | None:
    """The length of time that is meant; None where its parts do not make one."""
    parts = [(one[1], "bd" if one[2] else _UNIT_WORDS[one[3].lower()]) for one in _PART.finditer(text)]
    if any(unit == "bd" for _, unit in parts):
        return "".join(parts[0]) if len(parts) == 1 and parts[0][0].isdigit() else None
    if all(number.isdigit() for number, _ in parts):
        return "".join(map("".join, parts))
    seconds = [Decimal(number) * _SECONDS.get(unit, 0) for number, unit in parts]
    return duration(int(sum(seconds))) if all(one and one == int(one) for one in seconds) else None


def _bare_percent(line: Line, match: re.Match[str]) -> Finding:
    written = f"{match[1].split()[0]}%"
    message = f"`{match[1]}` is not how a percentage is written"
    return found("E0212", line, *match.span(1), message, f"write `{written}`", written)


def _odd_date(line: Line, match: re.Match[str]) -> Finding:
    mended = _date(match[0])
    return found(
        "E0219",
        line,
        *match.span(),
        f"`{match[0]}` is not how a date is written",
        f"year, month, day: `{mended or '2026-03-08'}`",
        mended,
    )


def _date(text: str) -> str | None:
    """The date that is meant; None where day and month may be either, or where there is no such date."""
    parts = [int(part) for part in re.split(r"[./-]", text)]
    if parts[0] < 1000 and "." not in text:
        return None
    year, month, day = parts if parts[0] >= 1000 else reversed(parts)
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


_NAME = r"[\w-]+"
_AT_MOST = (
    r"(?:(?<![\w-])(?:with|within|in|is|be|to|must|should|shall|will|under|below|max|maximum|(?:at|no|not)[ \t]+(?:the[ \t]+)?(?:most|more[ \t]+than))"
    r"(?![\w-])|[<=≤:]+(?![<=≤:]))"
)
"""What people write between a metric and the length of time that is promised."""


def _at_most(line: Line, match: re.Match[str]) -> Finding | None:
    if match[1] == "within":
        return None
    before = "" if line.text[match.start(1) - 1].isspace() else " "
    after = "" if line.text[match.end(1)].isspace() else " "
    return found(
        "E0201",
        line,
        *match.span(1),
        f"`{match[1]}` is not expected here",
        "a length of time that is promised stands behind `within`",
        f"{before}within{after}",
    )


def _and_in_list(line: Line, match: re.Match[str]) -> Finding:
    return found(
        "E0201",
        line,
        *match.span(),
        "`and` is not expected here",
        "a list has commas between its values",
        ", ",
    )


def _sign_operator(line: Line, match: re.Match[str]) -> Finding:
    sign, before, after = match[0], line.text[: match.start()], line.text[match.end() :]
    if not _in_condition(line, match):
        return found(
            "E0226",
            line,
            len(before.rstrip()),
            len(line.text) - len(after.lstrip()),
            f"`{sign}` is no part of a list",
            "a list has commas between its values",
            ", " if sign in ("&", "&&") else None,
        )
    word = {"&": "and", "|": "or", "!": "not"}[sign[0]]
    left = "" if sign == "!" or before[-1:].isspace() else " "
    right = "" if after[:1].isspace() else " "
    return found(
        "E0226",
        line,
        *match.span(),
        f"`{sign}` is no operator",
        f"conditions are written with words: `{word}`",
        f"{left}{word}{right}",
    )


_LENGTH = (
    r"(\d+(?:\.\d+)?)\s*(business\s+|working\s+)?"
    r"(seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|bd|d|weeks?|w)(?![a-z])"
)
_PART = re.compile(_LENGTH, re.IGNORECASE)
_SHARE = r"(\d+(?:\.\d+)?(?:\s+percent\b|\s+%)?)(?![\d.%])"
_TABLE: Table = (
    (re.compile(rf"[\"{_DOUBLE}]([^\n\"{_DOUBLE}]*)[\"{_DOUBLE}]"), _quoted),
    (re.compile(rf"(?<!\w)['{_SINGLE}]([^\n\"'{_SINGLE}]*)['{_SINGLE}](?![\w'])"), _quoted),
    (re.compile(f"[{''.join(_SPELT)}]+"), _typographic),
    (re.compile(r";"), _semicolon),
    (re.compile(r"\b(?P<in>in\s+)?24\s?[/x]\s?7\b"), _around_the_clock),
    (re.compile(r"=>|=<|=!|<>|(?<!=)[!=]==(?!=)|[≥≤≠]"), _comparison),
    (re.compile(r"&&?|\|\|?|(?<!=)!(?!=)"), _sign_operator),
    (
        re.compile(
            rf"^\s*target[ \t]+{_NAME}(?:\s*,\s*{_NAME})*[ \t]+(?!{_AT_MOST}){_NAME}[ \t]*({_AT_MOST}(?:[ \t]*{_AT_MOST})*)[ \t]*(?=\d)(?!24\s?[/x]\s?7)"
        ),
        _at_most,
    ),
    (re.compile(r"(?<![=!<>:])(=|:=)(?!=)"), _sign),
    (re.compile(r"(?<=[a-z])(:)(?=[\sA-Za-z\"])"), _sign),
    (
        re.compile(
            r"\b(?:\d{1,2}\.\d{1,2}\.\d{4}|\d{1,2}[/-]\d{1,2}[/-]\d{4}|\d{4}[/.]\d{1,2}[/.]\d{1,2}|\d{4}-\d-\d{1,2}|\d{4}-\d\d-\d)(?!\d)"
        ),
        _odd_date,
    ),
    (
        re.compile(rf"(?<![\w.-]){_LENGTH}(?:\s*(?:and\s+)?{_LENGTH})*\b", re.IGNORECASE),
        _spelt_duration,
    ),
    (re.compile(rf"(?<=warn at ){_SHARE}"), _bare_percent),
    (re.compile(rf"\b(?:uptime(?: below)?) {_SHARE}"), _bare_percent),
    (re.compile(r"(?:(?<=\d%)|(?<=:\d\d))\s+and\s+(?=\d)"), _and_in_list),
    (re.compile(rf"(?<=%,)\s*{_SHARE}"), _bare_percent),
)
_TABLES = {**calendar_mistakes.TABLES, **ladder_mistakes.TABLES, **scenario_mistakes.TABLES}
