"""What is promised of services as a whole, and what is paid back: services, maintenance, uptime, money and credits.

Frozen, hashable values like those of `dsl.model`, apart from it because no ticket's clock depends on them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from dsl.span import NOWHERE, Origin

WHOLE = 1_000_000
"""All of something, in millionths: 99.9% is 999,000 of them."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of a currency (three letters of ISO 4217)."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class RetainerShare:
    """A part of the retainer of a month, in hundredths of a percent."""

    share: int


Payment = Money | RetainerShare


@dataclass(frozen=True, slots=True)
class Uptime:
    """At least `share` millionths of the time in which `calendar` is open, in each calendar month or, where `window` is given,
    in any such number of seconds. `excluding` says that announced maintenance is no part of that time."""

    share: int
    window: int | None
    calendar: str
    excluding: bool
    origin: Origin = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Service:
    """What outages are recorded for. Without customers and groups it runs for everybody."""

    name: str
    title: str
    customers: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Window:
    """Local hours, as minutes `[start, end)` that may run past midnight, of weekdays (0 is Monday) or of one date in `zone`."""

    weekdays: tuple[int, ...]
    day: date | None
    ranges: tuple[tuple[int, int], ...]
    zone: str


@dataclass(frozen=True, slots=True)
class Announcement:
    """When somebody was told: `second` of a local day in `zone`."""

    day: date
    second: int
    zone: str


@dataclass(frozen=True, slots=True)
class Maintenance:
    """Planned work on `services` for `customers` and the members of `groups`; nothing named is all of them.

    `excluded` says that it may be left out of agreed time; `announced` None that the rules do not say when it was told.
    """

    name: str
    title: str
    customers: tuple[str, ...]
    groups: tuple[str, ...]
    services: tuple[str, ...]
    windows: tuple[Window, ...]
    announced: Announcement | None
    excluded: bool
    origin: Origin = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Band:
    """What is paid for uptime under `below` millionths."""

    below: int
    pays: Payment
    origin: Origin = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class BreachCredit:
    """What is paid for each breach of a metric; no priorities are all."""

    metric: str
    priorities: tuple[str, ...]
    pays: Payment
    origin: Origin = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Credits:
    """`bands` stand from the highest threshold to the lowest; `cap` bounds what a month comes to, and stands at `capped`."""

    name: str
    title: str
    bands: tuple[Band, ...]
    breaches: tuple[BreachCredit, ...]
    cap: Payment | None
    origin: Origin = field(default=NOWHERE, compare=False)
    capped: Origin = field(default=NOWHERE, compare=False)
