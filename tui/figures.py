"""The figures of SLA Health while somebody looks at them: what is over is counted seldom, today often."""

from __future__ import annotations

from collections.abc import Sequence

from engine.facts import Instant
from engine.overview import health, month_start
from engine.snapshot import Health, Row, Tally
from engine.store.protocol import Store
from engine.wall import date_of, local_day, start_of_date

TODAY = 15
"""Seconds after which the figures are made anew."""
OVER = 600
"""Seconds after which the days that are over are counted anew: what comes late may still decide otherwise about them."""

UPTIMES = 60
"""Seconds after which uptime, credits and whatever else customers are shown with are made anew."""

Counted = list[tuple[str, str, str, int, Tally]]


class Figures:
    """Health in one zone; as old as `TODAY` at most when it is asked for, with what comes late about days that are over after `OVER`."""

    def __init__(self, zone: str) -> None:
        self._zone = zone
        self._made: Health | None = None
        self._over: tuple[int, int, Counted] = (0, 0, [])  # counted when, up to when

    @property
    def last(self) -> Health | None:
        """What was made last."""
        return self._made

    def at(self, store: Store, rows: Sequence[Row], now: Instant) -> Health:
        """The figures at `now`, or not long before. Raises StoreError."""
        made, zone = self._made, self._zone
        if made is not None and made.end <= now < made.end + TODAY:
            return made
        today = Instant(start_of_date(date_of(local_day(now, zone)), zone))
        counted_at, up_to, counted = self._over
        if up_to != today or not counted_at <= now < counted_at + OVER:
            counted = store.tallies(Instant(month_start(now, zone)), today, zone)
            self._over = (now, today, counted)
        self._made = health(rows, [*counted, *store.tallies(today, now, zone)], now, zone)
        return self._made
