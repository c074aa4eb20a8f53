"""The reference page tells the truth: its examples are sound, formatted, and leave out no keyword."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dsl.cut import cut
from dsl.format import format_text
from dsl.load import load_texts
from dsl.parse import Fault, grammar, parse
from engine.graph import Graph
from engine.scenario.verdicts import run_all

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "language.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```rules( fragment)?\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_examples_of_the_page_are_one_sound_site() -> None:
    site = "\n".join(text for fragment, text in BLOCKS if not fragment)
    assert len(BLOCKS) > 8
    assert load_texts("sla.rules", {"sla.rules": site}).diagnostics == ()


def test_the_scenarios_of_the_page_hold() -> None:
    site = "\n".join(text for fragment, text in BLOCKS if not fragment)
    loaded = load_texts("sla.rules", {"sla.rules": site})
    results = list(run_all(loaded.ruleset, Graph.compile(loaded), loaded.locate))
    assert len(results) > 3
    assert not [failure for result in results for failure in result.failures]


@pytest.mark.parametrize("text", [text for _, text in BLOCKS])
def test_every_example_parses_and_is_formatted(text: str) -> None:
    assert not [chunk for chunk in cut(text).texts if isinstance(parse(chunk), Fault)]
    assert format_text(text).text == text


def test_every_keyword_is_on_the_page() -> None:
    keywords = set(re.findall(r"^_?[A-Z_]+\.3: /([a-z-]+)\(", grammar(), re.MULTILINE))
    alternatives = re.findall(r"^[A-Z_]+\.4: /\(([a-z|]+)\)\(\?!\[a-z0-9-\]\)/", grammar(), re.MULTILINE)
    keywords |= {word for words in alternatives for word in words.split("|")}
    assert len(keywords) > 60
    assert not [
        keyword for keyword in sorted(keywords) if not re.search(rf"(?<![a-z-]){keyword}(?![a-z-])", PAGE)
    ]
