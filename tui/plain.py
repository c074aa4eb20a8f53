"""The one door for text that strangers wrote, on its way to a terminal, a table, a file or a message.

What comes out is one line without control characters, escape sequences, direction marks or lone surrogates.
It is still only text: widgets get it as literal `Text`/`Content`, never as markup.
"""

from __future__ import annotations

import re

from engine.plain import plain

__all__ = ["markdown", "plain", "spreadsheet"]

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # spreadsheets take the full-width signs too
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#!|~$])")


def spreadsheet(text: object, limit: int = 32_000) -> str:
    """Harmless as a cell of a CSV file too: what a spreadsheet would take for a formula gets an apostrophe."""
    line = plain(text, limit)
    return "'" + line if line.lstrip().startswith(_FORMULA) else line


def markdown(text: object, limit: int = 2000) -> str:
    """Neither Markdown nor HTML."""
    line = plain(text, limit).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKDOWN.sub(r"\\\1", line)
