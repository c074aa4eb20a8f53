"""What pages ask of the source: when they are opened, and again when the answer may be another."""

from __future__ import annotations

import time
from collections.abc import Callable
from math import inf

from engine.snapshot import Snapshot
from tui.feed import Failure, Feed
from tui.screens.page import Page
from tui.screens.ticket import TicketPage

AGAIN = 2.5
"""Looks at the store after which a page that is asked for by itself is asked for again if anything has changed."""


class Inquiry:
    """`shown` says whether a page still is, `reopen` asks for a ticket anew; `refresh` are seconds between looks at the store."""

    def __init__(
        self, feed: Feed, refresh: float, shown: Callable[[Page], bool], reopen: Callable[[int], None]
    ) -> None:
        self._feed, self._refresh, self._shown, self._reopen = feed, refresh, shown, reopen
        self._asked_at = -inf
        self._again_at = -inf
        self.owing = False  # what the page on top shows may have changed since it was asked for

    def overdue(self, page: Page) -> bool:
        """Whether the answer that a page has is too old, whatever has changed."""
        return time.monotonic() >= self._asked_at + page.LASTS

    def ask_if_due(self, page: Page, snapshot: Snapshot) -> None:
        """Ask anew at once when the ticket that is shown has changed, else not more often than is worth its price."""
        rows = snapshot.change.rows if snapshot.change is not None else ()
        mine = isinstance(page, TicketPage) and any(
            row is not None and row.id == page.detail.id for pair in rows for row in pair
        )
        worth = time.monotonic() >= self._again_at + AGAIN * self._refresh
        if mine or (self.owing and worth) or self.overdue(page):
            self.again(page)

    def again(self, page: Page) -> None:
        """What a page shows may have changed."""
        self.owing, self._again_at = False, time.monotonic()
        if isinstance(page, TicketPage):
            self._reopen(page.detail.id)
        else:
            self.ask(page)

    def ask(self, page: Page) -> None:
        """Ask what a page asks; it may have been left by the time that the answer comes."""
        question = page.question
        self._asked_at = time.monotonic()
        if question is None:
            return

        def answered(answer: object | Failure) -> None:
            if self._shown(page):
                page.took(answer)
                if page.hungry:
                    self.ask(page)

        self._feed.ask(question, answered)

    def soon(self) -> None:
        """Ask at the next look if anything has changed."""
        self._again_at = -inf
