"""Opens the console on the terminal: where its files are, how often it looks, and how its end becomes a message."""

from __future__ import annotations

import sys
from pathlib import Path
from zoneinfo import ZoneInfo

from platformdirs import user_config_path, user_state_path

from dsl.errors import SlaError
from tui.app import Console, Options
from tui.feed import Source

APP = "tiercel"
REFRESH = 0.5
"""Seconds between looks at the store, so that a saved rule file shows within one."""
SHARED = 2.0
"""Seconds between looks at a server that many look at."""


def show(
    source: Source, *, zone: str, at: int | None, store: str, leaving: str = "", refresh: float = REFRESH
) -> None:
    """Run the console until the person leaves. Raises SlaError where there is no terminal to run it on."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise SlaError(
            "the console needs a terminal",
            help="sla inbox --plain, sla health --plain and sla watch --plain need none",
        )
    console = Console(
        source,
        Options(
            store=store,
            zone=ZoneInfo(zone),
            at=at,
            refresh=refresh,
            settings_file=user_config_path(APP) / "console.toml",
            prefs_file=user_state_path(APP) / "console.json",
            exports=Path.cwd(),
            leaving=leaving,
        ),
    )
    console.run()
    if console.fault is not None:
        raise console.fault
