"""Wrong example to friendly text: a table of what people write when they mean something else.

The parser says where it could not go on; the table looks at that line. It grows each time somebody is
confused: add a pattern here and a page in `dsl/pages`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from dsl import ladder_mistakes, scenario_mistakes
from dsl.faulty_line import HIDDEN, Line, found, masked
from dsl.finding import Finding
from dsl.misplaced import dangling_comma, form, generic, keyword, one_line_block, unfinished_string
from dsl.parse import Fault


def explain(line: Line, fault: Fault) -> Finding:
    """What is wrong with the line on which the parser stopped at `fault`."""
    if line.dangling_comma >= 0:
        return dangling_comma(line)
    hidden = masked(line.text)
    for pattern, make in (*_TABLE, *_TABLES.get(line.block, ())):
        for match in pattern.finditer(line.text):
            if hidden[match.start()] != HIDDEN and (finding := make(line, match)):
                return finding
    return (
        unfinished_string(line, hidden)
        or keyword(line, fault)
        or one_line_block(line, hidden)
        or form(line, fault)
        or generic(line, fault)
    )


# ---------------------------------------------------------------- the table

_QUOTES = dict.fromkeys("“”„‟″«»", '"') | dict.fromkeys("‘’‚", "'")
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


def _semicolon(line: Line, match: re.Match[str]) -> Finding:
    return found(
        "E0209",
        line,
        *match.span(),
        "`;` ends nothing here",
        "one fact a line: remove it, and begin a new line where another fact follows",
        "" if not line.text[match.end() :].strip() else None,
    )


def _sign(line: Line, match: re.Match[str]) -> Finding:
    if "when" in line.text[: match.start()]:
        return found(
            "E0210", line, *match.span(1), "`=` compares nothing", "a comparison is written `==`", "=="
        )
    return found(
        "E0210",
        line,
        *match.span(1),
        f"`{match[1]}` has no place between a keyword and its value",
        "a space is enough: `zone Europe/Berlin`",
        "",
    )


_NAMES_A_CALENDAR = re.compile(r"\b(?:on|calendar|in)[ \t]+$")


def _around_the_clock(line: Line, match: re.Match[str]) -> Finding:
    if line.text.lstrip().startswith("open"):
        return found(
            "E0213",
            line,
            *match.span(),
            f"`{match[0]}` is not a range of hours",
            "write `open mon-sun 00:00-24:00`, or use the built-in calendar `always`",
        )
    if not _NAMES_A_CALENDAR.search(line.text[: match.start()]):
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
        "always",
    )


def _spelt_duration(line: Line, match: re.Match[str]) -> Finding | None:
    business = bool(match[2])
    unit = "bd" if business else _UNIT_WORDS[match[3].lower()]
    written = f"{match[1]}{unit}"
    if written == match[0]:
        return None
    return found(
        "E0211",
        line,
        *match.span(),
        f"`{match[0]}` is not how a length of time is written",
        f"write `{written}`; units are s, m, h and bd for business days",
        written,
    )


def _bare_percent(line: Line, match: re.Match[str]) -> Finding:
    return found(
        "E0212",
        line,
        *match.span(1),
        f"`{match[1]}` needs a percent sign",
        f"write `{match[1].split()[0]}%`",
        f"{match[1].split()[0]}%",
    )


def _hours(line: Line, match: re.Match[str]) -> Finding | None:
    if not line.text.lstrip().startswith(("open", "closed")):
        return None
    first, second = _clock(*match.group(1, 2, 3)), _clock(*match.group(4, 5, 6))
    mended = f"{first}-{second}"
    if mended == match[0] or len(mended) != 11:
        return None
    return found(
        "E0222",
        line,
        *match.span(),
        f"`{match[0]}` is not how a range of hours is written",
        f"two digits, a colon, no spaces: `{mended}`",
        mended,
    )


def _clock(hours: str, minutes: str | None, half: str | None) -> str:
    number = int(hours)
    if half:
        number = number % 12 + (12 if half.lower().startswith("p") else 0)
    return f"{number:02}:{minutes or '00'}"


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


_BEHIND_THE_METRIC = r"(?<![\w-])(?:within|every|on|when|and|or|not)(?![\w-])"


def _at_most(line: Line, match: re.Match[str]) -> Finding:
    return found(
        "E0201",
        line,
        *match.span(1),
        f"`{match[1]}` is not expected here",
        "a length of time that is promised stands behind `within`",
        "within",
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


def _weekday(line: Line, match: re.Match[str]) -> Finding | None:
    mended = "-".join(day[:3].lower() for day in re.split(r"\s*(?:-|to)\s*", match[0]))
    if not line.text.lstrip().startswith("open") or mended == match[0]:
        return None
    return found(
        "E0228",
        line,
        *match.span(),
        f"`{match[0]}` is not how weekdays are written",
        f"three small letters, no spaces: `{mended}`",
        mended,
    )


def _sign_operator(line: Line, match: re.Match[str]) -> Finding:
    word = {"&&": "and", "&": "and", "||": "or", "|": "or", "!": "not "}[match[0]]
    return found(
        "E0226",
        line,
        *match.span(),
        f"`{match[0]}` is no operator",
        f"conditions are written with words: `{word.strip()}`",
        word,
    )


def _single_quoted(line: Line, match: re.Match[str]) -> Finding:
    return found(
        "E0207",
        line,
        *match.span(),
        "text stands in double quotes",
        f'write "{match[1]}"',
        f'"{match[1]}"',
    )


_TIME = r"(\d{1,2})(?:[:.](\d{2}))?\s?([aApP]\.?[mM]\.?)?"
_DAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:days?)?"
_TABLE: tuple[tuple[re.Pattern[str], Callable[[Line, re.Match[str]], Finding | None]], ...] = (
    (re.compile(f"[{''.join(_SPELT)}]+"), _typographic),
    (re.compile(r"'([^'\n\"]*)'"), _single_quoted),
    (re.compile(r";"), _semicolon),
    (re.compile(rf"\b{_DAY}(?:\s*(?:-|\bto\b)\s*{_DAY})?\b", re.IGNORECASE), _weekday),
    (re.compile(r"\b24\s?[/x]\s?7\b"), _around_the_clock),
    (re.compile(r"&&?|\|\|?|!(?!=)"), _sign_operator),
    (re.compile(rf"(?<=^)\s*target (?:(?!{_BEHIND_THE_METRIC})[\w, -])+ (<=?|≤|in)\s(?=\s*\d)"), _at_most),
    (re.compile(r"(?<![=!<>:])(=|:=)(?!=)"), _sign),
    (re.compile(r"(?<=[a-z])(:)(?=\s)"), _sign),
    (
        re.compile(
            r"\b(?:\d{1,2}\.\d{1,2}\.\d{4}|\d{1,2}[/-]\d{1,2}[/-]\d{4}|\d{4}[/.]\d{1,2}[/.]\d{1,2}|\d{4}-\d-\d{1,2}|\d{4}-\d\d-\d)(?!\d)"
        ),
        _odd_date,
    ),
    (
        re.compile(r"(?<![\d:/.-])" + _TIME + r"\s*(?:-|to|until)\s*" + _TIME + r"(?![\d:/.-])"),
        _hours,
    ),
    (
        re.compile(
            r"\b(\d+)\s*(business\s+|working\s+)?(seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|bd|d|weeks?|w)\b",
            re.IGNORECASE,
        ),
        _spelt_duration,
    ),
    (re.compile(r"(?<=warn at )(\d+(?:\.\d+)?(?: percent\b)?)(?![\d.%])"), _bare_percent),
    (re.compile(r"\b(?:uptime(?: below)?) (\d+(?:\.\d+)?(?: percent\b)?)(?![\d.%])"), _bare_percent),
    (re.compile(r"(?<=\d%)\s+and\s+(?=\d)"), _and_in_list),
    (re.compile(r"(?<=%, )(\d+(?:\.\d+)?(?: percent\b)?)(?![\d.%])"), _bare_percent),
)
_TABLES = {**ladder_mistakes.TABLES, **scenario_mistakes.TABLES}
