"""Delivering what the outbox holds, on threads of its own or in the caller's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dsl.model import RuleSet
from engine.facts import Instant
from engine.graph import Graph
from engine.settings import Settings


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one pass did: messages that were taken, put off, given up and no longer wanted."""

    sent: int = 0
    put_off: int = 0
    dead: int = 0
    suppressed: int = 0


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be sent now by one channel to one recipient: the messages' ids, and the text as it would read."""

    channel: str
    recipient: str
    messages: tuple[int, ...]
    subject: str
    text: str
    suppressed: tuple[tuple[int, str], ...] = ()


class Deliverer:
    """Drains the outbox of the store at `store_path`. `rules` answers the rules in force, None while there are none."""

    def __init__(self, store_path: Path, settings: Settings, rules: Callable[[], Graph | None]) -> None:
        raise NotImplementedError

    def drain(self, now: Instant) -> Delivered:
        """One pass over all channels in the caller's thread."""
        raise NotImplementedError

    def preview(self, now: Instant) -> list[Preview]:
        """What a pass would send now; nothing is claimed."""
        raise NotImplementedError

    def start(self) -> None:
        """Begin to deliver on threads."""
        raise NotImplementedError

    def wake(self) -> None:
        """Something was queued."""
        raise NotImplementedError

    def close(self) -> None:
        """Finish what is being sent and end the threads."""
        raise NotImplementedError


def send_test(channel: str, to: str, settings: Settings, ruleset: RuleSet, *, dry_run: bool) -> str:
    """Send one message that is marked as a test; answers in words what became of it. Raises EngineError."""
    raise NotImplementedError
