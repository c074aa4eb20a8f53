"""The status badge: compliance of the month so far as a small picture for other pages. Pure."""

from __future__ import annotations

from html import escape

from engine.plain import plain
from reports.compliance import Figures

LABEL = "service levels"
_GREY, _GREEN, _AMBER, _RED = "#4b5563", "#166534", "#854d0e", "#991b1b"
"""Each has a contrast of 7 to 1 with white: the words are read, the colour says nothing that they do not."""


def badge(figures: Figures) -> str:
    """An SVG of 20 pixels' height with the share of what was decided in time."""
    words, colour = _words(figures)
    return _drawn(LABEL, words, colour)


def _words(figures: Figures) -> tuple[str, str]:
    share = figures.tally.hundredths
    if share is None:
        return "nothing due yet this month", _GREY
    colour = _GREEN if share == 10_000 else _AMBER if share >= 9_500 else _RED
    return f"{share // 100}.{share % 100 // 10} % in time this month", colour


def _drawn(label: str, words: str, colour: str) -> str:
    label, words = escape(plain(label, 60)), escape(plain(words, 60))
    # 11 px Verdana and its like are about 6.6 px wide; textLength makes it so.
    first, second = (round(6.2 * len(text)) for text in (label, words))
    left, right = first + 14, second + 14
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" aria-label="{label}: {words}">'
        f"<title>{label}: {words}</title>"
        f'<rect width="{left + right}" height="20" rx="3" fill="#1f2937"/>'
        f'<path d="M{left} 0h{right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H{left}z" fill="{colour}"/>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f'<text x="7" y="14" textLength="{first}">{label}</text>'
        f'<text x="{left + 7}" y="14" textLength="{second}">{words}</text></g></svg>\n'
    )
