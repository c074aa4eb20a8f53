"""What nobody would write by hand: answered soon, with an error that says what to do."""

from __future__ import annotations

import time

import pytest

from dsl.errors import SlaError
from dsl.format import format_text
from dsl.include import LARGEST
from dsl.limits import DEEPEST, LONGEST, WIDEST, excess
from dsl.load import load, load_texts
from tui.findings import FORMATS, render

SIZE = 200_000


def many(unit, size=SIZE):
    return unit * (size // len(unit))


def pause(condition):
    return f"field vip flag\npause p {{\n  when {condition}\n  stops response\n}}\n"


MONSTERS = {
    "one word": "a" * SIZE,
    "one name": f"customer {'a' * SIZE} {{\n  tier gold\n}}\n",
    "a long name": f"customer {'a' * 5000} {{\n  tier gold\n}}\n",
    "an unclosed string": f'customer a "{"x" * SIZE}\n',
    "escaped quotes": many('\\"', 90_000),
    "quotes": many('"'),
    "backslashes": 'customer a "' + "\\" * SIZE,
    "openers": many("{"),
    "closing braces": many("}\n"),
    "heads that never close": many("a {\n"),
    "nested blocks": "customer a {\n" + many("  override x {\n"),
    "inner closers": "customer a {\n" + many("  }\n"),
    "comments": many("# x\n"),
    "suppressions": "customer a {\n"
    + many('  # sla:ignore W0408 until 2027-01-01 reason "x"\n', 90_000)
    + "  tier gold\n}\n",
    "not not not": pause("not " * (SIZE // 4) + "vip"),
    "brackets": pause("(" * 20_000 + "vip" + ")" * 20_000),
    "brackets that never close": pause("(" * 90_000),
    "and and and": pause("vip and " * 10_000 + "vip"),
    "commas": f"priorities a{',' * SIZE}\n",
    "commas in lines": "priorities a" + many(",\n", 40_000),
    "one declaration many times": many("field x flag\n"),
    "bad lines": "tier t {\n" + many("  x\n", 90_000) + "}\n",
    "bad targets": "tier t {\n" + many("  target a b within 15 minutes\n", 90_000) + "}\n",
    "digits": "tier t {\n  target a b within " + "9" * 90_000 + "m\n}\n",
    "conflicts": many("<<<<<<< a\n=======\n>>>>>>> b\n"),
    "a pattern": pause('site matches "' + "(a+)+" * 10_000 + '"'),
    "carriage returns": "\r" * SIZE,
    "signs": "tier t {\n  x " + many("<>", 90_000) + "\n}\n",
    "hyphens": "scenario t {\n  target " + many("a-", 90_000) + "\n}\n",
    "spaces in a line": "tier t {\n  target a response" + " " * 90_000 + "& x\n}\n",
}


@pytest.mark.parametrize("text", MONSTERS.values(), ids=MONSTERS)
def test_it_is_answered_soon_and_in_few_words(text):
    started = time.process_time()
    loaded = load_texts("sla.rules", {"sla.rules": text})
    formatted = format_text(text).text
    assert time.process_time() - started < 30, "that is a hang, on any machine"
    assert "".join(formatted.split()) == "".join(text.split())
    assert loaded.diagnostics
    assert loaded.ruleset is None or text.startswith(("#", "\r"))
    for one in loaded.diagnostics:
        assert 0 <= one.span.start <= one.span.end <= len(text)
    for format_ in FORMATS:
        assert len(render(loaded, format_)) < 4_000_000
    assert max(len(line) for line in render(loaded, "compact").splitlines()) < 5000


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (MONSTERS["one name"], f"longer than {LONGEST:,} characters"),
        (pause("(" * (DEEPEST + 1) + "vip" + ")" * (DEEPEST + 1)), f"deeper than {DEEPEST}"),
        (pause("not " * (DEEPEST + 1) + "vip"), f"deeper than {DEEPEST}"),
        (pause("not (" * DEEPEST + "vip" + ")" * DEEPEST), f"deeper than {DEEPEST}"),
        (pause(" or ".join(["vip"] * (WIDEST + 2))), f"more than {WIDEST} parts"),
    ],
)
def test_a_limit_says_which_and_what_to_do(text, says):
    [one] = [one for one in load_texts("sla.rules", {"sla.rules": text}).diagnostics if one.code == "E0111"]
    assert says in one.message
    assert one.help


def test_just_below_the_limits_all_is_well():
    for condition in (
        "(" * DEEPEST + "vip" + ")" * DEEPEST,
        "not " * DEEPEST + "vip",
        " and ".join(["vip", '"((((("' and "not vip"] * 20),
    ):
        text = pause(condition)
        assert excess(text) is None
        assert "E0111" not in {one.code for one in load_texts("sla.rules", {"sla.rules": text}).diagnostics}
    quoted = 'customer a {\n  alias "' + "(" * 500 + '"  # ' + "not " * 500 + "\n}\n"
    assert excess(quoted) is None


def test_a_million_declarations(tmp_path):
    """More than a file may hold; it is not even read."""
    path = tmp_path / "sla.rules"
    path.write_text("".join(f"field f{number} flag\n" for number in range(1_000_000)))
    assert path.stat().st_size > LARGEST
    with pytest.raises(SlaError, match="larger than 16 MB; divide it"):
        load(path)
    (tmp_path / "root.rules").write_text('include "sla.rules"\n')
    [one] = load(tmp_path / "root.rules").diagnostics
    assert one.code == "E0107"
    assert "larger than 16 MB" in one.message


def test_of_one_code_a_thousand_are_told_and_the_rest_is_counted():
    gap = "customer c{} {{\n  tier gold from 2026-01-01 until 2026-02-01\n  tier gold from 2026-03-01\n}}\n"
    site = "priorities high\ntier gold {\n  target high response within 1h on always\n}\n"
    text = site + "".join(gap.format(number) for number in range(3000)) + "tier bronze {\n  like gold\n}\n"
    loaded = load_texts("sla.rules", {"sla.rules": text + "calendar c {\n}\n"})
    gaps = [one for one in loaded.diagnostics if one.code == "W0509"]
    assert len(gaps) == 1000
    assert [one.notes for one in gaps if one.notes] == [("2,000 more of W0509 are not listed",)]
    assert "E0402" in {one.code for one in loaded.diagnostics}


def test_circles_of_many_files():
    files = {
        f"f{number}.rules": f'include "f{(number + 1) % 200}.rules"\nfield x{number} flag\n'
        for number in range(200)
    }
    [one] = load_texts("f0.rules", files).diagnostics
    assert one.code == "E0104"


@pytest.mark.parametrize("link", ["/etc/hostname", "../outside.rules", "inside/../../outside.rules"])
def test_a_link_that_leaves_the_root_is_not_followed(tmp_path, link):
    site = tmp_path / "site"
    (site / "inside").mkdir(parents=True)
    (tmp_path / "outside.rules").write_text("field secret text\n")
    (site / "linked.rules").symlink_to(link)
    (site / "folder").symlink_to(tmp_path)
    for written in ("linked.rules", "*.rules", "folder/outside.rules", "folder/*.rules"):
        (site / "sla.rules").write_text(f'include "{written}"\n')
        loaded = load(site)
        assert "E0103" in {one.code for one in loaded.diagnostics}, written
        assert "secret" not in "".join(loaded.files.values())


def test_a_link_to_itself_and_a_pipe(tmp_path):
    (tmp_path / "loop.rules").symlink_to("loop.rules")
    (tmp_path / "sla.rules").write_text('include "loop.rules"\n')
    [one] = load(tmp_path).diagnostics
    assert one.code in ("E0102", "E0107", "E0103")


@pytest.mark.parametrize("link", ["gone.rules", "loop.rules", "/nonexistent/gone.rules", "../gone.rules"])
def test_a_link_that_a_pattern_matches_and_that_leads_nowhere_is_an_error(tmp_path, link):
    site = tmp_path / "site"
    (site / "rules").mkdir(parents=True)
    (site / "sla.rules").write_text('include "rules/*.rules"\n')
    (site / "rules" / "tiers.rules").write_text("priorities high\n")
    (site / "rules" / "loop.rules").symlink_to(link)
    [one] = load(site).diagnostics
    assert one.code == ("E0103" if link.startswith("/") else "E0107")
    assert "rules/loop.rules" in one.message


def test_a_comparison_in_a_condition_is_not_taken_for_the_length_of_a_target():
    line = "  target high response within 4h on always when impact < 5 and site in 3\n"
    loaded = load_texts("sla.rules", {"sla.rules": "tier gold {\n" + line + "}\n"})
    assert not [one for one in loaded.diagnostics if "stands behind `within`" in one.help]
    meant = line.replace("within 4h on always when impact < 5 and site in 3", "< 4h on always")
    loaded = load_texts("sla.rules", {"sla.rules": "tier gold {\n" + meant + "}\n"})
    assert [one.fixes[0].edits[0].text for one in loaded.diagnostics if one.code == "E0201"] == ["within"]
