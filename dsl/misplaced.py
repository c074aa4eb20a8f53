"""A line that fits no known mistake: a wrong or misspelt word, a wrong form, and at last what was expected."""

from __future__ import annotations

import re
import unicodedata

from dsl.faulty_line import HIDDEN, STRING, Line, found
from dsl.finding import Finding, Mend
from dsl.parse import Fault
from dsl.quotes import SAYS
from dsl.span import Origin
from dsl.suggest import nearest, some
from dsl.vocabulary import BLOCKS, DECLARATIONS, INNER, KEYWORDS, LINES, is_name, where


def dangling_comma(line: Line) -> Finding:
    at = line.dangling_comma - line.start
    return found(
        "E0223",
        line,
        at,
        at + 1,
        "the list ends with a comma",
        "remove the comma, or write what follows it",
        "",
    )


def unfinished_string(line: Line, masked: str) -> Finding | None:
    position = masked.find('"')
    if position < 0:
        return None
    end = line.text.find("\n", position)
    return found(
        "E0208",
        line,
        position,
        len(line.text[: end if end >= 0 else None].rstrip()),
        "the text is never closed",
        'text ends with a `"` on the same line; a quote inside it is written `\\"`',
    )


def keyword(line: Line, fault: Fault) -> Finding | None:
    """The first word of a line or head is not one that may stand there, or a later one is misspelt."""
    begin = len(line.text) - len(line.text.lstrip())
    match = re.compile(r"[^\s{}\"#,]+").match(line.text, begin)
    if match is None:
        return None
    word, at = match[0], match.span()
    allowed = LINES[line.block] if line.block else DECLARATIONS
    if word not in allowed:
        return _unknown_keyword(line, at, word, allowed)
    if fault.start < line.start + match.end():
        return None
    if word == "target" and "WITHIN" in fault.expected and (wrong := _target(line, fault)):
        return wrong
    rest = re.compile(r"[A-Za-z][A-Za-z0-9_-]*").match(line.text, fault.start - line.start)
    if rest is None or rest[0] in KEYWORDS:
        return None
    words = {name.lower().strip("_").replace("_", "-") for name in fault.expected}
    wanted = sorted(name for name in words if name in INNER or name in DECLARATIONS)
    meant = nearest(rest[0], wanted)
    if not meant or "NAME" in fault.expected:
        return None
    return found(
        "E0202", line, *rest.span(), f"there is no `{rest[0]}` here", f"did you mean `{meant}`?", meant
    )


def _target(line: Line, fault: Fault) -> Finding | None:
    """Priorities without a comma between them, or a metric that was left out."""
    start = fault.start - line.start
    before = list(re.compile(r"[^\s,]+").finditer(line.text, 0, start))
    if before and before[-1][0] in ("within", "every"):
        return found(
            "E0201",
            line,
            *before[-1].span(),
            f"`{before[-1][0]}` is not expected here",
            "expected a metric before it: `target critical, high response within 1h`",
        )
    after = re.compile(r"[a-z][a-z0-9-]*(?=[ \t]+(?:within|every)\b)").match(line.text, start)
    if after and before:
        return _missing_comma(line, before[-2].end() if len(before) > 1 else start)
    return None


def _unknown_keyword(line: Line, at: tuple[int, int], word: str, allowed: tuple[str, ...]) -> Finding:
    article = "an" if line.block in ("override", "escalation") else "a"
    place = f"{article} {line.block} block" if line.block else "a rule file"
    meant = nearest(word, allowed)
    if meant:
        message = f"there is no `{word}` in {place}"
        return found("E0202", line, *at, message, f"did you mean `{meant}`?", meant)
    homes = (*where(word), *(("a rule file",) if word in DECLARATIONS and line.block else ()))
    if homes:
        message = f"`{word}` does not belong in {place}"
        if word in DECLARATIONS and word in BLOCKS and not where(word):
            return found("E0202", line, *at, message, f"close the {line.block} with `}}` before it")
        return found("E0202", line, *at, message, f"it belongs in {some(homes)}")
    return found("E0202", line, *at, f"there is no `{word}` in {place}", f"it can hold {some(allowed, 16)}")


def one_line_block(line: Line, masked: str) -> Finding | None:
    brace = masked.find("{")
    after = masked[brace + 1 :].replace(HIDDEN, "x").strip() if brace >= 0 else ""
    if brace < 0 or not after or line.text[brace + 1 :].lstrip().startswith("#"):
        return None
    return found(
        "E0221",
        line,
        brace,
        brace + 1,
        "a block begins on the line after its brace",
        "one fact a line, and `}` on a line of its own",
    )._replace(mends=_laid_out(line, brace, after))


def _laid_out(line: Line, brace: int, after: str) -> tuple[Mend, ...]:
    """What is between the braces of one line on a line of its own; nothing where they hold more, or do not close."""
    if not after.endswith("}") or after.count("}") > 1 or "{" in after:
        return ()
    margin = "  " if line.block else ""
    fact = line.text[brace + 1 : line.text.rindex("}")].strip()
    text = f"{{\n{margin}  {fact}\n{margin}}}" if fact else f"{{\n{margin}}}"
    at = Origin("", line.start + brace, line.start + line.text.rindex("}") + 1)
    return (Mend("write it in lines", ((at, text),), safe=True),)


_LETTERS = re.compile(r"[^\W\d](?:[\w.-]|[\u0300-\u036f])*")


