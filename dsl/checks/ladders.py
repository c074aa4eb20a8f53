"""Ladders and channels: what their lines refer to, and whether anybody uses them."""

from __future__ import annotations

from collections.abc import Iterator

from dsl import build, syntax
from dsl.checks.climb import Climb, from_the_breach_on
from dsl.checks.conditions import condition_findings
from dsl.checks.names import Names
from dsl.finding import Finding
from dsl.resolve import Site
from dsl.span import Origin


def step_references(line: syntax.Step, names: Names) -> Iterator[Finding]:
    """What a line of a ladder refers to."""
    yield from names.unknown("metric", line.trigger.metric)
    yield from names.all_unknown("priority", line.priorities)
    yield from action_references(line.action, names)
    for option in line.options:
        if option.kind == "only" and option.word is not None:
            yield from names.unknown("calendar", option.word)
        if option.when is not None:
            yield from condition_findings(option.when, names)


def action_references(action: syntax.Action, names: Names) -> Iterator[Finding]:
    """What the action of a step refers to."""
    for one in action.to:
        if one.name is not None:
            yield from names.unknown("team" if one.role else "recipient", one.name)
    yield from names.all_unknown("channel", action.channels)
    if action.kind == "raise" and action.word is not None:
        yield from names.unknown("priority", action.word)


def use_findings(site: Site, climb: Climb) -> Iterator[Finding]:
    """Ladders that no tier uses or that end before the breach, and channels that nothing goes out by."""
    for name, declared in climb.ladders.items():
        head = Origin(declared.key, 0, declared.tree.end)
        if name not in climb.ways:
            yield Finding(
                "W0712",
                f"no ticket climbs the ladder `{name}`",
                head,
                f"add `escalate via {name}` to a tier, or remove the ladder",
            )
        steps = climb.steps(name)
        if steps and not any(map(from_the_breach_on, steps)):
            yield Finding(
                "W0710",
                f"the ladder `{name}` ends before the breach",
                head,
                "add what happens `at breach of` a metric or after it: who hears that a promise is broken?",
            )
    used = {
        word.text for name in climb.ladders for step in climb.steps(name) for word in step.action.channels
    }
    for declared in site.of("channel"):
        name = declared.unit.name
        if (
            name not in used
            and not declared.unit.broken
            and not build.words_of(declared.tree.lines, "source")
        ):
            yield Finding(
                "W0713",
                f"nothing goes out by the channel `{name}`",
                Origin(declared.key, 0, declared.tree.end),
                f"name it in a ladder: `notify .. via {name}`; or let it hear of changes with a `source` line",
            )
