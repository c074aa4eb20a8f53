"""A line to type in that takes only harmless text, whatever is pasted into it."""

from __future__ import annotations

from textual.widgets import Input

from tui.plain import plain

LONGEST = 500


class Field(Input):
    """An input whose value has been through the one door for strangers' text."""

    def validate_value(self, value: str) -> str:
        return plain(value, LONGEST)
