"""The door of the analysis: checked rules in, diagnostics with counter-examples out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from dsl.condition_text import quoted
from dsl.diagnostic import Diagnostic
from dsl.loaded import Loaded
from dsl.scenario_text import free_title
from engine.analyse.alike import alike_findings
from engine.analyse.conditions import condition_findings
from engine.analyse.credits import credit_findings
from engine.analyse.dates import date_findings
from engine.analyse.survey import survey
from engine.analyse.targets import target_findings
from engine.analyse.unused import unused_findings
from engine.graph import Graph


def analyse(loaded: Loaded, graph: Graph, today: int) -> tuple[Diagnostic, ...]:
    """What the rules can never do, leave out or promise twice, beside what `sla check` finds. `loaded` are the rules of `graph`
    and have no errors; `today` is an instant, for contracts without an end and for examples."""
    found = survey(loaded, graph, today)
    conditions = list(condition_findings(found))
    hollow = {one.at for one in conditions if one.code == "W0905"}  # says already why a target never decides
    diagnostics = loaded.diagnose(
        [
            *(one for one in target_findings(found) if one.code != "W0901" or one.at not in hollow),
            *conditions,
            *date_findings(found),
            *credit_findings(found),
            *unused_findings(found),
            *alike_findings(found),
        ]
    )
    return tuple(_each_with_a_title(diagnostics, graph))


def _each_with_a_title(diagnostics: Iterable[Diagnostic], graph: Graph) -> Iterator[Diagnostic]:
    """The diagnostics with examples whose titles are taken neither by another one nor by a scenario of the rules."""
    taken = set(graph.ruleset.scenarios)
    for one in diagnostics:
        if not one.example:
            yield one
            continue
        title = one.example.split('"', 2)[1]
        free = free_title(title, taken)
        taken.add(free)
        yield replace(one, example=one.example.replace(quoted(title), quoted(free), 1))
