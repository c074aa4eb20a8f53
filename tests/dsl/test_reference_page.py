"""docs/reference.md is what the grammar says, and what it shows can be written."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from dsl.parse import Fault, parse
from dsl.vocabulary import DECLARATIONS, LINES

ROOT = Path(__file__).resolve().parents[2]
spec = importlib.util.spec_from_file_location("write_reference", ROOT / "docs" / "write_reference.py")
script = importlib.util.module_from_spec(spec)
spec.loader.exec_module(script)
PAGE = script.document()
SHAPES = dict(re.findall(r"^## (\w+)\n\n[^\n]*\n\n```\n(.*?)\n```$", PAGE, re.MULTILINE | re.DOTALL))
PARTS = {
    '"TEXT"': '"x"',
    '"PATTERN"': '"x+"',
    "NAME": "acme",
    "NUMBER": "1",
    "VARIABLE": "PAGER_URL",
    "COUNTRY_CODE": "DE",
    "SUBDIVISION_CODE": "BE",
    "MONTH_DAY": "12-24",
    "DATE": "2026-03-08",
    "OFFSET": "-2",
    "ZONE_NAME": "Europe/Berlin",
    "WEEKDAYS": "mon-fri",
    "TIME_RANGE": "08:00-18:00",
    "BUSINESS_DAYS": "3bd",
    "DURATION": "15m",
    "PERCENT": "75%",
    "TIME": "09:00",
    "VALUE": '"x"',
    "EXPECTATION": "response met",
    "PROMISE": "response within 15m",
    "MONEY": "EUR 250.00",
    "PAYMENT": "5% of retainer",
    "STRETCH": "over 3 months",
    "PERIOD": "from 2026-03-08",
    "RECIPIENT": "account-manager",
    "CONDITION": "not vip and x == 1",
    "TRIGGER": "breach of response",
    "ACTION": "escalate to management",
    "OPTION": "including rule-edits",
}


def test_the_page_is_current():
    assert (ROOT / "docs" / "reference.md").read_text(encoding="utf-8") == PAGE, "run docs/write_reference.py"


def test_every_declaration_is_there_with_words_of_its_own():
    assert list(SHAPES) == list(DECLARATIONS)
    assert all(script.Reference(script.grammar()).about[name] for name in DECLARATIONS)


def written(line, *, whole):
    """A line as somebody would write it: with what may be left out, or without."""
    while "[" in line:
        line = re.sub(r" ?\[([^\[\]]*)\]", r" \1" if whole else "", line)
    line = re.sub(r"\((\S+)(?: \| [^()]*)?\)", r"\1", line).replace(", ..", "").replace("*", "")
    for part, text in PARTS.items():
        line = re.sub(rf"(?<![\w-]){part}(?![\w-])", lambda _, text=text: text, line)
    return line


@pytest.mark.parametrize("name", DECLARATIONS)
@pytest.mark.parametrize("whole", [True, False])
def test_what_it_shows_can_be_written(name, whole):
    text = "\n".join(written(line, whole=whole) for line in SHAPES.get(name, "missing").split("\n"))
    assert not isinstance(parse(text), Fault), text


@pytest.mark.parametrize("name", sorted(set(LINES) & set(DECLARATIONS)))
def test_every_line_of_a_block_is_there(name):
    shape = SHAPES[name]
    assert all(re.search(rf"^  .*(?<![\w-]){word}(?![\w-])", shape, re.MULTILINE) for word in LINES[name])
