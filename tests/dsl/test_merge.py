"""The merge of declarations, by itself; `tests/tui/test_merge_driver.py` lets git call it."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsl.cut import cut
from dsl.load import load_texts
from dsl.merge import merge

BASE = """\
# Our customers.

customer acme {
  tier gold
}

# They moved.
customer globex {
  tier gold
  alias "Globex"
}
"""


def conflicted(base, ours, theirs):
    return f"<<<<<<< ours\n{ours}=======\n{theirs}>>>>>>> theirs\n", True


def never(base, ours, theirs):
    raise AssertionError("both sides changed one declaration")


def customer(name, tier="gold"):
    return f"customer {name} {{\n  tier {tier}\n}}\n"


def heads(text):
    return [piece.split("\n", 1)[0] for piece in cut(text).texts]


@pytest.mark.parametrize("where", ["end", "start", "middle"])
def test_both_add_a_customer_at_one_place(where):
    def added(name):
        new = customer(name)
        if where == "end":
            return f"{BASE}\n{new}"
        marker = "customer acme" if where == "start" else "# They moved."
        return BASE.replace(marker, f"{new}\n{marker}")

    merged = merge(BASE, added("ours-new"), added("theirs-new"), merge_lines=never)
    assert merged.conflicts == ()
    assert sorted(heads(merged.text)) == [
        "customer acme {",
        "customer globex {",
        "customer ours-new {",
        "customer theirs-new {",
    ]
    assert "# They moved.\ncustomer globex" in merged.text
    assert all("\n\n" in merged.text[a:b] for a, b in pairwise(cut(merged.text).starts))


def test_each_changes_another_and_one_is_taken_away():
    ours = BASE.replace("tier gold\n}\n\n#", "tier silver\n}\n\n#")
    theirs = BASE.replace('  alias "Globex"\n', "")
    assert merge(BASE, ours, theirs, merge_lines=never).text == ours.replace('  alias "Globex"\n', "")
    without = BASE[: BASE.index("# They moved")].rstrip() + "\n"
    assert (
        merge(BASE, ours, without, merge_lines=never).text
        == ours[: ours.index("# They moved")].rstrip() + "\n"
    )
    assert (
        merge(BASE, without, ours, merge_lines=never).text
        == ours[: ours.index("# They moved")].rstrip() + "\n"
    )


def test_a_customer_that_moved_and_was_changed():
    acme, globex = customer("acme"), customer("globex")
    base = f"{acme}\n{globex}"
    moved = f"{globex}\n{acme}"
    changed = base.replace(acme, customer("acme", "silver"))
    assert merge(base, moved, changed, merge_lines=never).text == f"{globex}\n{customer('acme', 'silver')}"


def test_a_real_conflict_is_in_its_declaration_only():
    ours, theirs = BASE.replace('"Globex"', '"A"'), BASE.replace('"Globex"', '"B"')
    merged = merge(BASE, f"{ours}\n{customer('one')}", f"{theirs}\n{customer('two')}", merge_lines=conflicted)
    assert merged.conflicts == ("customer globex",)
    before, after = merged.text.split("<<<<<<< ours\n")
    assert before == "# Our customers.\n\ncustomer acme {\n  tier gold\n}\n\n"
    assert after.split(">>>>>>> theirs\n")[1] == f"\n{customer('two')}\n{customer('one')}" or (
        sorted(heads(after.split(">>>>>>> theirs\n")[1])) == ["customer one {", "customer two {"]
    )


def test_changed_here_and_taken_away_there_is_a_conflict():
    changed = BASE.replace('"Globex"', '"A"')
    without = BASE[: BASE.index("# They moved")]
    assert merge(BASE, changed, without, merge_lines=conflicted).conflicts == ("customer globex",)
    assert merge(BASE, without, changed, merge_lines=conflicted).conflicts == ("customer globex",)


NAMES = st.sampled_from([f"c{number}" for number in range(6)])
SITES = st.dictionaries(NAMES, st.sampled_from(["gold", "silver", "bronze"]), max_size=5)


@settings(deadline=None)
@given(SITES, SITES, SITES)
def test_it_is_the_merge_of_dictionaries(base, ours, theirs):
    """The slow oracle: declarations are entries of a dictionary, and each entry is merged for itself."""

    def text(site):
        return "\n".join(customer(name, tier) for name, tier in site.items())

    expected, conflicts = {}, set()
    for name in {*base, *ours, *theirs}:
        old, mine, other = (site.get(name) for site in (base, ours, theirs))
        if mine == other:
            value = mine
        elif mine == old:
            value = other
        elif other == old:
            value = mine
        else:
            conflicts.add(f"customer {name}")
            continue
        if value:
            expected[name] = value
    merged = merge(text(base), text(ours), text(theirs), merge_lines=conflicted)
    assert set(merged.conflicts) == conflicts
    clean = re.sub(r"<<<<<<< ours\n.*?>>>>>>> theirs\n", "", merged.text, flags=re.DOTALL)
    got = dict(re.findall(r"customer (\S+) \{\n  tier (\S+)\n\}", clean))
    assert got == expected
    assert "\n\n\n" not in clean or conflicts


@settings(deadline=None)
@given(st.text('ab{}\n #"', max_size=40), st.text('ab{}\n #"', max_size=40))
def test_with_one_side_unchanged_no_character_is_lost(base, ours):
    def solid(text):
        return sorted(line.strip() for line in text.split("\n") if line.strip())

    assert solid(merge(base, ours, base, merge_lines=never).text) == solid(ours)
    assert solid(merge(base, base, ours, merge_lines=never).text) == solid(ours)


def test_the_result_is_rules():
    merged = merge(BASE, f"{BASE}{customer('a')}", f"{BASE}{customer('b')}", merge_lines=never)
    text = (
        merged.text
        + "priorities x\ncalendar c {\n  zone UTC\n  open mon 08:00-09:00\n}\ntier gold {\n  target x response within 1h on c\n}\n"
    )
    assert load_texts("sla.rules", {"sla.rules": text}).diagnostics == ()
