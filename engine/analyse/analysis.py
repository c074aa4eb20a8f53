"""The door of the analysis: checked rules in, diagnostics with counter-examples out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import count

from dsl.condition_text import quoted
from dsl.diagnostic import Diagnostic
from dsl.loaded import Loaded
from dsl.scenario import Scenario
from dsl.scenario_text import free_title, scenario_text
from engine.analyse.alike import alike_findings
from engine.analyse.climbers import Climbers, step_findings
from engine.analyse.conditions import condition_findings, decided
from engine.analyse.credits import credit_findings
from engine.analyse.dates import date_findings
from engine.analyse.example import Shown
from engine.analyse.survey import survey
from engine.analyse.targets import target_findings
from engine.analyse.unused import unused_findings
from engine.graph import Graph


def analyse(loaded: Loaded, graph: Graph, today: int) -> tuple[Diagnostic, ...]:
    """What the rules can never do, leave out or promise twice, beside what `sla check` finds. `loaded` are the rules of `graph`
    and have no errors; `today` is an instant, for contracts without an end and for examples."""
    found = survey(loaded, graph, today)
    climbers = Climbers(found)
    same = list(decided(found, climbers))
    dead = {where for one in same if (where := one.dead) is not None}
    shown: list[Shown] = [
        *(one for one in target_findings(found) if one.finding.code != "W0901" or one.finding.at not in dead),
        *condition_findings(found, same),
        *step_findings(found, climbers, dead),
        *date_findings(found),
        *credit_findings(found),
        *unused_findings(found, climbers),
        *alike_findings(found),
    ]
    text = partial(_text, customers=graph.ruleset.customers)
    diagnostics = loaded.diagnose(one.finding._replace(example=partial(text, one.example)) for one in shown)
    return tuple(_each_with_a_title(diagnostics, graph))


def _text(example: Callable[[], Scenario], customers: Collection[str]) -> str:
    return scenario_text(example(), customers).rstrip("\n")


def _each_with_a_title(diagnostics: Iterable[Diagnostic], graph: Graph) -> Iterator[Diagnostic]:
    """The diagnostics with examples whose titles are taken neither by another one nor by a scenario of the rules; what shows two findings
    is one scenario."""
    taken = set(graph.ruleset.scenarios)
    numbers: defaultdict[str, Iterator[int]] = defaultdict(partial(count, 1))
    titled: dict[str, str] = {}
    for one in diagnostics:
        title, told = one.example.split('"', 2)[1:]
        if told not in titled:
            free = free_title(title, taken, numbers[title])
            taken.add(free)
            titled[told] = one.example.replace(quoted(title), quoted(free), 1)
        yield replace(one, example=titled[told])
