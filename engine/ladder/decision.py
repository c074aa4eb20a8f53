"""What became of a step of a ladder, as a value that is kept: fired, skipped or suppressed, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Key = tuple[str, int, str, str, int]
"""(metric, cycle, ladder, step, number): what is decided once for each ticket."""


class Outcome(StrEnum):
    """SKIPPED: the step's own words say no. SUPPRESSED: something that came in between says no."""

    FIRED = "fired"
    SKIPPED = "skipped"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True)
class Decision:
    """One step of one clock, decided. `step` is the line of the rule (with the warning that it is for, where it is for each
    of several); `number` 0 is the first time, k the k-th repetition.

    `at` is when it was due, `found` when it was decided; `cause` is "time", "ticket" or "rules". `id` is the store's, 0
    before it has one.
    """

    at: int
    found: int
    ticket_id: int
    ticket: str
    customer: str
    metric: str
    cycle: int
    ladder: str
    step: str
    number: int
    outcome: Outcome
    reason: str
    cause: str
    id: int = 0

    @property
    def key(self) -> Key:
        return (self.metric, self.cycle, self.ladder, self.step, self.number)
