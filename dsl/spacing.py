"""How the tokens of one line stand beside each other: the same for the formatter and for quoting a rule.

So a rule that was only typed differently is quoted the same, and formatting a file changes no promise.
"""

from __future__ import annotations

import re

BLANK = " \t\r"
_TOKEN = re.compile(
    r'"(?:[^"\\\n]|\\.)*(?:"|\\?$)|\#.*|[{}\[\](),]|==|!=|<=|>=|<|>|[^ \t\r"#{}\[\](),<>=!]+|[^ \t\r]'
)


_OPENING = frozenset("[(")
_CLOSING = frozenset("]),")
_TEXT = re.compile(r'"(?:[^"\\\n]|\\.)*(?P<closed>")?|(?P<comment>#[^\n]*)')


def hidden(text: str, string: str, comment: str) -> str:
    """The text with each character of strings and of comments replaced, every position what it was.

    What follows a quote that is never closed stays as it is, and is looked at once.
    """

    def cover(hit: re.Match[str]) -> str:
        return (string if hit["closed"] else comment) * len(hit[0]) if hit.lastgroup else hit[0]

    return _TEXT.sub(cover, text)


def tokens(line: str) -> list[str]:
    """The tokens of a line; a comment is one of them, the last."""
    found = _TOKEN.findall(line)
    if found and found[-1][0] == "#":
        found[-1] = found[-1].rstrip(BLANK)
    return found


def spaced(line: list[str]) -> str:
    """Tokens with one space between them, none inside brackets or before a comma, two before a comment."""
    parts = [line[0]]
    inside = line[0] in _OPENING
    for token in line[1:]:
        if token[0] == "#":
            parts.append("  ")
        elif not inside and token not in _CLOSING:
            parts.append(" ")
        parts.append(token)
        inside = token in _OPENING
    return "".join(parts)


def as_quoted(text: str) -> str:
    """One or several lines as one, without their comments."""
    return spaced([token for line in text.split("\n") for token in tokens(line) if token[0] != "#"])
