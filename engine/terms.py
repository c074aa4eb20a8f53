"""Terms: what was promised for a ticket when it opened, as a value that many tickets share.

Terms name calendars and pauses but do not contain them: those are live. They are addressed by their content;
the places in rule files take no part in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from dsl.model import Amount, Condition, Reopen


@dataclass(frozen=True, slots=True)
class PinnedTarget:
    """One promise. `calendar` is always a name (never ""); `decided_by` says the scope in words
    ("tier gold", "override peak-freeze of customer acme"); `rule` is the line as written;
    `where` is file:line at the time of pinning.
    """

    priorities: tuple[str, ...]
    metric: str
    amount: Amount
    repeats: bool
    calendar: str
    when: Condition | None
    decided_by: str
    rule: str
    where: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Terms:
    """`targets` stand in order of precedence: the first whose priority, metric and condition fit decides."""

    tier: str
    reopen: Reopen
    targets: tuple[PinnedTarget, ...]
    rules: str = field(default="", compare=False)  # digest of the rule set that made them
