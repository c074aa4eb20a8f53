"""Where a row stands at an instant: the word under which people know its state."""

from __future__ import annotations

from engine.clock import State
from engine.snapshot import Row

STANDINGS = ("breached", "at risk", "running", "paused", "unmanaged")


def standing(row: Row, now: int) -> str:
    """One of `STANDINGS`. A running clock past its due is breached already: the engine only confirms it."""
    if row.state is None:
        return "unmanaged"
    if row.state is State.BREACHED:
        return "breached"
    if row.state is State.RUNNING and row.due is not None and now > row.due:
        return "breached"
    if row.state is State.PAUSED:
        return "paused"
    return "at risk" if row.warn_at is not None and now >= row.warn_at else "running"


def at_risk(row: Row, now: int) -> bool:
    """Whether somebody has to hurry: breached, or running and past its first warning."""
    return standing(row, now) in {"breached", "at risk"}
