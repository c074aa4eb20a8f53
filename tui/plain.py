"""The one door for text that strangers wrote, on its way to a terminal, a table, a file or a message.

What comes out is one line without control characters, escape sequences, direction marks or lone surrogates.
It is still only text: widgets get it as literal `Text`/`Content`, never as markup.
"""

from __future__ import annotations

import re

from engine.plain import plain, spreadsheet

__all__ = ["markdown", "plain", "spreadsheet"]

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#!|~$])")


def markdown(text: object, limit: int = 2000) -> str:
    """Neither Markdown nor HTML."""
    line = plain(text, limit).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKDOWN.sub(r"\\\1", line)
