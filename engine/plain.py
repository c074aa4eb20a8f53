"""Text that strangers wrote, made harmless: one line without control characters, escape sequences, direction marks or lone
surrogates. What leaves by a message or reaches a terminal goes through here; each then escapes it for its own format. JSON has
escapes for all of these, so that nothing is lost in it.
"""

from __future__ import annotations

import json
import re
import unicodedata

_STEERS = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_KEPT = {"\u200d", "\ufe0f"}  # joiner and emoji presentation: they shape a glyph and steer nothing
_WHITE = {"\n", "\r", "\t", "\v", "\f", "\u2028", "\u2029", "\x85"}

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#!|~$])")
_MAY_STEER = re.compile(r"[^\x00-\x7e]")
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # spreadsheets take the full-width signs too


def plain(text: object, limit: int = 500) -> str:
    """One harmless line: white space becomes a space, any other control or format character U+FFFD.

    At most `limit` characters, the last of them an ellipsis where something was cut.
    """
    raw = text if isinstance(text, str) else str(text)
    cut = len(raw) > limit
    if cut:
        raw = raw[: limit - 1]
    if raw.isascii() and raw.isprintable():
        return raw + "…" if cut else raw
    out = "".join(_harmless(character) for character in raw)
    return out + "…" if cut else out


def _harmless(character: str) -> str:
    if character in _WHITE:
        return " "
    if character in _KEPT:
        return character
    return "\ufffd" if unicodedata.category(character) in _STEERS else character


def spreadsheet(text: object, limit: int = 32_000) -> str:
    """Harmless as a cell of a CSV file too: what a spreadsheet would take for a formula gets an apostrophe."""
    if isinstance(text, str) and (not text or text.isalnum()) and len(text) <= limit:
        return text
    line = plain(text, limit)
    return "'" + line if line.lstrip().startswith(_FORMULA) else line


def markdown(text: object, limit: int = 2000) -> str:
    """Neither Markdown nor HTML."""
    line = plain(text, limit).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKDOWN.sub(r"\\\1", line)


def json_text(data: object, *, indent: int | None = 2) -> str:
    """The JSON of plain data, in one line where `indent` is None. It has every text whole and as it is: what could steer a terminal is
    written as an escape, which a parser gives back."""
    text = json.dumps(data, ensure_ascii=False, indent=indent)
    return text if text.isascii() and "\x7f" not in text else _MAY_STEER.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    return match[0] if _harmless(match[0]) == match[0] else escapes(match[0])


def escapes(text: str) -> str:
    """Every character as JSON escapes it: a stream whose encoding lacks some writes these, so that JSON stays JSON."""
    units = text.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
