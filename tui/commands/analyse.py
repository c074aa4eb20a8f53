"""`sla analyse`: what an exact look at every customer, date, priority and case of the contract shows."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import click

from dsl.collector import uncollected
from dsl.errors import FINDINGS, SlaError
from dsl.include import root_file
from dsl.suppress import without_suppressed
from dsl.verdict import counted
from engine.wall import DAY, day_number
from tui.date_param import DateParam
from tui.findings import FORMATS
from tui.fragment import refuse_part
from tui.reporting import Found, failing_as_finding, report
from tui.rule_path import rule_path

_MORNING = 10 * 3600


@click.command(
    epilog="""\b
Examples:
  sla analyse                          sla.rules, here or in a folder above
  sla analyse --format compact         one line a finding
  sla analyse --on 2027-01-01          as of another day"""
)
@rule_path
@click.option("--format", "form", type=click.Choice(FORMATS), default="human", show_default=True)
@click.option("--on", "day", type=DateParam(), help="The day to look at it from.  [default: today]")
@uncollected()
def command(rules_path: Path, form: str, day: date | None) -> int:
    """Look for what the rules of PATH can never do, leave out or promise twice: dead targets, gaps, overrides that weaken, lists
    that end, steps out of reach, text that many customers share.

    Every finding comes with a scenario to paste, which shows it and holds as the rules are. What `sla check` says is not said again.
    Exit code 0 when there is nothing, 1 on any finding.
    """
    from dsl.load import load
    from engine.analyse.analysis import analyse
    from engine.graph import Graph

    with failing_as_finding(form, rules_path, "sla analyse"):
        loaded = load(rules_path)
        if loaded.ruleset is None:
            refuse_part(root_file(rules_path), "sla analyse")
    if loaded.ruleset is None:
        report(loaded, form, root_file(rules_path), "sla analyse")
        raise SlaError("the rules have errors: nothing was analysed", exit_code=FINDINGS)
    graph = Graph.compile(loaded)
    day = day or datetime.now(UTC).date()
    left = without_suppressed(
        analyse(loaded, graph, day_number(day) * DAY + _MORNING),
        loaded.files,
        day,
        command="analyse",
    )
    found = Found(left, loaded.files)
    report(found, form, root_file(rules_path), "sla analyse")
    if found.diagnostics:
        return FINDINGS
    if form == "human":
        rules = graph.ruleset
        click.echo(
            f"nothing found: {counted(len(rules.customers), 'customer')}, {counted(len(rules.priorities), 'priority')}"
        )
    return 0
