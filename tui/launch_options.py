"""How a console is started: a value, so that whoever opens one need not load what paints it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """How the console is started. Files that are None are not read or written; `at` shows the past.

    `refresh` is in seconds. `leaving` says what ends with the console ("" if nothing): then leaving asks first.
    """

    store: str = ""
    zone: tzinfo = UTC
    at: int | None = None
    now: Callable[[], int] = field(default=lambda: int(time.time()))
    refresh: float = 1.0
    settings_file: Path | None = None
    prefs_file: Path | None = None
    exports: Path = field(default_factory=Path)
    theme: str = ""
    glyphs: str = ""
    leaving: str = ""
    tick: float = 1.0
