"""An import into a list, and into a store."""

from __future__ import annotations

import io
import json

import pytest

from engine.intake.load import Outcome, load
from engine.intake.mapping import Format, Map, load_map


class Sink:
    """Keeps events as a store would: the first of a name counts."""

    def __init__(self) -> None:
        self.events = {}

    def append(self, source, rows):
        new = 0
        for ticket, at, sequence, kind, data, name in rows:
            if (source, name) not in self.events:
                self.events[source, name] = (ticket, at, sequence, kind, json.loads(data))
                new += 1
        return new, len(rows) - new


@pytest.fixture
def take():
    """Import bytes by a map: the events by (source, id), and the outcome."""

    def take_(content: bytes, map_: str | Map = "events", form: str = "jsonl") -> tuple[dict, Outcome]:
        sink = Sink()
        chosen = load_map(map_) if isinstance(map_, str) else map_
        outcome = load(sink, io.BytesIO(content), chosen, Format(form), lambda read: None)
        return sink.events, outcome

    return take_


@pytest.fixture
def reasons(take):
    """The (line, reason) of every refused row, and the ids that went in."""

    def reasons_(content: bytes, map_="events", form="jsonl"):
        events, outcome = take(content, map_, form)
        return [(item.line, item.reason) for item in outcome.rejects], [name for _, name in events]

    return reasons_
