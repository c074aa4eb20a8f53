"""Uptime, credits, retainers, services and maintenance in the contract's table, in differences, drawings and the analysis."""

from __future__ import annotations

import pytest

from dsl.load import load_texts
from engine.analyse.analysis import analyse
from engine.contract.difference import difference
from engine.contract.table import Contract
from engine.graph import Graph, changes
from engine.wall import parse_instant
from tests.dsl.commitment_site import BASE
from tui.contract_table import FLAT, Tables


def loaded(text):
    found = load_texts("sla.rules", {"sla.rules": text})
    assert found.ruleset is not None, found.diagnostics
    return found


def said(new, old=BASE):
    found = difference(Graph.compile(loaded(old)), Graph.compile(loaded(new)))
    return [
        (
            one.change.about.value,
            one.change.subject,
            one.change.before,
            one.change.after,
            [p.customer for p in one.places],
        )
        for one in found
    ]


def test_the_table_shows_uptime_and_credits():
    tables = Tables(Contract(Graph.compile(loaded(BASE))), origins=False)
    [block] = tables.blocks(["acme"], None)
    assert block.parts[0].terms == (
        "tier gold, warnings at 75%, reopening resumes, uptime 99.95% per month on always excluding maintenance"
        " and 99.9999% per 30d on office, credits standard"
    )
    rows = [dict(zip(FLAT, row, strict=True)) for row in tables.flat(["acme", "default"], None).rows]
    assert rows[0]["uptime"] == (
        "99.95% per month on always excluding maintenance and 99.9999% per 30d on office"
    )
    assert (rows[0]["credits"], rows[-1]["customer"], rows[-1]["credits"]) == ("standard", "default", "")


def test_the_default_tier_promises_undeclared_customers_no_uptime_and_pays_them_nothing():
    tables = Tables(Contract(Graph.compile(loaded(BASE + "default tier gold\n"))), origins=False)
    [acme, others] = tables.blocks(["acme", "default"], None)
    assert acme.parts[0].terms.startswith(others.parts[0].terms + ", uptime 99.95%")
    row = dict(zip(FLAT, tables.flat(["default"], None).rows[0], strict=True))
    assert (row["tier"], row["uptime"], row["credits"]) == ("gold", "", "")


def test_a_tier_that_promises_uptime_alone_is_in_the_table():
    text = BASE + "tier bare {\n  uptime 99% per month on always\n}\ncustomer solo {\n  tier bare\n}\n"
    tables = Tables(Contract(Graph.compile(loaded(text))), origins=False)
    [block] = tables.blocks(["solo"], None)
    assert block.parts[0].terms == "tier bare, uptime 99% per month on always"
    [row] = tables.flat(["solo"], None).rows
    assert dict(zip(FLAT, row, strict=True))["uptime"] == "99% per month on always"


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (
            ("uptime 99.95% per month on always excluding maintenance", "uptime 99.9% per month on always"),
            (
                "uptime",
                "uptime per month",
                "99.95% per month on always excluding maintenance",
                "99.9% per month on always",
                ["acme"],
            ),
        ),
        (
            ("  uptime 99.9999% per 30d on office\n", ""),
            ("uptime", "uptime per 30d", "99.9999% per 30d on office", "", ["acme", "hooli"]),
        ),
        (
            ("breach of resolution pays EUR 10 each", "breach of resolution pays EUR 11 each"),
            ("credits", "credits", "breach of resolution pays EUR 10 each", "", ["hooli"]),
        ),
        (("  credits small\n", ""), ("credits", "credits", "cap EUR 100 per month", "", ["hooli"])),
        (
            ("retainer EUR 100.00 per month", "retainer EUR 120.00 per month"),
            ("retainer", "retainer", "EUR 100 per month", "EUR 120 per month", ["hooli"]),
        ),
        (
            ("  for customer acme\n  for group retail\n", "  for customer acme\n"),
            ("service", "service", "web", "", ["hooli"]),
        ),
        (
            ("  announced 2026-09-01 12:30 zone Europe/Berlin\n", ""),
            (
                "maintenance",
                "maintenance patches",
                "announced 2026-09-01 12:30 zone Europe/Berlin",
                "",
                ["acme"],
            ),
        ),
        (
            ("window 2026-10-15 02:00-06:00 zone UTC", "window 2026-10-16 02:00-06:00 zone UTC"),
            ("maintenance", "maintenance patches", "", "window 2026-10-16 02:00-06:00 zone UTC", ["acme"]),
        ),
        (
            ("open mon-fri 08:00-18:00", "open mon-fri 09:00-18:00"),
            ("calendar", "calendar office", "mon-fri 08:00-18:00", "mon-fri 09:00-18:00", ["acme", "hooli"]),
        ),
    ],
)
def test_an_edit_is_a_difference_of_whoever_it_touches(edit, expected):
    assert BASE.count(edit[0]) == 1
    assert expected in said(BASE.replace(*edit))


@pytest.mark.parametrize(
    "edit",
    [
        ("EUR 250.00 each", "EUR 250 each"),
        ("per 30d", "per 720h"),
        (
            "  uptime below 99.5% pays 10.5% of retainer\n  uptime below 99.95% pays 5% of retainer\n",
            "  uptime below 99.950% pays 5.0% of retainer\n  uptime below 99.5% pays 10.50% of retainer\n",
        ),
        ("window sat-sun 22:00-02:00, 12:00-13:00", "window sun, sat 12:00-13:00, 22:00-02:00"),
    ],
)
def test_another_way_to_say_the_same_is_no_difference(edit):
    assert said(BASE.replace(*edit)) == []


def test_a_calendar_by_another_name_is_no_difference():
    assert said(BASE.replace("calendar office {", "calendar desk {").replace("on office", "on desk")) == []


def test_a_reload_says_what_was_edited():
    old, new = (Graph.compile(loaded(text)) for text in (BASE, BASE.replace("cap EUR 100", "cap EUR 99")))
    found = changes(old, new)
    assert found.words() == ("credits small",)
    assert not found.everything and not found.tiers and not found.customers


def test_commitments_are_drawn_with_what_they_depend_on():
    nodes = {node.key: node for node in Graph.compile(loaded(BASE)).nodes()}
    assert "credits standard" in nodes["tier gold"].depends_on
    assert "calendar office" in nodes["tier gold"].depends_on
    assert {"group retail", "customer acme"} <= set(nodes["service web"].depends_on)
    assert "service web" in nodes["maintenance patches"].depends_on
    some = {node.key: node for node in Graph.compile(loaded(BASE)).nodes([])}
    assert all(needed in some for node in some.values() for needed in node.depends_on)


def test_the_analysis_names_what_nothing_uses():
    text = BASE.replace(" excluding maintenance", "") + "credits odd {\n  cap EUR 5 per month\n}\n"
    found = _unused(loaded(text))
    assert any("`odd` is not used" in message for message in found)
    assert any("`patches` is not used" in message for message in found)
    assert not any("`standard`" in message or "`office`" in message for message in found)
    assert not any("patches" in message for message in _unused(loaded(BASE)))


def _unused(rules):
    return [
        one.message
        for one in analyse(rules, Graph.compile(rules), parse_instant("2026-11-01T00:00Z"))
        if one.code == "W0910"
    ]
