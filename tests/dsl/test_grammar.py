from __future__ import annotations

import re
from pathlib import Path

import pytest
from lark import Lark

from dsl.cut import cut
from dsl.load import load_texts
from dsl.parse import Fault, grammar, parse
from dsl.vocabulary import BLOCKS, DECLARATIONS, INNER, LINES, TITLED
from engine.graph import Graph
from engine.scenario.verdicts import run_all

DESIGN = Path(__file__).resolve().parents[3] / "shared" / "design" / "LANGUAGE.md"


def test_the_grammar_is_strict_lalr_and_no_terminals_collide():
    pytest.importorskip("interegular")
    Lark(grammar(), parser="lalr", lexer="contextual", strict=True)


def test_every_terminal_has_a_name():
    assert not [
        terminal.name
        for terminal in Lark(grammar(), parser="lalr").terminals
        if terminal.name.startswith("__")
    ]


def test_the_vocabulary_is_that_of_the_grammar():
    keywords = re.findall(r"^_?[A-Z_]+\.3: /([a-z-]+)\(\?", grammar(), re.MULTILINE)
    known = {*DECLARATIONS, *INNER, "override", *(word for words in LINES.values() for word in words)}
    assert set(keywords) <= known


@pytest.mark.parametrize(
    ("block", "keyword"), [(block, word) for block, words in LINES.items() for word in words]
)
def test_a_line_begins_with_the_keywords_of_its_block_only(block, keyword):
    """A keyword alone ends too early; a word of another block is the fault itself."""
    outer = ("customer c {\n", "\n}") if block == "override" else ("", "")
    name = "" if block == "statuses" else '"x" ' if block in TITLED else "x "
    head = f"{block} {name}{{\n"
    fault = parse(f"{outer[0]}{head}{keyword}\n}}{outer[1]}")
    assert isinstance(fault, Fault)
    assert fault.text != keyword
    for word in {word for words in LINES.values() for word in words} - set(LINES[block]):
        assert parse(f"{outer[0]}{head}{word}\n}}{outer[1]}").text == word


def test_the_language_by_example():
    if not DESIGN.exists():
        pytest.skip("the design documents are not here")
    read = []
    for block in re.findall(r"```\n(.*?)```", DESIGN.read_text(encoding="utf-8"), re.DOTALL):
        for piece in cut(block).texts:
            assert not isinstance(parse(piece), Fault), piece
            read.append(piece.split()[0])
    assert set(read) >= {*DECLARATIONS} - {"service"}
    assert set(read) >= BLOCKS - {"override", "service"}


def test_the_language_by_example_is_a_sound_site_whose_scenarios_hold():
    if not DESIGN.exists():
        pytest.skip("the design documents are not here")
    elsewhere = re.compile(r"^  file .*\n", re.MULTILINE)
    examples = "".join(re.findall(r"```\n(.*?)```", DESIGN.read_text(encoding="utf-8"), re.DOTALL))
    pieces = cut(elsewhere.sub("", examples)).texts
    site = [piece for piece in pieces if piece.split()[0] != "include"]
    site += ["tier standard {\n  like gold\n}", "team management {\n  lead duty-manager\n}"]
    site += ["holidays de-be {\n  country DE subdivision BE\n}"]
    loaded = load_texts("sla.rules", {"sla.rules": "\n".join(site)})
    assert loaded.diagnostics == ()
    results = list(run_all(loaded.ruleset, Graph.compile(loaded), loaded.locate))
    assert [(result.kind, result.failures) for result in results] == [("check", ()), ("scenario", ())]


@pytest.mark.parametrize(
    "zone",
    [
        "UTC",
        "Etc/UTC",
        "US/Eastern",
        "EST5EDT",
        "America/Argentina/Buenos_Aires",
        "Etc/GMT+5",
        "GB-Eire",
        "Asia/Ust-Nera",
    ],
)
def test_any_zone_name_can_be_written(zone):
    tree = parse(f"calendar x {{\n  zone {zone}\n}}")
    assert tree.lines[0].words[0].text == zone


def test_positions_count_from_the_head():
    text = 'customer acme "A \\"B\\"" { # c\n\n  alias "x", # one\n    "y"\n  tier gold from 2026-01-01 through 2026-12-31\n}'
    tree = parse(text)
    assert tree.title.text == 'A "B"'
    assert text[tree.title.start : tree.title.end] == '"A \\"B\\""'
    alias, tier = tree.lines
    assert [text[word.start : word.end] for word in alias.words] == ['"x"', '"y"']
    assert text[tier.start : tier.end] == "tier gold from 2026-01-01 through 2026-12-31"
    assert tier.period.through
