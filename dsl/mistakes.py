"""Wrong example to friendly text: a table of what people write when they mean something else.

The parser says where it could not go on; the table looks at that line. It grows each time somebody is
confused: add a pattern here and a page in `dsl/pages`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from dsl.finding import Finding, Mend
from dsl.parse import Fault
from dsl.span import Origin
from dsl.suggest import nearest, some
from dsl.vocabulary import BLOCKS, DECLARATIONS, INNER, KEYWORDS, LATER, LINES, where


class Line(NamedTuple):
    """The faulty logical line: `block` is the keyword of the block that it stands in, "" for a head."""

    text: str
    start: int
    end: int
    block: str = ""
    dangling_comma: int = -1


def explain(line: Line, fault: Fault) -> Finding:
    """What is wrong with the line on which the parser stopped at `fault`."""
    if line.dangling_comma >= 0:
        return _dangling_comma(line)
    masked = _masked(line.text)
    for pattern, make in _TABLE:
        for match in pattern.finditer(line.text):
            if masked[match.start()] != _HIDDEN and (finding := make(line, match)):
                return finding
    return (
        _unfinished_string(line, masked)
        or _keyword(line, fault)
        or _one_line_block(line, masked)
        or _form(line, fault)
        or _generic(line, fault)
    )


_HIDDEN = "\0"
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"|#[^\n]*')


def _masked(text: str) -> str:
    """The text with strings and comments hidden, so that patterns look at the rest."""
    return _STRING.sub(lambda match: _HIDDEN * len(match[0]), text)


def _found(
    code: str, line: Line, start: int, end: int, message: str, help_: str, replacement: str | None = None
) -> Finding:
    """A finding on a part of the line; `replacement` makes a mend of it."""
    at = Origin("", line.start + start, line.start + end)
    mends: tuple[Mend, ...] = ()
    if replacement is not None:
        title = f"write {replacement}" if replacement else "remove it"
        mends = (Mend(title, ((at, replacement),), safe=True),)
    return Finding(code, message, at, help_, mends=mends)


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
    return _found(
        "E0207",
        line,
        *match.span(),
        f"`{match[0]}` is a typographic character, not one of the language",
        f"write `{mended}`; word processors and chats change it on the way",
        mended,
    )


def _semicolon(line: Line, match: re.Match[str]) -> Finding:
    return _found(
        "E0209",
        line,
        *match.span(),
        "`;` ends nothing here",
        "one fact a line: remove it, and begin a new line where another fact follows",
        "" if not line.text[match.end() :].strip() else None,
    )


def _sign(line: Line, match: re.Match[str]) -> Finding:
    if "when" in line.text[: match.start()]:
        return _found(
            "E0210", line, *match.span(1), "`=` compares nothing", "a comparison is written `==`", "=="
        )
    return _found(
        "E0210",
        line,
        *match.span(1),
        f"`{match[1]}` has no place between a keyword and its value",
        "a space is enough: `zone Europe/Berlin`",
        "",
    )


def _around_the_clock(line: Line, match: re.Match[str]) -> Finding:
    if line.text.lstrip().startswith("open"):
        return _found(
            "E0213",
            line,
            *match.span(),
            f"`{match[0]}` is not a range of hours",
            "write `open mon-sun 00:00-24:00`, or use the built-in calendar `always`",
        )
    return _found(
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
    return _found(
        "E0211",
        line,
        *match.span(),
        f"`{match[0]}` is not how a length of time is written",
        f"write `{written}`; units are s, m, h and bd for business days",
        written,
    )


def _bare_percent(line: Line, match: re.Match[str]) -> Finding:
    return _found(
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
    return _found(
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
    return _found(
        "E0219",
        line,
        *match.span(),
        f"`{match[0]}` is not how a date is written",
        "year, month, day: `2026-03-08`",
    )


def _sign_operator(line: Line, match: re.Match[str]) -> Finding:
    word = {"&&": "and", "&": "and", "||": "or", "|": "or", "!": "not "}[match[0]]
    return _found(
        "E0226",
        line,
        *match.span(),
        f"`{match[0]}` is no operator",
        f"conditions are written with words: `{word.strip()}`",
        word,
    )


def _single_quoted(line: Line, match: re.Match[str]) -> Finding:
    return _found(
        "E0207",
        line,
        *match.span(),
        "text stands in double quotes",
        f'write "{match[1]}"',
        f'"{match[1]}"',
    )


_TIME = r"(\d{1,2})(?:[:.](\d{2}))?\s?([aApP]\.?[mM]\.?)?"
_TABLE: tuple[tuple[re.Pattern[str], Callable[[Line, re.Match[str]], Finding | None]], ...] = (
    (re.compile(f"[{''.join(_SPELT)}]+"), _typographic),
    (re.compile(r"'([^'\n\"]*)'"), _single_quoted),
    (re.compile(r";"), _semicolon),
    (re.compile(r"\b24\s?[/x]\s?7\b"), _around_the_clock),
    (re.compile(r"&&?|\|\|?|!(?!=)"), _sign_operator),
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
    (re.compile(r"(?<=%, )(\d+(?:\.\d+)?(?: percent\b)?)(?![\d.%])"), _bare_percent),
)


# ---------------------------------------------------------------- words and forms


def _dangling_comma(line: Line) -> Finding:
    at = line.dangling_comma - line.start
    return _found(
        "E0223",
        line,
        at,
        at + 1,
        "the list ends with a comma",
        "remove the comma, or write what follows it",
        "",
    )


def _unfinished_string(line: Line, masked: str) -> Finding | None:
    position = masked.find('"')
    if position < 0:
        return None
    return _found(
        "E0208",
        line,
        position,
        len(line.text.split("\n", maxsplit=1)[0].rstrip()),
        "the text is never closed",
        'text ends with a `"` on the same line; a quote inside it is written `\\"`',
    )


def _keyword(line: Line, fault: Fault) -> Finding | None:
    """The first word of a line or head is not one that may stand there, or a later one is misspelt."""
    begin = len(line.text) - len(line.text.lstrip())
    match = re.compile(r"[^\s{}\"#,]+").match(line.text, begin)
    if match is None:
        return None
    word, at = match[0], match.span()
    allowed = LINES[line.block] if line.block else DECLARATIONS
    if word in LATER and word not in allowed:
        return _found(
            "E0218",
            line,
            *at,
            f"`{word}` is not part of this version of the language",
            "remove it; the word is set aside for a later version",
        )
    if word not in allowed:
        return _unknown_keyword(line, at, word, allowed)
    if fault.start < line.start + match.end():
        return None
    rest = re.compile(r"[A-Za-z][A-Za-z0-9_-]*").match(line.text, fault.start - line.start)
    if rest is None or rest[0] in KEYWORDS:
        return None
    wanted = [name.lower().strip("_") for name in fault.expected if name.lower().strip("_") in INNER]
    meant = nearest(rest[0], wanted)
    if not meant or "NAME" in fault.expected:
        return None
    return _found(
        "E0202", line, *rest.span(), f"there is no `{rest[0]}` here", f"did you mean `{meant}`?", meant
    )


def _unknown_keyword(line: Line, at: tuple[int, int], word: str, allowed: tuple[str, ...]) -> Finding:
    place = f"a {line.block} block" if line.block else "a rule file"
    meant = nearest(word, allowed)
    if meant:
        message = f"there is no `{word}` in {place}"
        return _found("E0202", line, *at, message, f"did you mean `{meant}`?", meant)
    homes = (*where(word), *(("a rule file",) if word in DECLARATIONS and line.block else ()))
    if homes:
        message = f"`{word}` does not belong in {place}"
        if word in DECLARATIONS and word in BLOCKS and not where(word):
            return _found("E0202", line, *at, message, f"close the {line.block} with `}}` before it")
        return _found("E0202", line, *at, message, f"it belongs in {some(homes)}")
    return _found("E0202", line, *at, f"there is no `{word}` in {place}", f"it can hold {some(allowed, 16)}")


def _one_line_block(line: Line, masked: str) -> Finding | None:
    brace = masked.find("{")
    after = masked[brace + 1 :].replace(_HIDDEN, "x").strip() if brace >= 0 else ""
    if brace < 0 or not after or line.text[brace + 1 :].lstrip().startswith("#"):
        return None
    return _found(
        "E0221",
        line,
        brace,
        brace + 1,
        "a block begins on the line after its brace",
        "one fact a line, and `}` on a line of its own",
    )


def _form(line: Line, fault: Fault) -> Finding | None:
    """The right kind of thing in the wrong dress: a name with capitals, text without quotes, no comma."""
    start = fault.start - line.start
    found = re.compile(r'"(?:[^"\\\n]|\\.)*"|[^\s,{}()\[\]#]+').match(line.text, start)
    if found is None:
        if "_OPEN" in fault.expected and line.text[: max(start, 0)].strip() and not line.block:
            end = len(line.text.rstrip())
            message = "the head of a block ends with `{`"
            return _found("E0227", line, end - 1, end, message, "add ` {` at the end of this line")
        return None
    word = found[0]
    at = found.span()
    if word.startswith('"'):
        if "_COMMA" in fault.expected and line.text[:start].rstrip().endswith('"'):
            return _missing_comma(line, start)
        if "NAME" in fault.expected and "STRING" not in fault.expected and len(word) > 2:
            plain = _as_name(word[1:-1])
            return _found(
                "E0225", line, *at, f"a name stands without quotes: {word}", f"write `{plain}`", plain
            )
        return None
    word_before = line.text[:start].split()[-1:] or [""]
    if "NAME" in fault.expected and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]*", word):
        plain = _as_name(word)
        if plain != word:
            return _found(
                "E0216",
                line,
                *at,
                f"`{word}` is not a name",
                f"names are small letters, digits and hyphens: `{plain}`",
                plain,
            )
    if "STRING" in fault.expected and "_OPEN" not in fault.expected and "NAME" not in fault.expected:
        return _found("E0224", line, *at, f"text stands in quotes: {word}", f'write "{word}"', f'"{word}"')
    if "_COMMA" in fault.expected and word not in KEYWORDS and word_before[0].strip('"'):
        return _missing_comma(line, start)
    return None


def _missing_comma(line: Line, start: int) -> Finding:
    end = len(line.text[:start].rstrip())
    return _found(
        "E0223",
        line,
        end - 1,
        end,
        "a comma is missing after this",
        "parts of a list have commas between them",
    )


def _as_name(word: str) -> str:
    name = re.sub(r"[^a-z0-9-]+", "-", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", word).lower()).strip("-")
    return name if name[:1].isalpha() else f"x{name}"


# ---------------------------------------------------------------- the rest

_SHOWN = {
    "NAME": "a name",
    "STRING": "text in quotes",
    "INT": "a number",
    "NEGATIVE": "a number",
    "DATE": "a date (2026-03-08)",
    "MONTH_DAY": "a month and day (12-24)",
    "TIME_RANGE": "hours (09:00-17:00)",
    "PERCENT": "a percentage (75%)",
    "DURATION": "a length of time (4h, 1h30m)",
    "BUSINESS_DAYS": "business days (3bd)",
    "OFFSET": "days from Easter Sunday (-2)",
    "WEEKDAYS": "weekdays (mon-fri)",
    "ZONE_NAME": "a time zone (Europe/Berlin)",
    "COUNTRY_CODE": "a country code (DE)",
    "SUBDIVISION_CODE": "a subdivision code (BE)",
    "COMPARISON": "a comparison (==, !=, <, <=, >, >=)",
    "FIELD_TYPE": "flag, text or number",
    "YES_NO": "yes or no",
    "REOPEN_MODE": "resumes, restarts or ignored",
    "_OPEN": "`{`",
    "_CLOSE": "`}`",
    "_LPAR": "`(`",
    "_RPAR": "`)`",
    "_LSQB": "`[`",
    "_RSQB": "`]`",
    "_COMMA": "a comma",
    "_NL": "the end of the line",
    "$END": "the end of the declaration",
}


def shown(terminal: str) -> str:
    """A terminal's name as people read it."""
    return _SHOWN.get(terminal) or f"`{terminal.lower().strip('_').replace('_', '-')}`"


def _generic(line: Line, fault: Fault) -> Finding:
    wanted = some(dict.fromkeys(shown(name) for name in sorted(fault.expected)))
    start = min(max(fault.start - line.start, 0), len(line.text))
    token = re.compile(r'"(?:[^"\\\n]|\\.)*"|[\w:/.%+-]+|[^\n]').match(line.text, start)
    if token is None or token[0] == "#":
        end = len(_STRING.sub(lambda m: " " * len(m[0]) if m[0][0] == "#" else m[0], line.text).rstrip())
        end = min(end, max(start, 1))
        return _found("E0201", line, max(end - 1, 0), end, "the line ends too early", f"expected {wanted}")
    return _found("E0201", line, *token.span(), f"`{token[0]}` is not expected here", f"expected {wanted}")
