"""Reads one declaration to its end whatever is wrong in it, so that ten faults give ten findings and no more.

The parser stops at the first fault. What is at fault is then blanked out (the line, or the block whose head it
is), positions staying what they are, and the rest is parsed again.
"""

from __future__ import annotations

from dsl.finding import Finding
from dsl.parse import Fault, parse
from dsl.span import Origin
from dsl.unit import Unit


def read(text: str) -> Unit:
    """Read one declaration."""
    outcome = parse(text)
    if isinstance(outcome, Fault):
        finding = Finding("E0201", f"unexpected {outcome.text!r}", Origin("", outcome.start, outcome.end))
        return Unit(text, text.split(maxsplit=1)[0], "", None, (finding,), broken=True)
    match outcome.kind:
        case "include":
            name = f'"{outcome.lines[0].words[0].text}"'  # type: ignore[union-attr]
        case _:
            name = outcome.name.text if outcome.name else ""
    return Unit(text, outcome.kind, name, outcome)
