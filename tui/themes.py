"""What the roles look like: a dark, a light and a deuteranopia-safe theme, calm enough for a whole night.

Colour only repeats what symbol and word say already.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from rich.style import Style
from textual.theme import Theme

DARK = "tiercel-dark"
LIGHT = "tiercel-light"
SAFE = "tiercel-safe"

_ROLE_ATTRIBUTES: Mapping[str, str] = MappingProxyType(
    {
        "breached": "bold",
        "warning": "bold",
        "strong": "bold",
        "title": "bold",
        "key": "bold",
        "mark": "bold",
        "off": "dim",
        "heading": "bold",
    }
)
"""Attributes that stay when there is no colour."""

_PALETTES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        DARK: {
            "text": "#c9d1d9",
            "strong": "#e6edf3",
            "muted": "#8b949e",
            "off": "#6e7681",
            "title": "#8b949e",
            "heading": "#79b8ff",
            "breached": "#ff7b72",
            "warning": "#e3b341",
            "running": "#7ee0a1",
            "paused": "#8b9fd6",
            "unmanaged": "#8b949e",
            "met": "#7ee0a1",
            "missed": "#ff7b72",
            "key": "#79b8ff",
            "mark": "#d2a8ff",
            "rule": "#30363d",
            "background": "#0d1117",
            "surface": "#131a22",
            "panel": "#1c2530",
            "cursor": "#22354d",
            "alarm": "#5c1f24",
            "notice": "#4a3a10",
            "calm": "#1f3350",
        },
        LIGHT: {
            "text": "#24292f",
            "strong": "#0d1117",
            "muted": "#57606a",
            "off": "#6e7781",
            "title": "#57606a",
            "heading": "#0550ae",
            "breached": "#b3202c",
            "warning": "#7d5200",
            "running": "#116329",
            "paused": "#4c5a9e",
            "unmanaged": "#57606a",
            "met": "#116329",
            "missed": "#b3202c",
            "key": "#0550ae",
            "mark": "#6f42c1",
            "rule": "#d0d7de",
            "background": "#ffffff",
            "surface": "#f6f8fa",
            "panel": "#eaeef2",
            "cursor": "#d6e6fb",
            "alarm": "#ffd7d5",
            "notice": "#fff1c2",
            "calm": "#d8e8fc",
        },
        SAFE: {
            "text": "#c9d1d9",
            "strong": "#ffffff",
            "muted": "#98a2ad",
            "off": "#6e7681",
            "title": "#98a2ad",
            "heading": "#56b4e9",
            "breached": "#f0a330",
            "warning": "#f0e442",
            "running": "#56b4e9",
            "paused": "#9aa5c9",
            "unmanaged": "#98a2ad",
            "met": "#56b4e9",
            "missed": "#f0a330",
            "key": "#56b4e9",
            "mark": "#e5a0c8",
            "rule": "#30363d",
            "background": "#0b0f14",
            "surface": "#121820",
            "panel": "#1b242e",
            "cursor": "#24384f",
            "alarm": "#5a3a06",
            "notice": "#4c4708",
            "calm": "#123a52",
        },
    }
)
THEME_NAMES = tuple(_PALETTES)
NO_COLOR = "no-color"
"""What stands in for a theme where NO_COLOR is set: attributes alone, so that nothing urgent turns into a grey."""


def themes() -> list[Theme]:
    """The console's themes."""
    return [
        Theme(
            name=name,
            primary=palette["heading"],
            secondary=palette["paused"],
            accent=palette["mark"],
            warning=palette["warning"],
            error=palette["breached"],
            success=palette["met"],
            foreground=palette["text"],
            background=palette["background"],
            surface=palette["surface"],
            panel=palette["panel"],
            dark=name != LIGHT,
            variables={
                "block-cursor-background": palette["cursor"],
                "block-cursor-foreground": palette["strong"],
                "block-cursor-text-style": "bold",
                "footer-background": palette["panel"],
                "alarm": palette["alarm"],
                "notice": palette["notice"],
                "calm": palette["calm"],
                "cursor": palette["cursor"],
                "scrollbar": palette["rule"],
                "scrollbar-hover": palette["off"],
                "scrollbar-active": palette["muted"],
                "scrollbar-background": palette["background"],
                "scrollbar-background-hover": palette["background"],
                "scrollbar-background-active": palette["background"],
                "scrollbar-corner-color": palette["background"],
                "input-selection-background": palette["cursor"],
            },
        )
        for name, palette in _PALETTES.items()
    ]


@cache
def role_styles(theme: str) -> Mapping[str, Style]:
    """Rich styles by role (foreground and attributes only) of one of our themes; of any other theme, attributes."""
    palette = _PALETTES.get(theme)
    names = {*_PALETTES[DARK], *_ROLE_ATTRIBUTES}
    styles = {}
    for role in names:
        attributes = _ROLE_ATTRIBUTES.get(role, "")
        colour = palette[role] if palette is not None and role in palette else ""
        styles[role] = Style.parse(f"{attributes} {colour}".strip() or "none")
    styles[""] = styles["text"]
    return MappingProxyType(styles)


def cursor_style(theme: str) -> Style:
    """What lies under the row that has the cursor."""
    palette = _PALETTES.get(theme)
    return Style(bgcolor=palette["cursor"]) if palette else Style(reverse=True)
