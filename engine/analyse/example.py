"""Counter-examples: a ticket that shows what was found, as a scenario that can be pasted into a rule file."""

from __future__ import annotations

from collections.abc import Iterable

from dsl.condition import StatusClass
from dsl.condition_text import quoted, value_text
from engine.contract.cases import Case
from engine.contract.table import DEFAULT
from engine.graph import Graph
from engine.plan import Option
from engine.timeline import open_seconds
from engine.wall import format_local

NOBODY = "somebody who is not declared"
"""A customer text that means no declared customer."""


def scenario(
    graph: Graph, title: str, customer: str, priority: str, at: int, case: Case, expectations: Iterable[str]
) -> str:
    """The text of a scenario: a ticket of that customer and priority opens at `at` as `case` says."""
    zone = graph.zone(customer)
    named = quoted(NOBODY) if customer == DEFAULT else customer
    fields = ", ".join(f"{name} {value_text(value)}" for name, value in case.fields)
    lines = [
        f"zone {zone}",
        f"ticket t1 customer {named} priority {priority}",
        f"at {format_local(at, zone)} opened" + (f" with {fields}" if fields else ""),
        *(f"expect {one}" for one in expectations),
    ]
    return "\n".join([f"scenario {quoted(title)} {{", *(f"  {line}" for line in lines), "}"])


def shows(option: Option, at: int, zone: str) -> list[str]:
    """The expectations that this target decides (where its override has a name), and when it is due for a ticket opened at `at`."""
    metric = option.target.metric
    kind, name = option.target.decided_by.split(" ", 1)
    decider = name if kind == "tier" else f"override {name.split(' of ', 1)[0]}"
    end = due_at(option, at)
    due = f"{metric} due {'never' if end is None else format_local(end, zone)}"
    return [due] if decider == "override " else [f"{decider} decides {metric}", due]


def due_at(option: Option, at: int) -> int | None:
    """When a target is due that starts at `at`, None for never."""
    seconds = open_seconds(option.target.amount, option.hours, at)
    return None if seconds is None else option.hours.due(at, seconds)


def plainest(cases: Iterable[Case], graph: Graph) -> Case | None:
    """The first case that a ticket can open in, with a status of its class; None if there is none."""
    for case in cases:
        status = dict(case.fields).get("status")
        known = StatusClass.WORKING if status is None else graph.status_class(status) or StatusClass.WORKING
        if known is case.status_class:
            return case
    return None
