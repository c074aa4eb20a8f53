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
        return "\n".join(customer(name, f'{tier}\n  alias "{name}"') for name, tier in site.items())

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
    gone = {f"customer {name}" for name in base if name not in ours and name not in theirs}
    alone = [one.keys() - other.keys() - base.keys() for one, other in ((ours, theirs), (theirs, ours))]
    merged = merge(text(base), text(ours), text(theirs), merge_lines=conflicted)
    renamed = set(merged.conflicts) - conflicts
    assert (conflicts <= set(merged.conflicts), renamed <= gone) == (True, True)
    assert len(renamed) == min(len(gone), *map(len, alone))
    for inside in re.findall(r"<<<<<<< ours\n(.*?)>>>>>>> theirs\n", merged.text, flags=re.DOTALL):
        names = re.findall(r"customer (\S+) \{", inside)
        if set(names) <= alone[0] | alone[1]:
            assert [expected.pop(name, None) is not None for name in names] == [True, True]
    clean = re.sub(r"<<<<<<< ours\n.*?>>>>>>> theirs\n", "", merged.text, flags=re.DOTALL)
    got = dict(re.findall(r"customer (\S+) \{\n  tier (\S+)\n", clean))
    assert got == expected
    assert "\n\n\n" not in clean or conflicts


@settings(deadline=None)
@given(SITES, SITES, SITES)
def test_what_a_side_adds_is_never_lost(base, ours, theirs):
    """Nor what one changes and the other leaves; under equal bodies too, where anything may look like anything."""
    versions = ["\n".join(map(customer, site, site.values())) for site in (base, ours, theirs)]
    merged = merge(*versions, merge_lines=conflicted)
    inside = "".join(re.findall(r"<<<<<<< ours\n.*?>>>>>>> theirs\n", merged.text, flags=re.DOTALL))
    for side, other in ((ours, theirs), (theirs, ours)):
        for name, tier in side.items():
            if base.get(name) != tier:
                assert customer(name, tier) in merged.text
                assert merged.text.count(f"customer {name} {{") == 1 or name in other
            if name not in base and customer(name, tier) in inside:
                assert merged.conflicts


def service(name, title="", *lines):
    head = f'service {name} "{title}"' if title else f"service {name}"
    return "\n".join([f"{head} {{", *(f"  {line}" for line in lines), "}\n"])


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        (service("web"), service("website"), service("shop")),
        (service("web", "Web"), service("website", "Website"), service("shop", "The shop")),
        (service("web", "", "for group g"), service("website", "", "for group g"), service("shop", "", "for group g, h")),
        (service("web", "", "for group g"), service("website", "", "for group h"), service("shop", "", "for   group h # both")),
        (service("web"), f"{customer('new')}\n{service('website')}", f"{service('shop')}\n{customer('other')}"),
        ("field vip flag\n", "field important flag\n", "field gold flag\n"),
        ('include "a.rules"\n', 'include "b.rules"\n', 'include "c.rules"\n'),
        ('scenario "a" {\n  zone UTC\n}\n', 'scenario "b" {\n  zone UTC\n}\n', 'scenario "c" {\n  zone UTC\n}\n'),
    ],
)  # fmt: skip
def test_one_declaration_that_both_sides_call_otherwise_is_a_conflict(base, ours, theirs):
    merged = merge(f"{BASE}\n{base}", f"{BASE}\n{ours}", f"{BASE}\n{theirs}", merge_lines=conflicted)
    assert merged.conflicts == (" ".join(base.split()[:2]),)
    inside = re.findall(r"<<<<<<< ours\n(.*?)=======\n(.*?)>>>>>>> theirs\n", merged.text, flags=re.DOTALL)
    [(mine, other)] = inside
    assert mine in ours
    assert other in theirs
    assert mine.split()[0] == other.split()[0] == base.split()[0]


def people(**says):
    return "\n".join(f"customer {name.replace('_', '-')} {{\n  {body}\n}}\n" for name, body in says.items())


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "inside"),
    [
        (people(acme="tier gold"), people(acme_gmbh="tier silver"), people(acme_inc="tier bronze"), [("acme-gmbh", "acme-inc")]),
        (
            people(acme='tier gold\n  alias "A"', globex='tier gold\n  alias "G"'),
            people(globex_ag='tier iron\n  alias "G"', new="tier tin", acme_gmbh='tier silver\n  alias "A"'),
            people(acme_inc='tier bronze\n  alias "A"', globex_inc='tier zinc\n  alias "G"'),
            [("acme-gmbh", "acme-inc"), ("globex-ag", "globex-inc")],
        ),
        (
            people(acme="tier gold", one="tier silver", two="tier silver"),
            people(one="tier silver", two="tier silver", acme_gmbh="tier silver"),
            people(one="tier silver", two="tier silver", acme_inc="tier iron"),
            [("acme-gmbh", "acme-inc")],
        ),
    ],
)  # fmt: skip
def test_one_declaration_that_both_sides_call_and_change_otherwise_is_a_conflict(base, ours, theirs, inside):
    for versions, pairs in (
        ((base, ours, theirs), inside),
        ((base, theirs, ours), [(two, one) for one, two in inside]),
    ):
        merged = merge(*versions, merge_lines=conflicted)
        blocks = re.findall(
            r"<<<<<<< ours\n(.*?)=======\n(.*?)>>>>>>> theirs\n", merged.text, flags=re.DOTALL
        )
        found = [tuple(text.split()[1] for text in block) for block in blocks]
        assert sorted(found) == sorted(pairs)


