"""How rule files are coloured: one ordered table of what a piece of text is, for every highlighter there is.

Lines are coloured one by one, and the first pattern that matches at a place wins. The words come from `dsl/vocabulary`; what
is written for editors is made from here by `docs/write_syntax.py`.
"""

from __future__ import annotations

from typing import NamedTuple

from dsl.model import ALWAYS
from dsl.vocabulary import ALSO_NAMES, DECLARATIONS, KEYWORDS

_DAY = "(?:mon|tue|wed|thu|fri|sat|sun)"
_END = "(?![A-Za-z0-9_-])"

OPERATORS = ("and", "in", "is", "matches", "not", "or")
CONSTANTS = (ALWAYS, "false", "never", "no", "nobody", "nothing", "true", "yes")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WORDS = tuple(sorted((KEYWORDS | ALSO_NAMES) - {*OPERATORS, *CONSTANTS, *WEEKDAYS}))


def _words(words: tuple[str, ...]) -> str:
    return f"(?<![A-Za-z0-9_-])(?:{'|'.join(sorted(words, key=lambda word: (-len(word), word)))}){_END}"


class Rule(NamedTuple):
    """`pattern` is a regular expression that Python and Oniguruma read alike; `scope` is what TextMate calls it, `token` Pygments,
    `group` Vim; `vim` is the pattern for Vim, "" for one of plain `words`."""

    pattern: str
    scope: str
    token: str
    group: str
    vim: str = ""
    words: tuple[str, ...] = ()


RULES = (
    Rule("##.*", "comment.line.documentation", "Comment.Special", "SpecialComment", "##.*"),
    Rule("#.*", "comment.line.number-sign", "Comment.Single", "Comment", "#(#)@!.*"),
    Rule(r'"(?:[^"\\\n]|\\.)*"', "string.quoted.double", "String.Double", "String", r'"%([^"\\]|\\.)*"'),
    Rule('".*', "invalid.illegal.unclosed-string", "Error", "Error", r'"%([^"\\]|\\.)*$'),
    Rule(
        f"^(?:{'|'.join(DECLARATIONS)}){_END}",
        "keyword.other.declaration",
        "Keyword.Declaration",
        "Structure",
        f"^%({'|'.join(DECLARATIONS)})([a-z0-9-])@!",
    ),
    Rule(
        f"(?<![A-Za-z0-9_-]){_DAY}(?:-{_DAY})?{_END}",
        "constant.language.weekday",
        "Keyword.Constant",
        "Constant",
        "<%(mon|tue|wed|thu|fri|sat|sun)(-%(mon|tue|wed|thu|fri|sat|sun))?>",
    ),
    Rule(_words(OPERATORS), "keyword.operator.word", "Operator.Word", "Operator", words=OPERATORS),
    Rule(_words(CONSTANTS), "constant.language", "Keyword.Constant", "Constant", words=CONSTANTS),
    Rule(_words(WORDS), "keyword.control", "Keyword", "Keyword", words=WORDS),
    Rule(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
        "constant.numeric.date",
        "Literal.Date",
        "Number",
        r"<[0-9]{4}-[0-9]{2}-[0-9]{2}>",
    ),
    Rule(
        r"[0-9]{4}-[0-9]{2}(?![0-9-])",
        "constant.numeric.month",
        "Literal.Date",
        "Number",
        r"<[0-9]{4}-[0-9]{2}>",
    ),
    Rule(
        r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}|-[0-9]{2}:[0-9]{2})?",
        "constant.numeric.time",
        "Literal.Date",
        "Number",
        r"[0-9]{2}:[0-9]{2}(:[0-9]{2}|-[0-9]{2}:[0-9]{2})?",
    ),
    Rule(
        r"[0-9]{2}-[0-9]{2}(?![0-9-])",
        "constant.numeric.day",
        "Literal.Date",
        "Number",
        r"<[0-9]{2}-[0-9]{2}>",
    ),
    Rule(
        r"[0-9]+(?:\.[0-9]+)?%", "constant.numeric.percent", "Number.Float", "Number", r"[0-9]+(\.[0-9]+)?\%"
    ),
    Rule(
        rf"[0-9]+bd{_END}|(?:[0-9]+[wdhms])+{_END}",
        "constant.numeric.duration",
        "Number.Integer",
        "Number",
        r"<%([0-9]+bd|%([0-9]+[wdhms])+)>",
    ),
    Rule(
        r"[0-9]+\.[0-9]+(?![A-Za-z0-9_.:%-])",
        "constant.numeric.amount",
        "Number.Float",
        "Number",
        r"<[0-9]+\.[0-9]+>",
    ),
    Rule(
        r"[+-]?[0-9]+(?![A-Za-z0-9_.:%-])",
        "constant.numeric.integer",
        "Number.Integer",
        "Number",
        r"[+-]?<[0-9]+>",
    ),
    Rule(
        "[A-Z][A-Za-z0-9_]*(?:[/+-][A-Za-z0-9_+-]+)*",
        "constant.other.code",
        "Name.Constant",
        "Identifier",
        "<[A-Z][A-Za-z0-9_/+-]*",
    ),
    Rule(f"[a-z][a-z0-9-]*{_END}", "entity.name.tag", "Name", "", ""),
    Rule(
        "==|!=|<=|>=|<|>", "keyword.operator.comparison", "Operator", "Operator", r"\=\=|!\=|\<\=|\>\=|\<|\>"
    ),
    Rule(r"[{}()\[\],]", "punctuation", "Punctuation", "Delimiter", r"[{}()\[\],]"),
)
"""What may stand in a line, first things first."""
