"""Hears of edits of the rule files while the console does other things."""

from __future__ import annotations

from pathlib import Path
from threading import Event as Flag
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.reload import Rules

WATCH = 0.5
"""Seconds after which the watcher asks anew which files the rules were loaded from."""


class Watch:
    """Waits in a thread of its own for the rule files to change, and remembers that they did."""

    def __init__(self, root: Path, rules: Rules) -> None:
        from engine.watch import Watcher

        self._watcher = Watcher(root, lambda: rules.files)
        self._flag = Flag()
        self._closed = False
        Thread(target=self._wait, name="watch", daemon=True).start()

    def changed(self) -> bool:
        """Whether the files changed since the last call."""
        if not self._flag.is_set():
            return False
        self._flag.clear()
        return True

    def close(self) -> None:
        """End the thread soon."""
        self._closed = True
        self._watcher.close()

    def _wait(self) -> None:
        while not self._closed:
            if self._watcher.wait(WATCH):
                self._flag.set()
