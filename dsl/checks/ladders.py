"""Ladders: what their lines refer to."""

from __future__ import annotations

from collections.abc import Iterator

from dsl import syntax
from dsl.checks.conditions import condition_findings
from dsl.checks.names import Names
from dsl.finding import Finding


def step_references(line: syntax.Step, names: Names) -> Iterator[Finding]:
    """What a line of a ladder refers to."""
    yield from names.unknown("metric", line.trigger.metric)
    yield from names.all_unknown("priority", line.priorities)
    for one in line.action.to:
        if one.name is not None:
            yield from names.unknown("team" if one.role else "recipient", one.name)
    yield from names.all_unknown("channel", line.action.channels)
    if line.action.kind == "raise" and line.action.word is not None:
        yield from names.unknown("priority", line.action.word)
    for option in line.options:
        if option.kind == "only" and option.word is not None:
            yield from names.unknown("calendar", option.word)
        if option.when is not None:
            yield from condition_findings(option.when, names)