def form(line: Line, fault: Fault) -> Finding | None:
    """The right kind of thing in the wrong dress: a name with capitals, text without quotes, no comma."""
    start = fault.start - line.start
    if foreign := _foreign(line, start, fault):
        return foreign
    written = re.compile(r'"(?:[^"\\\n]|\\.)*"|[^\s,{}()\[\]#]+').match(line.text, start)
    if written is None:
        if "_OPEN" in fault.expected and line.text[: max(start, 0)].strip() and not line.block:
            end = len(line.text.rstrip())
            message = "the head of a block ends with `{`"
            return found("E0227", line, end - 1, end, message, "add ` {` at the end of this line")
        return None
    word = written[0]
    at = written.span()
    if word.startswith('"'):
        if "_COMMA" in fault.expected and line.text[:start].rstrip().endswith('"'):
            return _missing_comma(line, start)
        if plain := named(word[1:-1], fault.expected):
            return found(
                "E0225", line, *at, f"a name stands without quotes: {word}", f"write `{plain}`", plain
            )
        return None
    word_before = line.text[:start].split()[-1:] or [""]
    if "NAME" in fault.expected and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]*", word):
        plain = _as_name(word)
        if plain != word:
            return _no_name(line, at, word)
    if fault.expected & SAYS.keys() and "_OPEN" not in fault.expected and "NAME" not in fault.expected:
        return found("E0224", line, *at, f"text stands in quotes: {word}", f'write "{word}"', f'"{word}"')
    if "_COMMA" in fault.expected and word not in KEYWORDS and word_before[0].strip('"'):
        return _missing_comma(line, start)
    return None


def _foreign(line: Line, start: int, fault: Fault) -> Finding | None:
    """A word with a letter that names do not have, wherever in it the parser stopped."""
    for word in _LETTERS.finditer(line.text):
        if word.start() <= start < word.end():
            read = line.text[word.start() : start]
            meant = is_name(read) if read else "NAME" in fault.expected
            return _no_name(line, word.span(), word[0]) if meant and not word[0].isascii() else None
    return None


def _no_name(line: Line, at: tuple[int, int], word: str) -> Finding:
    plain = _as_name(word)
    help_ = "a name begins with a small letter from a to z, and goes on with such letters, digits and hyphens"
    mended = f": `{plain}`" if plain else ""
    return found("E0216", line, *at, f"`{word}` is not a name", help_ + mended, plain or None)


def _missing_comma(line: Line, start: int) -> Finding:
    end = len(line.text[:start].rstrip())
    return found(
        "E0223",
        line,
        end - 1,
        end,
        "a comma is missing after this",
        "parts of a list have commas between them",
    )


def named(text: str, expected: frozenset[str]) -> str:
    """The name that a quoted text stands for; "" where a text may stand, or no name."""
    return _as_name(text) if "NAME" in expected and not expected & SAYS.keys() else ""


def _as_name(word: str) -> str:
    """The nearest name, accents left away; "" for letters that cannot be told without them."""
    letters = unicodedata.normalize("NFKD", word.replace("ß", "ss"))
    if any(one.isalpha() and not one.isascii() for one in letters):
        return ""
    word = letters.encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9-]+", "-", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", word).lower()).strip("-")
    return name if not name or name[:1].isalpha() else f"x{name}"


# ---------------------------------------------------------------- the rest

_SHOWN = {
    "NAME": "a name",
    "STRING": "text in quotes",
    "PATTERN": "a pattern in quotes",
    "INT": "a number",
    "NEGATIVE": "a number",
    "DATE": "a date (2026-03-08)",
    "TIME": "a time (09:00)",
    "YEAR_MONTH": "a month (2026-10)",
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
    "CURRENCY": "a currency (EUR)",
    "MONEY_AMOUNT": "an amount (250.00)",
    "FIELD_TYPE": "flag, text or number",
    "YES_NO": "yes or no",
    "VARIABLE": "the name of an environment variable (PAGER_URL)",
    "CHANNEL_KIND": "webhook or chat",
    "REOPEN_MODE": "resumes, restarts or ignored",
    "_OPEN": "`{`",
    "_CLOSE": "`}`",
    "_LPAR": "`(`",
    "RPAR": "`)`",
    "_LSQB": "`[`",
    "RSQB": "`]`",
    "_COMMA": "a comma",
    "_NL": "the end of the line",
    "$END": "the end of the declaration",
}


def shown(terminal: str) -> str:
    """A terminal's name as people read it."""
    return _SHOWN.get(terminal) or f"`{terminal.lower().strip('_').replace('_', '-')}`"


def generic(line: Line, fault: Fault) -> Finding:
    wanted = some(dict.fromkeys(shown(name) for name in sorted(fault.expected)))
    start = min(max(fault.start - line.start, 0), len(line.text))
    token = re.compile(r'"(?:[^"\\\n]|\\.)*"|[\w:/.%+-]+|[^\n]').match(line.text, start)
    if token is None or token[0] == "#":
        end = len(STRING.sub(lambda m: " " * len(m[0]) if m[0][0] == "#" else m[0], line.text).rstrip())
        end = min(end, max(start, 1))
        return found("E0201", line, max(end - 1, 0), end, "the line ends too early", f"expected {wanted}")
    return found("E0201", line, *token.span(), f"`{token[0]}` is not expected here", f"expected {wanted}")
