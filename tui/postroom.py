"""Doing things to messages from the console: ask first where something is dropped, act in the worker, say what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.delivery.outbox import Queued
from tui.actions import Errand
from tui.desk import Push, Teller
from tui.feed import Failure, Feed
from tui.messages import about, to_whom
from tui.plain import plain
from tui.screens.ask import Confirm

_NAMED = 6
_DONE = {Errand.RETRY: "queued again", Errand.DISCARD: "discarded", Errand.READ: "marked as read"}


class Postroom:
    """`push` shows a dialogue and calls back; `after` is called whenever a write begins or ends."""

    def __init__(self, feed: Feed, *, push: Push, tell: Teller, after: Callable[[bool], None]) -> None:
        self._feed, self._push, self._tell, self._after = feed, push, tell, after
        self.waiting = 0

    def start(self, errand: Errand, messages: Sequence[Queued]) -> None:
        """Do it to these messages; what is dropped, and what many would hear of, is asked about first."""
        if not messages:
            self._tell("no message is chosen", severity="warning")
        elif errand is Errand.DISCARD or (errand is Errand.RETRY and len(messages) > 1):
            named = [
                f"  {item.message.channel} to {to_whom(item.message)}: {about(item)}"
                for item in messages[:_NAMED]
            ]
            if len(messages) > _NAMED:
                named.append(f"  and {len(messages) - _NAMED:,} more")
            title = f"{errand.value.capitalize()} {_these(len(messages))}?"
            text = "\n".join(plain(line, 66) for line in named)
            self._push(Confirm(title, text), lambda yes: self._do(errand, messages) if yes else None)
        else:
            self._do(errand, messages)

    def _do(self, errand: Errand, messages: Sequence[Queued]) -> None:
        def finished(count: int | Failure) -> None:
            self.waiting -= 1
            self._after(False)
            if isinstance(count, Failure):
                words = f"not {_DONE[errand]}: {plain(count.message, 300)} {plain(count.help)}"
                self._tell(words, severity="error")
            elif errand is not Errand.READ:
                missed = len(messages) - count
                rest = f"; {missed:,} had changed meanwhile" if missed else ""
                self._tell(
                    f"{_these(count)} {_DONE[errand]}{rest}", severity="warning" if missed else "information"
                )

        ids = tuple(item.id for item in messages)
        self.waiting += 1
        self._after(True)
        self._feed.ask(lambda source: source.post(ids, errand), finished)


def _these(count: int) -> str:
    return "1 message" if count == 1 else f"{count:,} messages"
