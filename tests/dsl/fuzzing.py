"""Texts to try the front end with, made by a random source, and what must hold for every text whatsoever.

The property tests draw from here for seconds; `python tests/dsl/fuzzing.py SECONDS [SEED]` does so for as long as wanted
and prints how many texts it tried and what it found.
"""

from __future__ import annotations

import random
import re
import sys
import time
from datetime import date
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from lark import Lark
from lark.grammar import NonTerminal, Rule

from dsl.codes import pages
from dsl.format import format_text
from dsl.load import load_texts
from dsl.mend import mended
from dsl.merge import merge
from dsl.parse import grammar
from dsl.suppress import without_suppressed
from tui.findings import FORMATS, render

WORDS = {
    "NAME": (
        "acme",
        "gold",
        "critical",
        "response",
        "resolution",
        "always",
        "office",
        "vip",
        "x-1",
        "status",
        "waiting",
    ),
    "PATTERN": ('"(a+)+$"', '"[0-9]{3}\\.x"', '""'),
    "STRING": (
        '""',
        '"Acme"',
        '"a\\"b\\\\"',
        '"# no comment"',
        '"rules/*.rules"',
        '"sla.rules"',
        '"(a+)+$"',
        '"é\u202e"',
    ),
    "INT": ("0", "1", "7", "99999999999999999999"),
    "NEGATIVE": ("-1", "-0"),
    "DURATION": ("15m", "1h30m", "0s", "999999999w", "4h4h"),
    "BUSINESS_DAYS": ("0bd", "3bd", "99999bd"),
    "PERCENT": ("0%", "50%", "99.95%", "1000000%"),
    "DATE": ("2026-02-28", "2026-02-30", "0000-00-00", "9999-12-31", "0001-01-01"),
    "TIME": ("09:00", "24:00", "25:61"),
    "YEAR_MONTH": ("2026-10", "2026-13", "0000-00", "9999-12"),
    "CURRENCY": ("EUR", "JPY"),
    "MONEY_AMOUNT": ("250.00", "0", "1.00001", "9999999999999999"),
    "MONTH_DAY": ("02-29", "12-24", "13-40"),
    "OFFSET": ("-2", "+39", "5000"),
    "TIME_RANGE": ("08:00-18:00", "22:00-02:00", "00:00-24:00", "25:61-99:99", "09:00-09:00"),
    "ZONE_NAME": ("Europe/Berlin", "UTC", "Mars/Base", "America/New_York"),
    "COUNTRY_CODE": ("DE", "US", "ZZ"),
    "SUBDIVISION_CODE": ("BE", "NY", "nowhere"),
    "VARIABLE": ("PAGER_URL", "x"),
    "COMPARISON": ("==", "!=", "<", ">="),
    "WEEKDAYS": ("mon", "mon-fri", "sat-tue"),
    "_NL": ("\n  ", "\n\n", "\n  # a comment\n  ", "\r\n  "),
    "_COMMA": (", ", ",\n    ", ",  # goes on\n "),
}
SCRAPS = (
    *(
        "{",
        "}",
        "\n",
        "\n}\n",
        '"',
        "\\",
        "#",
        "##",
        ",",
        " ",
        "\t",
        "\r",
        "\r\n",
        "\f",
        "\v",
        "\x85",
        "\xa0",
        "\u2028",
    ),
    *(
        "\ufeff",
        "\0",
        "\ud800",
        "é",
        "“",
        "—",
        "🙂",
        "0%",
        "24/7",
        "=",
        ";",
        ":",
        "(",
        ")",
        "[",
        "]",
        "-",
        "9" * 30,
    ),
    *(
        "<<<<<<< a\n",
        "=======\n",
        ">>>>>>> b\n",
        "tier x {\n",
        "customer ",
        "override ",
        "target ",
        "when ",
        "not (" * 40,
    ),
    *(
        '# sla:ignore W0408 until 2027-01-01 reason "x"\n',
        "# sla:ignore",
        "a" * 3000,
        "bd",
        "until",
        "2026-13-45",
    ),
)
SLOWEST = 1.0
"""Seconds that a megabyte may take, and that less may take too."""


class Broken(AssertionError):
    """What does not hold for a text."""


