"""However much of a file is broken, reading it costs what its size says; the slow way to read on finds the same."""

from __future__ import annotations

import random
import time

import pytest

from dsl import recover, syntax
from dsl.build import Block
from dsl.format import format_text
from dsl.include import Texts
from dsl.limits import LONGEST, LONGEST_BROKEN, MOST_WRONG
from dsl.load import Loader, load_texts
from dsl.word import Word
from tests.dsl.fuzzing import any_text

MANY = 3 * MOST_WRONG
BROKEN = {
    "heads": lambda number: f"x{number} {{\n",
    "commas": lambda _: ",\n",
    "closing braces": lambda _: "}\n",
    "semicolons": lambda number: f"field x{number} flag;\n",
    "lines": lambda number: f"tier t{number} {{\n  zzz\n}}\n",
    "quotes": lambda number: f'"{number}\n',
}
NOT_READ = f"{MOST_WRONG:,} errors or {LONGEST_BROKEN:,} broken characters stand above in this file"


def load(text):
    return load_texts("sla.rules", {"sla.rules": text})


@pytest.mark.parametrize("line", BROKEN.values(), ids=BROKEN)
def test_reading_ends_where_too_much_is_broken(line):
    text = "".join(map(line, range(MANY))) + "customer a {\n  tier nowhere\n}\n"
    started = time.process_time()
    loaded = load(text)
    formatted = format_text(text)
    assert time.process_time() - started < 10
    [left] = [one for one in loaded.diagnostics if one.code == "E0111"]
    assert left.message == NOT_READ
    errors = sum(one.severity == "error" for one in load(line(0)).diagnostics)
    assert text.count("\n", 0, left.span.start) == MOST_WRONG // errors * line(0).count("\n")
    assert len(loaded.diagnostics) <= 2 * MOST_WRONG + 1
    assert len(formatted.refused) <= MOST_WRONG + 1
    assert formatted.text.split() == text.split()
    assert format_text(formatted.text).text == formatted.text


def test_what_was_not_looked_at_is_not_missed():
    text = "customer a {\n  tier gold\n}\n" + "x;\n" * MANY + "tier gold {\n}\n"
    assert "E0301" not in {one.code for one in load(text).diagnostics}


def test_a_loader_that_has_read_before_says_the_same():
    good = "field a flag\n" * 3
    half, whole = good + "x;\n" * (MOST_WRONG - 1), good + "x;\n" * MANY
    loader = Loader()
    for text in (good, half, whole, half + "y;\ny;\n", whole + "z;\n", good):
        again = loader.load_from(Texts({"sla.rules": text}), "sla.rules")
        assert again.diagnostics == load(text).diagnostics
        assert any(one.message == NOT_READ for one in again.diagnostics) is (text.count(";") > MOST_WRONG)


def test_reading_on_finds_what_reading_all_again_finds(monkeypatch):
    texts = [any_text(random.Random(f"read on {number}")) for number in range(150)]
    texts.append(
        "customer a {\n  tier gold,\n  override b from 2026-01-01,\n until {\n  x\n  y\n }\n  z z\n}\n"
    )
    found = [load(text).diagnostics for text in texts]
    monkeypatch.setattr(recover, "_ahead", lambda text, position: text)
    assert [load(text).diagnostics for text in texts] == found
    assert sum(map(len, found)) > 150


def test_many_faults_in_a_long_declaration_are_one_walk(monkeypatch):
    """What the parser is given is measured: white space is passed over in one step and does not count."""
    read = []
    parse = recover.parse
    monkeypatch.setattr(recover, "parse", lambda text: read.append(len("".join(text.split()))) or parse(text))
    lines = '  alias "x"\n' * ((LONGEST - 2000) // 12)
    text = "customer a {\n" + lines + "  zzz\n" * 15 + "}\n"
    assert len([one for one in load(text).diagnostics if one.code == "E0202"]) == 15
    assert len(read) == 17
    assert sum(read) < 3 * len("".join(text.split()))


@pytest.mark.parametrize("close", ["", "}\n"])
def test_blocks_that_never_close_are_few_findings(close):
    text = "customer a {\n" + "  override x {\n" * 6000 + close
    started = time.process_time()
    assert len(load(text).diagnostics) <= 25
    assert time.process_time() - started < 10


def test_each_tie_is_told_once_for_each_priority():
    site = "priorities a, b\ntier t {\n  calendar always\n"
    same = "  target a response within 1h\n"
    told = [one.code for one in load(site + same * 2000 + "}\n").diagnostics]
    assert told.count("E0506") == 1000
    [first, second] = [
        one.labels[0].span.line
        for one in load(
            f"{site}{same}  target b response within 1h\n  target a, b response within 2h\n}}\n"
        ).diagnostics
        if one.code == "E0506"
    ]
    assert (first, second) == (4, 5)


def test_a_line_that_is_said_again_and_again_costs_the_same_each():
    def seconds(count):
        lines = [syntax.Fact("closed", (Word("x", 0, 1),), 0, 1)] * count
        started = time.process_time()
        assert len(Block(lines).all("closed")) == count
        return time.process_time() - started

    seconds(100)
    assert seconds(32_000) < 40 * max(seconds(4000), 0.002)


@pytest.mark.parametrize(
    "text",
    ["priorities " + "\r,#\n" * 6000, "customer c {\n  alias " + '   "a",\n' * 6000 + " =\n}\n"],
    ids=["forwards", "backwards"],
)
def test_a_line_that_goes_on_over_many_is_looked_at_once(monkeypatch, text):
    """What is searched for its beginning, its end and the block that it is in is measured."""
    looked = []
    bare, heads = recover._bare, recover._open_heads
    monkeypatch.setattr(recover, "_bare", lambda part: looked.append(len(part)) or bare(part))
    monkeypatch.setattr(recover, "_open_heads", lambda part, end: looked.append(end) or heads(part, end))
    assert load(text).diagnostics
    assert sum(looked) < 20 * len(text)


def test_includes_of_files_that_are_not_there_cost_the_same_each():
    def seconds(count):
        text = "".join(f'include "a{number}.rules"\n' for number in range(count))
        started = time.process_time()
        load(text)
        return time.process_time() - started

    seconds(100)
    assert seconds(16_000) < 12 * max(seconds(4000), 0.02)
