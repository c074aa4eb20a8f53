"""When a customer's contract needs another talk: what the rules look for in the figures of its months.

Frozen, hashable values like those of `dsl.model`, apart from it because no clock depends on them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from dsl.commitment import Payment
from dsl.span import NOWHERE, Origin


class Subject(StrEnum):
    COMPLIANCE = "compliance"
    BREACHES = "breaches"
    UPTIME = "uptime"
    CREDITS = "credits"


Limit = int | Payment
"""Compliance in hundredths of a percent, uptime in millionths, a count of breaches, or what credits come to."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """One `when` line: its subject is below `limit` (compliance, uptime) or above it (breaches, credits), over `months` added up.
    `metric` "" is all of them. `rule` is the line as its author wrote it, white space folded."""

    subject: Subject
    metric: str
    limit: Limit
    months: int
    rule: str
    origin: Origin = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Renegotiation:
    """Any of the `occasions` is reason enough, for customers that are named, or are members of a group or have a tier that is; for
    everybody where nothing is."""

    name: str
    title: str
    customers: tuple[str, ...]
    groups: tuple[str, ...]
    tiers: tuple[str, ...]
    occasions: tuple[Occasion, ...]
    origin: Origin = field(default=NOWHERE, compare=False)