def inspect(text: str, *, slowest: float = SLOWEST) -> None:
    """Load, render and format a text. Raises Broken for what must never be, and lets exceptions out."""
    started = time.process_time()
    loaded = load_texts("sla.rules", {"sla.rules": text, "other.rules": "field other-field flag\n"})
    formatted = format_text(text)
    seconds = time.process_time() - started
    if seconds > slowest * max(1.0, len(text) / 1_000_000):
        raise Broken(f"{seconds:.1f} s for {len(text)} characters")
    if (loaded.ruleset is None) is not any(one.severity == "error" for one in loaded.diagnostics):
        raise Broken("rules in force in spite of an error, or none without one")
    left = without_suppressed(loaded.diagnostics, loaded.files, date(2026, 7, 1))
    for one in (*loaded.diagnostics, *left):
        edits = [edit for fix in one.fixes for edit in fix.edits]
        for place in (one, *one.labels, *edits):
            span, whole = place.span, loaded.files[place.span.path]
            if not 0 <= span.start <= span.end <= len(whole):
                raise Broken(f"{one.code}: a span outside its file or backwards")
            if (
                span.line != whole.count("\n", 0, span.start) + 1
                or span.column < 1
                or span.end_line < span.line
            ):
                raise Broken(f"{one.code}: a line or column that does not fit its offset")
    for format_ in FORMATS:
        render(loaded, format_)
    mended(left, loaded.files)
    if sorted(solid(merge(text, text, "field x flag\n" + text, merge_lines=_no_lines).text)) != sorted(
        solid("field x flag\n" + text)
    ):
        raise Broken("a merge with one side unchanged lost a character")
    if solid(formatted.text) != solid(text):
        raise Broken("the formatter lost or moved a character")
    if format_text(formatted.text).text != formatted.text:
        raise Broken("formatting again changes something")


def _no_lines(base: str, ours: str, theirs: str) -> tuple[str, bool]:
    raise Broken("a merge with one side unchanged found a conflict")


def solid(text: str) -> str:
    """The characters that are not white space, as the formatter knows it."""
    return re.sub(r"[ \t\r\n]", "", text)


# ---------------------------------------------------------------- by the grammar


@cache
def _productions() -> tuple[dict[str, list[Rule]], dict[str, str]]:
    built = Lark(grammar(), parser="lalr", maybe_placeholders=False)
    rules: dict[str, list[Rule]] = {}
    for rule in built.rules:
        rules.setdefault(rule.origin.name, []).append(rule)
    words = {
        terminal.name: re.sub(r"\(\?!.*$", "", terminal.pattern.value).replace("\\", "")
        for terminal in built.terminals
    }
    return rules, words


def sentence(source: random.Random, start: str = "declaration") -> str:
    """A declaration that the grammar allows; what it means is left to chance."""
    rules, words = _productions()
    out: list[str] = []
    stack: list[tuple[str, bool, int]] = [(start, False, 0)]
    while stack:
        name, terminal, depth = stack.pop()
        if terminal:
            out.append(_terminal(source, name, words[name]))
            continue
        options = rules[name]
        rule = min(options, key=lambda one: len(one.expansion)) if depth > 40 else source.choice(options)
        stack += [
            (symbol.name, not isinstance(symbol, NonTerminal), depth + 1)
            for symbol in reversed(rule.expansion)
        ]
    text = "".join(out)
    return re.sub(r"\n *\}", "\n}", text) if source.random() < 0.9 else text


def _terminal(source: random.Random, name: str, word: str) -> str:
    if name in WORDS:
        return source.choice(WORDS[name]) + ("" if name in ("_NL", "_COMMA") else " ")
    if word.startswith("("):
        return source.choice(word.strip("()").split("|")) + " "
    return ("\n}" if name == "_CLOSE" and source.random() < 0.5 else word) + " "


def site(source: random.Random) -> str:
    """Some declarations below each other."""
    return "\n".join(sentence(source) for _ in range(source.randint(1, 12))) + "\n"


# ---------------------------------------------------------------- by mangling


