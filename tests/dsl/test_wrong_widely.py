"""However much of a rule set is wrong, what is wrong is looked for as long as somebody can mend it by reading."""

from __future__ import annotations

import pytest

from dsl.include import Texts
from dsl.limits import LONGEST_BROKEN, MOST_WRONG
from dsl.load import Loader, load_texts

SITE = """\
language 1
priorities critical
tier gold {
  target critical resolution within 4h on always
}
default tier gold
"""
MANY = 2 * MOST_WRONG
WRONG = {
    "customers": lambda number: f"customer c{number} {{\n  tier gald\n}}\n",
    "groups": lambda number: f"group g{number} {{\n  tier gald\n}}\n",
    "pauses of one tier": lambda number: (
        f"tier t{number} {{\n  like gold\n  pause by {', '.join(f'p{n}' for n in range(40))}\n}}\n"
    ),
}
ENOUGH = f"more than {MOST_WRONG:,} errors in how declarations go together"


def load(text):
    return load_texts("sla.rules", {"sla.rules": text})


def enough(loaded):
    return [one for one in loaded.diagnostics if one.message == ENOUGH]


@pytest.mark.parametrize("line", WRONG.values(), ids=WRONG)
def test_looking_ends_where_too_much_is_wrong(line):
    errors = sum(one.severity == "error" for one in load(SITE + line(0)).diagnostics)
    loaded = load(SITE + "".join(map(line, range(MANY // errors))))
    [one] = enough(loaded)
    assert (one.code, loaded.ruleset) == ("E0111", None)
    assert len(loaded.diagnostics) == MOST_WRONG + 1


def test_warnings_are_never_too_many():
    """They keep no rules out of force, and so must not keep what is wrong from being found."""
    retired = "".join(f"tier t{number} {{\n  like gold\n}}\n" for number in range(3))
    text = (
        SITE
        + retired
        + "".join(
            f"customer c{number} {{\n  tier gold from 2026-01-01 until 2026-02-01\n  tier gold from 2026-03-01\n}}\n"
            for number in range(MOST_WRONG + 10)
        )
    )
    loaded = load(text)
    assert loaded.ruleset is not None
    assert {one.code for one in loaded.diagnostics} == {"W0509"}
    assert "E0301" in {one.code for one in load(text + "customer z {\n  tier gald\n}\n").diagnostics}


@pytest.mark.parametrize("kind", ["customers", "groups"])
def test_a_loader_that_has_read_before_says_the_same(kind):
    wrong = "".join(map(WRONG[kind], range(MANY)))
    right = wrong.replace("gald", "gold")
    half = right.replace("gold", "gald", MOST_WRONG)  # those of the site above stand first
    loader = Loader()
    for text in (right, wrong, wrong.replace("c7 ", "c7x "), half, wrong):
        again = loader.load_from(Texts({"sla.rules": SITE + text}), "sla.rules")
        fresh = load(SITE + text)
        assert again.diagnostics == fresh.diagnostics
        assert again.ruleset == fresh.ruleset
        assert len(enough(again)) == (text.count("gald") > MOST_WRONG)


def test_reading_ends_where_broken_text_is_long():
    line = "tier t{} {{\n  target critical response within 1h on always when a in [" + "1, " * 330 + "1\n}}\n"
    text = SITE + "".join(line.format(number) for number in range(2 * LONGEST_BROKEN // len(line)))
    [left] = [one for one in load(text).diagnostics if one.code == "E0111"]
    assert abs(left.span.start - len(SITE) - LONGEST_BROKEN) < 2 * len(line)
