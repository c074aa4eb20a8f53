"""Whether an engine does its work: what it last did, and what that means for whoever asks. No thread, no socket, no clock.

`/healthz` is asked by programs that end or restart a process for a bad answer. So it is bad only for what a restart or another
machine could help: an engine that turns no more, a store that cannot be reached. Broken rules are a person's work: they are
told, and the answer stays good.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.cycle import Turn
from engine.errors import StoreError
from engine.snapshot import RulesStatus


@dataclass(slots=True)
class Pulse:
    """Written by the thread of the engine, read by any. Instants are seconds of a clock that only grows."""

    stale: float
    began: float
    turned_at: float | None = None
    rules: RulesStatus | None = None
    trouble: str = ""

    def turned(self, turn: Turn, seconds: float, now: float) -> None:
        """A cycle has come to its end."""
        self.turned_at, self.trouble = now, ""

    def ruled(self, status: RulesStatus) -> None:
        """These rules are in force."""
        self.rules = status

    def failed(self, error: StoreError) -> None:
        """A cycle was given up because of the store."""
        self.trouble = str(error)

    def health(self, now: float, unreachable: str) -> tuple[bool, dict[str, object]]:
        """Whether all is well, and the answer in full. `unreachable` says why the store cannot be read, "" if it can."""
        since = self.began if self.turned_at is None else self.turned_at
        age = max(0.0, now - since)
        reasons = []
        if age > self.stale:
            done = "no cycle has ended yet" if self.turned_at is None else "no cycle has ended"
            reasons.append(f"{done} for {int(age)} seconds")
        elif self.turned_at is None:
            reasons.append("the first cycle is still under way")
        if unreachable or self.trouble:
            reasons.append("the store cannot be reached")
        broken = len(self.rules.broken) if self.rules else 0
        status = "failing" if reasons else "degraded" if broken else "ok"
        if broken:
            reasons.append("the rules on disk are broken; the last good ones stay in force")
        return status != "failing", {
            "status": status,
            "reasons": reasons,
            "last_cycle_seconds_ago": None if self.turned_at is None else round(age, 1),
            "rules_generation": self.rules.generation if self.rules else None,
            "rules_broken": broken,
        }
