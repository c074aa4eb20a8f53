"""Text in quotes, as a rule file has it, and what it says."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def unquoted(written: str) -> str:
    """What a string of a rule file says."""
    inside = written[1:-1]
    if "\\" not in inside:
        return inside
    return inside.replace("\\\\", "\0").replace('\\"', '"').replace("\0", "\\")


def unquoted_pattern(written: str) -> str:
    """The regular expression in a string: only the backslash of a quote is the language's, all others are its own."""
    return written[1:-1].replace('\\"', '"')


def quoted_pattern(pattern: str) -> str:
    """A regular expression in quotes, as a rule file has it."""
    return '"' + pattern.replace('"', '\\"') + '"'


def quoted(text: str) -> str:
    """Text in quotes: a string ends on the line that it begins on and has no tabs."""
    return '"' + _CONTROL.sub(" ", text).replace("\\", "\\\\").replace('"', '\\"') + '"'


SAYS = {"STRING": unquoted, "PATTERN": unquoted_pattern}
"""What terminals in quotes say; the others say what is written."""
