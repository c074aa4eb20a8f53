"""How the tokens of one line stand beside each other: the same for the formatter and for quoting a rule.

So a rule that was only typed differently is quoted the same, and formatting a file changes no promise.
"""

from __future__ import annotations

import re
from itertools import pairwise

BLANK = " \t\r"
_TOKEN = re.compile(
    r'"(?:[^"\\\n]|\\.)*(?:"|\\?$)|\#.*|[{}\[\](),]|==|!=|<=|>=|<|>|[^ \t\r"#{}\[\](),<>=!]+|[^ \t\r]'
)


_TEXT = re.compile(r'"(?:[^"\\\n]|\\.)*(?P<closed>")?|(?P<comment>#[^\n]*)')


def hidden(text: str, string: str, comment: str) -> str:
    """The text with each character of strings and of comments replaced, every position what it was.

    What follows a quote that is never closed stays as it is, and is looked at once.
    """

    def cover(hit: re.Match[str]) -> str:
        return (string if hit["closed"] else comment) * len(hit[0]) if hit.lastgroup else hit[0]

    return _TEXT.sub(cover, text)


def tokens(line: str) -> list[str]:
    """The tokens of a line, a comment as one of them."""
    return [token.rstrip(BLANK) if token[0] == "#" else token for token in _TOKEN.findall(line)]


def spaced(line: list[str]) -> str:
    """Tokens with one space between them, none inside brackets or before a comma, two before a comment."""
    out = line[0]
    for before, token in pairwise(line):
        if token.startswith("#"):
            out += "  "
        elif token not in (",", "]", ")") and before not in ("[", "("):
            out += " "
        out += token
    return out


def as_quoted(text: str) -> str:
    """One or several lines as one, without their comments."""
    return spaced([token for line in text.split("\n") for token in tokens(line) if token[0] != "#"])
