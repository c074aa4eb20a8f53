"""Every diagnostic code has a page whose wrong example gives exactly that code and whose right one gives none."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from dsl.codes import markdown, pages
from dsl.load import load, load_texts
from dsl.suppress import without_suppressed
from engine.analyse.analysis import analyse
from engine.graph import Graph
from engine.wall import parse_instant

ROOT = Path(__file__).resolve().parents[2]

BASE = """
priorities critical, high, normal, low
statuses {
  working "New", "Open"
  waiting "Waiting on Customer"
  resolved "Resolved"
}
field vip flag
field site text
field impact number
person night-lead {
  email "night@msp.example"
}
person day-lead {
  email "day@msp.example"
}
calendar office {
  zone Europe/Berlin
  open mon-fri 08:00-18:00
}
tier standard {
  target critical response within 1h on always
  target high response within 1h on always when vip or site == "depot" or impact > 3
}
"""


def outcome(page, example):
    files = {"sla.rules": example + "\n", **page.files}
    if not page.alone:
        files["sla.rules"] += 'include "base-of-the-test.rules"\n'
        files["base-of-the-test.rules"] = BASE
    loaded = load_texts("sla.rules", files)
    return replace(loaded, diagnostics=without_suppressed(loaded.diagnostics, loaded.files, date(2026, 7, 1)))


@pytest.mark.parametrize(
    "page",
    [page for page in pages().values() if not page.prose and page.command == "check"],
    ids=lambda page: page.code,
)
def test_examples_do_what_their_page_says(page):
    wrong = outcome(page, page.wrong)
    assert {one.code for one in wrong.diagnostics} == {page.code}
    assert (wrong.ruleset is None) is (page.severity == "error")
    right = outcome(page, page.right)
    assert right.diagnostics == ()
    assert right.ruleset is not None


@pytest.mark.parametrize("page", pages().values(), ids=lambda page: page.code)
def test_a_page_says_what_to_avoid_what_to_prefer_and_why(page):
    assert page.title and page.wrong != page.right
    assert len(page.why.split()) > 8
    for text in (page.what, page.why):
        assert len(text.split()) > 3
        assert text[0].isupper() or text[0] in "`("
        assert text.rstrip(")").endswith((".", "?", "`"))
    others = [other.why for other in pages().values() if other is not page]
    assert page.why not in others


@pytest.mark.parametrize(
    "page", [page for page in pages().values() if page.command == "analyse"], ids=lambda page: page.code
)
def test_what_the_analysis_finds_is_fine_for_the_check(page):
    for example, found in ((page.wrong, True), (page.right, False)):
        loaded = outcome(page, example)
        assert loaded.diagnostics == ()
        analysed = analyse(loaded, Graph.compile(loaded), parse_instant("2026-11-26T10:00Z"))
        assert (page.code in {one.code for one in analysed}) is found


def test_pages_that_cannot_show_an_example(tmp_path):
    root = tmp_path / "sla.rules"
    root.write_bytes(b"priorities a\xff")
    assert [one.code for one in load(root).diagnostics] == ["E0101"]
    root.write_bytes(b"priorities a\x00")
    assert [one.code for one in load(root).diagnostics] == ["E0101"]
    root.write_text('include "folder"\n')
    (tmp_path / "folder").mkdir()
    assert [one.code for one in load(root).diagnostics] == ["E0107"]


def test_every_code_that_the_program_uses_has_a_page_and_the_other_way_round():
    used = set()
    for path in [*(ROOT / "dsl").rglob("*.py"), *(ROOT / "engine").rglob("*.py")]:
        used |= set(re.findall(r'"([EW][01]\d{3})"', path.read_text(encoding="utf-8")))
    assert used == set(pages())


def test_the_documents_are_current():
    spec = importlib.util.spec_from_file_location("write_codes", ROOT / "docs" / "write_codes.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    written = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "codes").glob("*.md")}
    assert written == module.documents(), "run docs/write_codes.py"


def test_a_page_as_a_document():
    text = markdown(pages()["E0301"])
    assert text.startswith("# E0301: an unknown name (error)\n")
    assert "tier standrd" in text
