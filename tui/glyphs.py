"""The characters that the console draws with, in Unicode and in ASCII for terminals that have no more."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tui.line import Spark


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One character each; `standing` gives the symbol of a state and `fate` that of what became of a ladder's step or of a
    message; both always stand beside their word."""

    name: str
    standing: Mapping[str, str]
    fate: Mapping[str, str]
    marked: str
    acknowledged: str
    flagged: str
    snoozed: str
    up: str
    down: str
    more: str
    dot: str
    bar: str
    failed: str
    rule: str
    open_hours: str
    closed_hours: str
    paused_hours: str
    now: str
    threshold: str
    start: str
    stop: str
    spark: Spark

    def text(self, value: str) -> str:
        """What of `value` the terminal can show; everything else becomes "?"."""
        if self.name == "unicode" or value.isascii():
            return value
        return value.replace("…", self.more).encode("ascii", "replace").decode()


UNICODE = Glyphs(
    name="unicode",
    standing=MappingProxyType(
        {
            "breached": "■",
            "at risk": "▲",
            "running": "●",
            "paused": "‖",
            "unmanaged": "○",
            "met": "✓",
            "missed": "✗",
            "cancelled": "–",
        }
    ),
    fate=MappingProxyType(
        {
            "fired": "◉",
            "skipped": "–",
            "suppressed": "⊘",
            "to come": "◌",
            "waiting": "◌",
            "sending": "→",
            "sent": "✓",
            "dead": "✗",
            "discarded": "–",
            "unread": "●",
            "read": "○",
            "acknowledged": "✓",
        }
    ),
    marked="◆",
    acknowledged="✓",
    flagged="⚑",
    snoozed="z",
    up="▲",
    down="▼",
    more="…",
    dot="·",
    bar="━",
    failed="╳",
    rule="─",
    open_hours="━",
    closed_hours="┄",
    paused_hours="░",
    now="┃",
    threshold="┊",
    start="├",
    stop="┤",
    spark=Spark("▁▂▃▄▅▆▇█"),
)

ASCII = Glyphs(
    name="ascii",
    standing=MappingProxyType(
        {
            "breached": "X",
            "at risk": "!",
            "running": ">",
            "paused": "=",
            "unmanaged": "o",
            "met": "+",
            "missed": "x",
            "cancelled": "-",
        }
    ),
    fate=MappingProxyType(
        {
            "fired": "*",
            "skipped": "-",
            "suppressed": "x",
            "to come": "o",
            "waiting": "o",
            "sending": ">",
            "sent": "+",
            "dead": "X",
            "discarded": "-",
            "unread": "*",
            "read": "o",
            "acknowledged": "v",
        }
    ),
    marked="*",
    acknowledged="v",
    flagged="F",
    snoozed="z",
    up="^",
    down="v",
    more="~",
    dot="-",
    bar="=",
    failed="x",
    rule="-",
    open_hours="=",
    closed_hours=".",
    paused_hours="p",
    now="|",
    threshold=":",
    start="[",
    stop="]",
    spark=Spark("_.:-=+*#"),
)


def glyphs_for(encoding: str | None, term: str) -> Glyphs:
    """The glyphs that a terminal of this encoding and TERM can show."""
    if not encoding or "utf" not in encoding.lower() or term in {"linux", "vt100", "vt220", "dumb"}:
        return ASCII
    return UNICODE


def glyphs_of(name: str) -> Glyphs:
    """The glyphs called "ascii" or "unicode"; of any other name those that this terminal can show."""
    named = {"ascii": ASCII, "unicode": UNICODE}.get(name)
    return named or glyphs_for(getattr(sys.__stderr__, "encoding", None), os.environ.get("TERM", ""))
