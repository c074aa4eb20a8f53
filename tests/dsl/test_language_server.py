"""What the language alone tells an editor: completion, places of names, renaming, positions."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsl.errors import SlaError
from dsl.language_server.completion import complete
from dsl.language_server.positions import Lines
from dsl.language_server.rename import renamed
from dsl.load import load, load_texts
from dsl.mentions import mentions
from dsl.places import Thing, declared, dependants, meant, mention_at, uses
from dsl.vocabulary import DECLARATIONS, LINES

ROOT = Path(__file__).resolve().parents[2]
SITE = load(ROOT)


def offered(text, sheets=SITE.sheets):
    """What is offered at the bar, and the text that it would replace."""
    offset = text.index("|")
    found = complete(text.replace("|", "", 1), offset, sheets)
    return [item.text for item in found.items], text[found.start : offset]


# ---------------------------------------------------------------- completion


def test_a_line_begins_with_what_its_block_allows_whatever_stands_above():
    assert set(offered("|")[0]) == set(DECLARATIONS)
    for block, words in LINES.items():
        outer = (
            "customer x {\n  override y {\n    not a line\n    |\n"
            if block == "override"
            else f"{block} x {{\n  nonsense !\n  |\n}}\n"
        )
        assert set(offered(outer)[0]) == set(words), block


@pytest.mark.parametrize(
    ("text", "some"),
    [
        ("tier x {\n  target |", "critical"),
        ("tier x {\n  target critical,\n    hi|", "high"),
        ("tier x {\n  target critical |", "workaround"),
        ("tier x {\n  target critical response |", "within"),
        ("tier x {\n  target critical response within 1h on |", "always"),
        ("tier x {\n  target critical response within 1h when |", "vip"),
        ("tier x {\n  target critical response within 1h when status is |", "waiting"),
        ("tier x {\n  target critical response within 1h when priority in [|", "low"),
        ('pause x {\n  when status == "Wai|', '"Waiting on Vendor"'),
        ("tier x {\n  escalate via |", "on-call"),
        ("tier x {\n  pause by |", "waiting-customer"),
        ("customer x {\n  group |", "retail"),
        ("customer x {\n  override y {\n    calendar |", "berlin"),
        ("escalation x {\n  at breach of |", "resolution"),
        ("escalation x {\n  at breach of response notify |", "noc"),
        ("escalation x {\n  at breach of response notify noc via |", "service-desk"),
        ("calendar x {\n  zone Eur|", "Europe/Berlin"),
        ("calendar x {\n  open |", "mon"),
        ("metric x {\n  start on |", "opened"),
        ('scenario "x" {\n  at 2026-01-01 10:00 |', "set"),
        ('scenario "x" {\n  at 2026-01-01 10:00 set status |', '"Resolved"'),
        ('scenario "x" {\n  expect override |', "peak-season"),
        ('scenario "x" {\n  outage |', "web-shop"),
        ('scenario "x" {\n  outage |', "from"),
        ('scenario "x" {\n  outage web-shop for customer |', "acme"),
        ('scenario "x" {\n  outage web-shop from 2026-01-01 10:00 |', "until"),
        ('scenario "x" {\n  maintenance |', "patch-sunday"),
        ('scenario "x" {\n  maintenance patch-sunday |', "announced"),
        ('scenario "x" {\n  expect |', "credits"),
        ('scenario "x" {\n  expect no |', "credits"),
        ('scenario "x" {\n  expect no |', "retainer"),
        ('scenario "x" {\n  expect retainer EUR 5.00 for customer |', "acme"),
        ('scenario "x" {\n  expect credits EUR 5.00 |', "in"),
        ('scenario "x" {\n  expect credits EUR 5.00 for customer |', "acme"),
        ('scenario "x" {\n  ticket t1 customer |', "acme"),
        ("report x {\n  show |", "uptime"),
        ("report x {\n  show uptime, cr|", "credits"),
        ("report x {\n  format pdf, |", "xlsx"),
        ("report x {\n  share |", "portal"),
        ("report x {\n  share mail to |", "noc"),
        ("default tier |", "gold"),
    ],
)
def test_names_and_words_that_the_grammar_takes(text, some):
    items, prefix = offered(text)
    overrides = [one.name for customer in SITE.ruleset.customers.values() for one in customer.overrides]
    assert (some if some != "peak-season" else overrides[0]) in items
    assert not prefix or any(item.startswith(prefix) for item in items)


def test_events_that_are_offered_to_a_scenario_can_be_told():
    offered_, _ = offered('scenario "x" {\n  at 2026-01-01 10:00 |')
    kinds = [kind for kind in offered_ if kind not in ("set", "opened")]
    assert {"reply", "resolved", "unflagged"} <= set(kinds)
    told = "".join(f"  at 2026-10-05 10:00 {kind}\n" for kind in kinds)
    text = SITE.files["sla.rules"] + (
        f'\nscenario "all of them" {{\n  zone UTC\n  ticket t1 customer acme\n  at 2026-10-05 10:00 opened\n{told}  expect no update\n}}\n'
    )
    loaded = load_texts("sla.rules", {**SITE.files, "sla.rules": text})
    assert [one.message for one in loaded.diagnostics if one.code == "E0301"] == []


@pytest.mark.parametrize(
    ("line", "replaced"),
    [
        ('at 2026-01-01 10:00 set status "Res|', '"Res'),
        ('at 2026-01-01 10:00 set status "|"', '""'),
        ('at 2026-01-01 10:00 set status "Res|olved" # it "was"', '"Resolved"'),
        ('at 2026-01-01 10:00 set status "Res|, priority "low"', '"Res'),
        ("at 2026-01-01 10:00 set status Res|", "Res"),
    ],
)
def test_a_closed_text_is_replaced_with_its_quotes(line, replaced):
    text = f'scenario "x" {{\n  {line}\n}}\n'
    offset = text.index("|")
    text = text.replace("|", "", 1)
    found = complete(text, offset, SITE.sheets)
    assert text[found.start : found.end] == replaced
    assert '"Resolved"' in [item.text for item in found.items]


def test_nothing_is_offered_where_nothing_is_known():
    for text in ("tier x {\n  # like |", 'customer x {\n  alias "|', "tier x {\n  warn at |", "?? |"):
        assert offered(text)[0] == [], text


@given(st.integers(0, 10**9))
def test_wherever_the_cursor_is_what_is_offered_is_taken(number):
    path = sorted(path for path in SITE.files if path.endswith(".rules"))[number % 5]
    text = SITE.files[path]
    offset = number % (len(text) + 1)
    found = complete(text, offset, SITE.sheets)
    assert 0 <= found.start <= offset <= found.end <= len(text)
    assert "\n" not in text[found.start : found.end]
    assert len({item.text for item in found.items}) == len(found.items)


# ---------------------------------------------------------------- places


def test_every_name_stands_where_the_walk_says():
    kinds = set()
    for sheet in SITE.sheets:
        for start, unit in zip(sheet.cut.starts, sheet.units, strict=True):
            for one in mentions(unit.tree):
                kinds.add(one.kind)
                written = sheet.text[start + one.start : start + one.end]
                assert written == (f'"{one.name}"' if one.quoted else one.name)
                place = mention_at(SITE.sheets, sheet.path, start + one.start)
                assert place.mention == one
                if one.kind in SITE_KINDS and not one.quoted:
                    thing = meant(SITE.sheets, one)
                    assert declared(SITE.sheets, thing) or one.name in BUILT_IN, thing
    assert kinds >= SITE_KINDS


SITE_KINDS = {
    "tier",
    "calendar",
    "customer",
    "group",
    "person",
    "team",
    "channel",
    "pause",
    "escalation",
    "priority",
    "holidays",
}
BUILT_IN = {"always", "inbox", "email"}


def test_customers_are_counted_as_the_rules_have_them():
    counts = dependants(SITE.sheets)
    rules = SITE.ruleset
    for tier in rules.tiers:
        wanted = 0
        for customer in rules.customers.values():
            group = rules.groups.get(customer.group)
            named = {one.tier for one in (*customer.tiers, *(group.tiers if group else ()))} or {
                rules.default_tier
            }
            lent = set(named)
            for name in named:
                base = rules.tiers[name].like
                while base:
                    lent.add(base)
                    base = rules.tiers[base].like
            wanted += tier in lent
        assert counts[Thing("tier", tier)] == wanted, tier
    assert counts[Thing("priority", "critical")] == len(rules.customers)
    for name in rules.credits:
        payers = [tier for tier in rules.tiers.values() if tier.credits == name]
        assert counts[Thing("credits", name)] >= max(
            (counts[Thing("tier", tier.name)] for tier in payers), default=0
        )
    assert any(counts[Thing("credits", name)] for name in rules.credits)


TEXTS = {
    "sla.rules": 'include "more.rules"\npriorities high, low\nperson ann {\n  email "a@msp.example"\n}\ndefault tier gold\n',
    "more.rules": 'team noc {\n  lead ann\n}\ntier gold {\n  target high response within 1h on always\n}\ncustomer acme "Acme" {\n  tier gold\n}\n'
    'escalation e {\n  at breach of response notify ann, noc via inbox\n}\nscenario "s" {\n  zone UTC\n  ticket t customer "ACME" priority high\n'
    "  at 2026-01-01 10:00 opened\n  expect gold decides response\n}\n",
}


def test_renaming_changes_all_files_and_nothing_but_the_name():
    loaded = load_texts("sla.rules", TEXTS)
    assert loaded.ruleset
    for thing, number in (
        (Thing("tier", "gold"), 4),
        (Thing("person", "ann"), 3),
        (Thing("priority", "high"), 3),
        (Thing("customer", "acme"), 1),
    ):
        places = renamed(loaded.sheets, thing, "fresh")
        assert len(places) == number, thing
        texts = dict(TEXTS)
        for place in reversed(places):
            assert texts[place.path][place.start : place.end] == thing.name
            texts[place.path] = texts[place.path][: place.start] + "fresh" + texts[place.path][place.end :]
        again = load_texts("sla.rules", texts)
        assert [one.code for one in again.diagnostics] == [one.code for one in loaded.diagnostics]
        assert len(uses(again.sheets, Thing(thing.kind, "fresh"))) == number
        assert not [one for one in uses(again.sheets, thing) if not one.mention.quoted]


@pytest.mark.parametrize(
    ("kind", "name", "new", "said"),
    [
        ("tier", "gold", "customer", "a keyword"),
        ("tier", "gold", "Gold", "not a name"),
        ("priority", "high", "low", "already: sla.rules:2"),
        ("person", "ann", "noc", "a team `noc` already"),
        ("tier", "silver", "x", "declared nowhere"),
        ("status", "New", "x", "ticket system"),
        ("metric", "response", "x", "declared nowhere"),
    ],
)
def test_a_name_that_cannot_be_given_is_refused(kind, name, new, said):
    with pytest.raises(SlaError, match=said):
        renamed(load_texts("sla.rules", TEXTS).sheets, Thing(kind, name), new)


def test_a_customer_is_found_by_what_the_ticket_system_calls_it():
    loaded = load_texts("sla.rules", TEXTS)
    place = mention_at(loaded.sheets, "more.rules", TEXTS["more.rules"].index('"ACME"') + 2)
    assert meant(loaded.sheets, place.mention) == Thing("customer", "acme")


# ---------------------------------------------------------------- positions


@given(st.text(st.sampled_from("ab\n\r\u2028\x0c\U0001f680é"), max_size=40))
def test_positions_and_offsets_are_each_others_inverse(text):
    lines = Lines(text)
    rows = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert lines.end() == (len(rows) - 1, len(rows[-1].encode("utf-16-le")) // 2)
    for offset in range(len(text) + 1):
        if text[offset - 1 : offset + 1] != "\r\n":
            assert lines.offset(*lines.position(offset)) == offset
    assert lines.offset(10**6, 0) == len(text)
