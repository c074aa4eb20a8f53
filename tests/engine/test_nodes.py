"""Ladders and channels in the drawing of the evaluation graph."""

from __future__ import annotations

from dsl.load import load_texts
from engine.graph import Graph
from engine.nodes import KINDS, Node

RULES = """\
priorities critical, high
statuses {
  resolved "Resolved"
}
field vip flag
person boss {
  email "boss@msp.example"
}
calendar office {
  zone Europe/Berlin
  open mon-fri 08:00-18:00
}
metric workaround {
  start on opened
  stop on workaround-provided
}
channel pager {
  url env PAGER_URL
}
escalation up {
  at breach of workaround notify boss via inbox, pager when vip only in office hours
  at 1h past resolution tag "late"
  stop when status is resolved
}
tier gold {
  target critical, high resolution within 4h on always
  target critical workaround within 1h on always
  escalate via up for critical
}
customer acme {
  tier gold
}
"""
STEP = (
    "step escalation up: at breach of workaround notify boss via inbox, pager when vip only in office hours"
)


def drawn(text: str = RULES) -> dict[str, Node]:
    loaded = load_texts("sla.rules", {"sla.rules": text})
    assert loaded.diagnostics == ()
    return {node.key: node for node in Graph.compile(loaded).nodes()}


def test_a_step_needs_its_metric_channel_calendar_and_condition() -> None:
    nodes = drawn()
    assert set(nodes[STEP].depends_on) == {
        "source sla.rules",
        "metric workaround",
        "channel pager",
        "calendar office",
        STEP.replace("step", "predicate", 1),
    }
    assert nodes[STEP].where == "sla.rules:21"


def test_a_ladder_is_its_steps_and_what_stops_it_and_a_tier_needs_its_ladders() -> None:
    nodes = drawn()
    assert set(nodes["escalation up"].depends_on) == {
        "source sla.rules",
        "predicate escalation up: stop 1",
        STEP,
        'step escalation up: at 1h past resolution tag "late"',
    }
    assert "escalation up" in nodes["tier gold"].depends_on


def test_each_node_comes_after_those_that_it_needs() -> None:
    nodes = list(drawn().values())
    for node in nodes:
        for key in node.depends_on:
            assert KINDS.index(key.split()[0]) < KINDS.index(node.kind)
            assert key in {other.key for other in nodes}


def test_an_edit_shows_in_what_it_touches() -> None:
    before = drawn()
    after = drawn(RULES.replace("PAGER_URL", "PAGER_2_URL"))
    assert {key for key in before if before[key].digest != after[key].digest} == {
        "source sla.rules",
        "channel pager",
    }
    after = drawn(RULES.replace('tag "late"', 'tag "too-late"'))
    changed = {key for key, node in after.items() if key not in before or before[key].digest != node.digest}
    assert changed == {
        "source sla.rules",
        "escalation up",
        'step escalation up: at 1h past resolution tag "too-late"',
    }