@cache
def corpus() -> tuple[str, ...]:
    """Rule files of this site and the examples of all pages."""
    paths = [ROOT / "sla.rules", *sorted((ROOT / "rules").rglob("*.rules"))]
    texts = [path.read_text(encoding="utf-8") for path in paths]
    texts += [text for page in pages().values() for text in (page.wrong, page.right)]
    return tuple(texts)


def mangled(source: random.Random, text: str) -> str:
    """A text after a few accidents."""
    for _ in range(source.randint(1, 6)):
        at, length = source.randint(0, len(text)), source.choice((0, 0, 1, 2, 12, 200))
        match source.randrange(7):
            case 0 | 1:
                text = text[:at] + source.choice(SCRAPS) + text[at + length :]
            case 2:
                text = text[:at] + text[at + length :]
            case 3:
                other = source.choice(corpus())
                start = source.randint(0, len(other))
                text = text[:at] + other[start : start + source.randint(0, 300)] + text[at:]
            case 4:
                lines = text.split("\n")
                lines.insert(source.randrange(len(lines) + 1), source.choice(lines))
                text = "\n".join(lines)
            case 5:
                words = text.split(" ")
                one, other_ = source.randrange(len(words)), source.randrange(len(words))
                words[one], words[other_] = words[other_], words[one]
                text = " ".join(words)
            case _:
                text = text[at:] if source.random() < 0.5 else text[:at]
    return text


def any_text(source: random.Random) -> str:
    """A text by one of the ways above, short enough to be tried in milliseconds."""
    way = source.randrange(4)
    if way == 0:
        return site(source)
    if way == 1:
        return mangled(source, site(source))
    return mangled(source, source.choice(corpus()))


# ---------------------------------------------------------------- by saying it again

_NAMES = re.compile(rf"\b({'|'.join(WORDS['NAME'])})\b")


def said_again(source: random.Random, size: int = 100_000) -> str:
    """One or two lines of a block, or one declaration, again and again: in the same words, or by other names each time."""
    head, *lines = sentence(source).split("\n")
    lines = [line for line in lines if line.strip() not in ("", "}") and "{" not in line]
    inside = "{" in head and bool(lines) and source.random() < 0.7
    said = (
        source.sample(lines, min(len(lines), 2)) if inside else [head, *lines, "}"] if "{" in head else [head]
    )
    each = source.choice((5, 50, 1000)) if inside else 1
    other_names = source.random() < 0.5
    out, written, number = [SOUND], 0, 0
    while written < size:
        block = [head] if inside else []
        for _ in range(each):
            number += 1
            block += [_NAMES.sub(rf"\1-{number}", line) if other_names else line for line in said]
        block += ["}"] if inside else []
        out.append(_NAMES.sub(rf"\1-{number}", "\n".join(block), count=1) + "\n")
        written += len(out[-1])
    return "".join(out)


SOUND = """\
priorities critical, high
field vip flag
calendar office {
  zone Europe/Berlin
  open mon-fri 08:00-18:00
}
tier gold {
  target critical response within 1h on always
  target high response within 2h on office
}
default tier gold
"""


def main() -> None:
    """Try texts for so many seconds of processor time."""
    seconds, seed = float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    found: dict[str, tuple[int, str]] = {}
    tried = 0
    while time.process_time() < seconds:
        number = seed + tried
        tried += 1
        text = (said_again if number % 200 == 199 else any_text)(random.Random(number))
        try:
            inspect(text)
        except Exception as error:
            trace = error.__traceback__
            while trace is not None and trace.tb_next is not None:
                trace = trace.tb_next
            place = (
                "" if trace is None else f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
            )
            sign = re.sub(r"\d+", "N", f"{type(error).__name__}: {error}"[:120]) + f" at {place}"
            if sign not in found:
                print(f"seed {number}: {sign}", flush=True)
            found[sign] = (found.get(sign, (0, ""))[0] + 1, f"seed {number}")
        if tried % 20_000 == 0:
            print(f"{tried} texts, {time.process_time():.0f} s, {len(found)} kinds of findings", flush=True)
    print(f"{tried} texts in {time.process_time():.0f} s of processor time")
    for sign, (count, last) in found.items():
        print(f"{count} x {sign} ({last})")


if __name__ == "__main__":
    main()
