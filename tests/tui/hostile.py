"""Text that strangers write at their worst, and whether what is shown of it is harmless."""

from __future__ import annotations

import unicodedata

from tui.app import Console

EVIL = {
    "closing markup": "[/red]",
    "a live link": "[@click=app.quit]x[/]",
    "open markup": "[bold red]x",
    "an escape": "\x1b[2J\x1b]0;owned\x07\x1b[31mred",
    "a C1 escape": "\x9b31mred",
    "bidi": "\u202eevil\u2066\u200f",
    "NUL": "a\0b",
    "line breaks": "one\ntwo\r\nthree\u2028four\x85five",
    "a formula": '=HYPERLINK("http://x","y")',
    "a formula behind space": " \t@SUM(1)",
    "a lone surrogate": "\ud800x",
    "tags": "\U000e0041\ufeffx\u00ad",
    "a table in markdown": "a|b`<script>alert(1)</script>`",
}


def harmless(words: str) -> bool:
    return all(
        unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} or character == "\u200d"
        for character in words
    )


def shown_is_harmless(app: Console) -> bool:
    strips = app.screen._compositor.render_strips()
    actions = [
        segment.style.meta for strip in strips for segment in strip if segment.style and segment.style.meta
    ]
    live = [meta for meta in actions if any("app.quit" in str(value) for value in meta.values())]
    return not live and all(harmless(strip.text) for strip in strips)
