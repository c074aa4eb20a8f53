"""The one door for text that strangers wrote, on its way to a terminal, a table, a file or a message.

What comes out is one line without control characters, escape sequences, direction marks or lone surrogates.
It is still only text: widgets get it as literal `Text`/`Content`, never as markup.
"""

from __future__ import annotations

from engine.plain import escapes, json_text, markdown, plain, spreadsheet

__all__ = ["escapes", "json_text", "markdown", "plain", "spreadsheet"]
