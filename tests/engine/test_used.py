"""What is in use: whatever can name a declaration uses it, but for what waits for it, asks about it or tries it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dsl.load import load_texts
from dsl.mentions import RECIPIENT, mentions
from engine.analyse.analysis import analyse
from engine.analyse.used import things_in_use
from engine.graph import Graph
from engine.wall import parse_instant
from tests.dsl.every_reference import EVERY_REFERENCE
from tests.engine.examples import analysed_soundly

TODAY = parse_instant("2026-06-01T10:00Z")
LONELY = {
    "tier": "tier lonely {\n  target critical response within 1h on always\n}\n",
    "group": "group lonely {\n  zone UTC\n  tier gold\n}\n",
    "pause": "pause lonely {\n  when vip\n  stops resolution\n  limit 1h\n}\n",
    "calendar": "calendar lonely {\n  zone UTC\n  open mon 08:00-09:00\n}\n",
    "holidays": "holidays lonely {\n  yearly 05-01\n}\n",
    "metric": "metric lonely {\n  start on seen\n  stop on visited\n}\n",
    "credits": "credits lonely {\n  breach of resolution pays EUR 5 each\n}\n",
    "field": "field lonely flag\n",
    "team": "team lonely {\n  lead ann\n}\n",
    "person": 'person lonely {\n  email "lonely@msp.example"\n}\n',
}
ASKED = {
    ("group", "escalation"), ("group", "maintenance"), ("group", "pause"), ("group", "renegotiation"), ("group", "report"),
    ("group", "service"), ("metric", "credits"), ("metric", "escalation"), ("metric", "pause"), ("metric", "renegotiation"),
    ("tier", "renegotiation"),
}  # fmt: skip
"""A kind, and what names one without using it."""
SITE = load_texts("sla.rules", {"sla.rules": EVERY_REFERENCE})


def unused(text: str) -> list[str]:
    loaded = load_texts("sla.rules", {"sla.rules": text})
    found = analyse(loaded, Graph.compile(loaded), TODAY)
    return [one.message for one in found if one.code == "W0910"]


def references() -> Iterator[tuple[str, str, str]]:
    """The site with one name of it changed to `lonely`, which is declared, by the kind of both and the line."""
    [sheet] = SITE.sheets
    for start, unit in zip(sheet.cut.starts, sheet.units, strict=True):
        assert unit.tree is not None
        for one in mentions(unit.tree):
            for kind in ("team", "person") if one.kind == RECIPIENT else (one.kind,):
                if kind in LONELY and not one.declares:
                    at, end = start + one.start, start + one.end
                    yield (
                        kind,
                        unit.kind,
                        f"{EVERY_REFERENCE[:at]}lonely{EVERY_REFERENCE[end:]}{LONELY[kind]}",
                    )


ALL = list(references())


def test_the_site_uses_all_that_it_declares():
    assert unused(EVERY_REFERENCE) == []
    for kind, text in LONELY.items():
        assert [one.split(":")[0] for one in unused(EVERY_REFERENCE + text)] == [
            f"the {kind} `lonely` is not used"
        ]


@pytest.mark.parametrize(("kind", "by"), sorted({(kind, by) for kind, by, _ in ALL}))
def test_whatever_names_something_uses_it(kind: str, by: str) -> None:
    for text in (text for of, who, text in ALL if (of, who) == (kind, by)):
        loaded = load_texts("sla.rules", {"sla.rules": text})
        used = any(one == (kind, "lonely") for one in things_in_use(loaded.sheets))
        assert used is (by not in ("check", "scenario") and (kind, by) not in ASKED), text
        if loaded.ruleset is not None:
            assert any("`lonely`" in one for one in unused(text)) is not used


def test_what_reports_and_conditions_name_is_in_use():
    text = """\
priorities p1
person boss {
  email "boss@msp.example"
}
person late {
  email "late@msp.example"
}
team ops {
  lead boss
}
team field-service "Field service" {
  lead boss
}
tier gold {
  target p1 response within 1h on always
  pause by away
}
pause away {
  when team == "Field service"
  stops response
  limit 1h
}
customer acme {
  zone UTC
  tier gold
}
report monthly {
  every month on day 3 at 08:00 zone UTC
  for everybody
  show compliance
  format pdf
  share mail to boss, ops
}
"""
    assert [one.split(":")[0] for one in unused(text)] == ["the person `late` is not used"]
    assert analysed_soundly(text, TODAY)
