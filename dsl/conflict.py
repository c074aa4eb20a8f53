"""Merge conflicts that were left in a file: each is one finding, and the rest of the file is read as one side of it."""

from __future__ import annotations

import re

from dsl.finding import Finding, in_file

_MARKER = re.compile(r"^(?:<<<<<<<|=======|>>>>>>>|\|\|\|\|\|\|\|)(?![<=>|])[^\n]*$", re.MULTILINE)


def has_conflict(text: str) -> bool:
    """A quick look, made at every edit."""
    return text.startswith(("<<<<<<<", "=======", ">>>>>>>")) or any(
        marker in text for marker in ("\n<<<<<<<", "\n=======", "\n>>>>>>>")
    )


def conflicts(path: str, text: str) -> list[Finding]:
    """A finding for each conflict, at its first marker."""
    if not has_conflict(text):
        return []
    found: list[Finding] = []
    inside = False
    for match in _MARKER.finditer(text):
        if not inside:
            found.append(
                Finding(
                    "E0206",
                    "an unresolved merge conflict",
                    in_file(path, *match.span()),
                    "keep one side (or both) and remove the lines with the markers",
                )
            )
        inside = not match[0].startswith(">>>>>>>")
    return found


def without_conflicts(text: str) -> str:
    """The text with markers and the second side of each conflict blanked out, every position what it was."""
    if not has_conflict(text):
        return text
    out: list[str] = []
    dropping = False
    for line in text.splitlines(keepends=True):
        bare = line.rstrip("\r\n")
        marker = _MARKER.fullmatch(bare)
        if marker:
            dropping = bare[0] in "=|"
        out.append(re.sub(r"[^\r\n]", " ", line) if marker or dropping else line)
    return "".join(out)
