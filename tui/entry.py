"""An entry in a ticket's history, made by a command: the event, and a cycle so that clocks and ladders follow."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cycle import SupersededError, take_in
from engine.errors import ForbiddenError
from engine.facts import Event, Fields, Instant
from engine.store.opening import open_store
from tui.options import graph_of

if TYPE_CHECKING:
    from engine.store.place import Place

SOURCE = "console"
"""The source of what people do here, at the console and by commands."""


def enter(store_path: Place, rules_path: Path | None, keys: Sequence[str], kind: str, data: Fields) -> None:
    """Add one event to each of these tickets, now, and take it in. Raises SlaError; then nothing was added."""
    second, within = divmod(time.time_ns(), 10**9)
    now = Instant(second)
    with closing(open_store(store_path)) as store:
        graph = graph_of(store, rules_path)
        events = [(key, Event(now, kind, data, SOURCE, uuid.uuid4().hex, within)) for key in keys]
        store.add_events(SOURCE, events)
        ids = [number for key in keys if (number := store.find(key)) is not None]
        # Rules given by hand may not be those in force, and our role may not be an engine's: then one takes it in.
        with suppress(SupersededError, ForbiddenError):
            take_in(store, graph, now, ids)
