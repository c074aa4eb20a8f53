"""Lines that mean nothing are told, exactly where they are, and sound ones beside them are not."""

from __future__ import annotations

import pytest

from dsl.checks.hollow import EVENT_KINDS
from dsl.load import load_texts
from engine.facts import KNOWN_KINDS

BASE = """\
priorities critical, high, low
statuses {
  working "New"
  waiting "Waiting"
  closed "Closed"
}
field vip flag
field site text
field impact number
"""


def found(text: str) -> list[tuple[str, str]]:
    text = BASE + text
    loaded = load_texts("sla.rules", {"sla.rules": text})
    return [(one.code, text[one.span.start : one.span.end]) for one in loaded.diagnostics]


def target(condition: str) -> list[tuple[str, str]]:
    line = f"target high resolution within 4h on always when {condition}"
    assert found(f"tier t {{\n  {line}\n}}\n") in ([], [("W0607", line)])
    return found(f"tier t {{\n  {line}\n}}\n")


@pytest.mark.parametrize(
    "condition",
    [
        "impact > 5 and impact < 3",
        'site == "a" and site == "B"',
        "vip and not vip",
        "impact == 4 and not impact < 5",
        "impact < 9 and not impact < 9",
        "status is waiting and status is closed",
        "priority == low",
        "priority in [low, critical] and vip",
        "not priority == high",
        "not vip in [true, false]",
    ],
)
def test_a_target_that_no_ticket_can_have(condition: str) -> None:
    assert [code for code, _ in target(condition)] == ["W0607"]


@pytest.mark.parametrize(
    "condition",
    [
        "impact > 3 and impact < 5",
        'site == "a" or site == "b"',
        'tags == "a" and tags == "b"',
        "priority == high",
        "priority in [low, high]",
        "vip or not vip",
        "not impact > 3 and not impact < 5",
    ],
)
def test_a_target_that_some_ticket_can_have(condition: str) -> None:
    assert target(condition) == []


def test_one_of_the_priorities_is_enough() -> None:
    assert found("tier t {\n  target high, low response within 4h on always when priority == low\n}\n") == []


def test_overrides_pauses_and_ladders_are_looked_at_too() -> None:
    never = "when impact > 5 and impact < 3"
    assert found(f"pause p {{\n  {never}\n  stops resolution\n}}\n")[0] == ("W0607", never)
    line = f"target high response within 1h on always {never}"
    assert found(f"customer acme {{\n  override o {{\n    {line}\n  }}\n}}\n") == [("W0607", line)]
    ladder = f'escalation e {{\n  at breach of response tag "x"\n  stop {never}\n}}\n'
    assert ("W0607", f"stop {never}") in found(ladder)


def metric(start: str, stop: str) -> list[tuple[str, str]]:
    return found(f"metric m {{\n  start on {start}\n  stop on {stop}\n}}\n")


@pytest.mark.parametrize("slip", ["opend", "oepned", "openedd", "opaned", "pened"])
def test_nearly_a_built_in_kind(slip: str) -> None:
    assert metric(slip, "fixed-on-site") == [("W0609", slip)]
    text = f"metric m {{\n  start on {slip}\n  stop on closed\n}}\n"
    (one,) = load_texts("sla.rules", {"sla.rules": BASE + text}).diagnostics
    assert one.help == "did you mean `opened`?"


@pytest.mark.parametrize(
    "own", ["exchanged", "arranged", "quoted", "engineer-on-site", "workaround-provided", "resolved-remotely"]
)
def test_milestones_that_resemble_a_kind_are_somebodys_own(own: str) -> None:
    assert metric("opened", own) == []


def test_a_metric_that_starts_with_what_stops_it() -> None:
    assert metric("arrived", "arrived") == [("W0610", "arrived")]
    assert metric("arrived", "left") == []


def test_the_kinds_are_those_of_the_engine() -> None:
    assert sorted(EVENT_KINDS) == sorted(KNOWN_KINDS)


def test_a_field_that_no_event_brings() -> None:
    assert found("field echo text\n") == [("E0608", "echo")]
    assert found("field echoes text\n") == []
    assert found("field by text\n")[0][0] == "E0215"
    assert found("field text text\n") != []
