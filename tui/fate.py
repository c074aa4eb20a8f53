"""What became of a step of a ladder, a message or a notice: the word that people know it by, its symbol and its role."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.delivery.outbox import Queued
from tui.glyphs import Glyphs
from tui.line import Piece

ROLES: Mapping[str, str] = MappingProxyType(
    {
        "fired": "warning",
        "skipped": "muted",
        "suppressed": "paused",
        "to come": "key",
        "waiting": "key",
        "sending": "running",
        "sent": "met",
        "dead": "breached",
        "discarded": "muted",
        "unread": "warning",
        "read": "muted",
        "acknowledged": "met",
    }
)
WIDEST = 14
"""Cells of the longest word with its symbol."""


def fate(word: str, glyphs: Glyphs) -> Piece:
    """Symbol and word, in the role of the word."""
    return f"{glyphs.fate[word]} {word}", ROLES[word]


def reading(notice: Queued) -> str:
    """Whether somebody has read a notice or taken its ticket on."""
    if notice.acknowledged_at is not None:
        return "acknowledged"
    return "unread" if notice.read_at is None else "read"


def clock_name(metric: str, cycle: int) -> str:
    """A clock as people call it."""
    return f"{metric} #{cycle}" if cycle > 1 else metric


def step_name(step: str, number: int) -> str:
    """A step, with the number of its repetition."""
    return f"{step} (again, {number})" if number else step
