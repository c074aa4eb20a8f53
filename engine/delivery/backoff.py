"""When to try again what did not work. Pure: chance is a parameter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

ASKED_MOST = 3600
"""Seconds that another side may ask us to stay away."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential with full jitter: senders that failed together do not come back together. Lengths in seconds."""

    first: int = 5
    factor: float = 2.0
    longest: int = 900
    attempts: int = 10

    def delay(self, attempt: int, random: Callable[[], float], *, asked: int = 0) -> int:
        """Seconds to wait after the `attempt`-th attempt (from 1); at least what the other side asked for, up to an hour.

        `random` answers numbers in [0, 1).
        """
        most = min(self.first * self.factor ** min(attempt - 1, 64), float(self.longest))
        return max(1, ceil(most * random()), min(asked, ASKED_MOST))

    def over(self, attempt: int) -> bool:
        """Whether the `attempt`-th was the last."""
        return attempt >= self.attempts
