"""Every finding of the analysis has a counter-example that can be pasted and holds: on pages, shipped sites that lack something, and
random sites."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from dsl.codes import pages
from dsl.cut import cut
from dsl.load import load, load_texts
from engine.wall import parse_instant
from tests.dsl.rule_texts import neat, sites
from tests.dsl.test_codes import BASE
from tests.engine.examples import analysed_soundly

PROJECT = Path(__file__).resolve().parents[2]
TODAY = parse_instant("2026-11-26T10:00Z")
SHIPPED = [
    PROJECT / "sla.rules",
    PROJECT / "rules" / "starter" / "sla.rules",
    *sorted((PROJECT / "rules" / "examples").glob("*.rules")),
]
LEAST = 3
"""Sites that must be sound with something left out, so that the tests show anything."""


@pytest.mark.parametrize("code", [page.code for page in pages().values() if page.command == "analyse"])
def test_what_the_pages_show_can_be_pasted(code: str) -> None:
    found = analysed_soundly(BASE + pages()[code].wrong + "\n", TODAY)
    assert code in {one.code for one in found}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sites(), st.sampled_from(["2026-03-02", "2026-10-25", "2026-11-26", "2027-06-30", "2031-01-01"]))
def test_any_site(site: object, day: str) -> None:
    text = neat(site)
    assume(load_texts("sla.rules", {"sla.rules": text}).ruleset is not None)
    analysed_soundly(text, parse_instant(f"{day}T10:00Z"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(PROJECT)))
def test_a_shipped_site_that_lacks_something(path: Path) -> None:
    """Declarations and lines are left out at random; whatever is sound then is analysed."""
    source = random.Random(path.name)
    files = load(path).files
    whole = one_text(files)
    files = {Path(name).name: text for name, text in files.items() if not name.endswith(".rules")}
    codes: set[str] = set()
    sound = 0
    for _ in range(40):
        text = without(source, whole)
        if load_texts("sla.rules", {**files, "sla.rules": text}).ruleset is not None:
            sound += 1
            codes |= {one.code for one in analysed_soundly(text, TODAY, files)}
        if sound >= 8:
            break
    assert sound >= LEAST
    assert codes


def one_text(files: Mapping[str, str]) -> str:
    """The rules of a site as one file, without its tests."""
    texts = [text for name, text in files.items() if name.endswith(".rules")]
    chunks = [chunk for text in texts for chunk in cut(text).texts]
    return "\n\n".join(
        chunk for chunk in chunks if chunk.split()[0] not in ("scenario", "check", "include", "language")
    )


def without(source: random.Random, text: str) -> str:
    """The text without a declaration, or without a few of its lines."""
    chunks = list(cut(text).texts)
    if source.random() < 0.5:
        del chunks[source.randrange(len(chunks))]
        return "\n\n".join(chunks) + "\n"
    lines = text.split("\n")
    inner = [
        number
        for number, line in enumerate(lines)
        if line.startswith("  ") and "{" not in line and "}" not in line
    ]
    gone = set(source.sample(inner, source.randint(1, 3)))
    return "\n".join(line for number, line in enumerate(lines) if number not in gone) + "\n"
