"""What holds of every counter-example: pasted into the rules that it is of, it is sound, formatted, and true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from dsl.diagnostic import Diagnostic
from dsl.format import format_text
from dsl.load import load_texts
from engine.analyse.analysis import analyse
from engine.graph import Graph
from engine.scenario.verdicts import run_all

NONE: Mapping[str, str] = {}
UNDECLARED = "W0806"
"""Some cases are those of a status that nobody declares."""


def analysed_soundly(text: str, today: int, files: Mapping[str, str] = NONE) -> tuple[Diagnostic, ...]:
    """What the analysis says of sound rules. Every finding has an example, and those hold together."""
    loaded = load_texts("sla.rules", {**files, "sla.rules": text})
    assert loaded.ruleset is not None, loaded.diagnostics
    found = analyse(loaded, Graph.compile(loaded), today)
    assert all(one.example for one in found), found
    examples = list(dict.fromkeys(one.example for one in found))
    if examples:
        pasted_holds(text, examples, files)
    return found


def pasted_holds(text: str, examples: Sequence[str], files: Mapping[str, str] = NONE) -> None:
    """The examples, pasted into the rules that they are of, are sound, formatted, and hold."""
    before = load_texts("sla.rules", {**files, "sla.rules": text})
    pasted = "\n".join((text, *examples)) + "\n"
    loaded = load_texts("sla.rules", {**files, "sla.rules": pasted})
    assert loaded.ruleset is not None, [one for one in loaded.diagnostics if one.severity == "error"]
    raised = Counter(one.code for one in loaded.diagnostics if one.code != UNDECLARED)
    assert raised == Counter(one.code for one in before.diagnostics if one.code != UNDECLARED)
    assert before.ruleset is not None
    titles = set(loaded.ruleset.scenarios) - set(before.ruleset.scenarios)
    assert len(titles) == len(examples)
    results = list(run_all(loaded.ruleset, Graph.compile(loaded), loaded.locate, titles.__contains__))
    assert len(results) == len(examples)
    assert all(result.expectations for result in results)
    failures = [failure for result in results for failure in result.failures]
    assert not failures, [(one.expected, one.got) for one in failures]
    for example in examples:
        assert format_text(f"{example}\n").text == f"{example}\n"