def test_what_both_take_away_while_one_adds_or_each_adds_another_kind_is_none():
    base = f"{BASE}\n{people(initech='tier gold')}"
    both = (
        (f"{BASE}\n{people(one='tier a')}", BASE),
        (f"{BASE}\n{people(one='tier a')}", f"{BASE}\n{service('web')}"),
    )
    for ours, theirs in both:
        assert merge(base, ours, theirs, merge_lines=never).conflicts == ()
        assert merge(base, theirs, ours, merge_lines=never).conflicts == ()


def test_renamed_here_and_taken_away_there_is_a_conflict():
    base = f"{BASE}\n{service('web')}"
    renamed = base.replace("service web", "service shop")
    for ours, theirs in ((renamed, BASE), (BASE, renamed)):
        merged = merge(base, ours, theirs, merge_lines=conflicted)
        assert merged.conflicts == ("service web",)
        assert merged.text.count("service shop") == 1


def test_what_one_side_renames_and_what_both_rename_alike_is_none():
    base, renamed = f"{BASE}\n{service('web')}", f"{BASE}\n{service('shop')}"
    assert merge(base, renamed, base, merge_lines=never).text == renamed
    assert merge(base, base, renamed, merge_lines=never).text == renamed
    assert merge(base, renamed, renamed, merge_lines=never).text == renamed
    gone = merge(
        base, f"{BASE}\n{customer('a')}", f"{BASE}\n{service('new', '', 'for group g')}", merge_lines=never
    )
    assert heads(gone.text)[2:] == ["service new {", "customer a {"]


CHANGES = st.lists(
    st.sampled_from(["keep", "own name", "common name", "remove", "copy"]), min_size=4, max_size=4
)


@settings(deadline=None)
@given(CHANGES, CHANGES, st.permutations(range(4)))
def test_what_the_base_has_once_is_never_there_twice_under_two_names(ours, theirs, order):
    """Each declaration has a body of its own; what no side has twice the merge has not twice either, or it is a conflict."""

    def text(changes, side):
        out = []
        for number in order if side == "mine" else range(4):
            change = changes[number]
            name = {"own name": f"{side}{number}", "common name": f"both{number}"}.get(change, f"c{number}")
            out += [customer(name, f"t{number}")] if change != "remove" else []
            out += [customer(f"{side}-copy{number}", f"t{number}")] if change == "copy" else []
        return "\n".join(out)

    versions = text(["keep"] * 4, "base"), text(ours, "mine"), text(theirs, "their")
    merged = merge(*versions, merge_lines=conflicted)
    outside = re.sub(r"<<<<<<< ours\n.*?>>>>>>> theirs\n", "", merged.text, flags=re.DOTALL)
    for number in range(4):
        body = f"tier t{number}\n"
        base, mine, other = (version.count(body) for version in versions)
        most = base + max(0, mine - base) + max(0, other - base)
        assert outside.count(body) <= most
        names = {ours[number], theirs[number]}
        twice = names in (
            {"own name"},
            {"own name", "common name"},
            {"own name", "remove"},
            {"common name", "remove"},
        )
        assert (f"customer c{number}" in merged.conflicts) is twice


COMMENTED = f"{customer('acme')}\n# end\n"


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ("# end ours\n", f"# end\n{customer('x')}", f"# end ours\n{customer('x')}"),
        ("# end\n", f"# end\n{customer('x')}", f"# end\n{customer('x')}"),
        ("# end\n", f"# end\n\n{customer('x')}", f"# end\n\n{customer('x')}"),
        ("", f"# end\n{customer('x')}", customer("x")),
        ("# end ours\n", f"# end\n## New.\n{customer('x')}", f"# end ours\n## New.\n{customer('x')}"),
        (f"# end ours\n\n{customer('y')}", f"# end\n{customer('x')}", f"# end ours\n{customer('x')}\n{customer('y')}"),
        (f"{customer('y')}\n# end ours\n", f"# end\n{customer('x')}", f"{customer('y')}\n# end ours\n{customer('x')}"),
    ],
)  # fmt: skip
def test_a_comment_that_becomes_that_of_a_declaration_is_there_once(ours, theirs, expected):
    base = f"{customer('acme')}\n"
    for one, two in ((ours, theirs), (theirs, ours)):
        merged = merge(COMMENTED, base + one, base + two, merge_lines=never).text
        assert merged.rstrip("\n") == (base + expected).rstrip("\n")


def test_a_comment_joins_and_leaves_a_declaration_that_was_there():
    apart = f"# The first.\n\n{customer('acme')}\nfield vip flag\n"
    joined = apart.replace("first.\n\n", "first.\n")
    edited = apart.replace("first", "best")
    assert merge(apart, joined, edited, merge_lines=never).text == edited.replace("best.\n\n", "best.\n")
    assert merge(apart, edited, joined, merge_lines=never).text == edited.replace("best.\n\n", "best.\n")
    assert merge(apart, joined, apart, merge_lines=never).text == joined
    assert merge(apart, apart, joined, merge_lines=never).text == joined
    assert merge(joined, apart, joined, merge_lines=never).text == apart
    assert merge(joined, joined, apart, merge_lines=never).text == apart


def test_a_comment_that_both_sides_edit_is_a_conflict():
    ours, theirs = (COMMENTED.replace("# end", f"# {word}\n# end") for word in ("one", "two"))
    merged = merge(COMMENTED, ours, theirs, merge_lines=conflicted)
    assert merged.conflicts == ("the comment # end",)
    markers, _ = conflicted("", "# one\n# end\n", "# two\n# end\n")
    assert merged.text == f"{customer('acme')}\n{markers}"


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
