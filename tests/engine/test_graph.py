"""The graph: who a ticket means, what it is promised, what an edit changes, and how it can be drawn."""

from __future__ import annotations

import pytest

from dsl.load import load_texts
from dsl.model import Customer
from engine.calendar.hours import ALWAYS_OPEN
from engine.directory import Directory
from engine.errors import EngineError
from engine.graph import Graph, changes
from engine.terms import Terms, digest, from_json, resolve, to_json
from tests.engine.desk import ROOT, RULES, at, graph

GRAPH = graph()


def terms(customer: str, when: str) -> Terms:
    found = resolve(GRAPH, customer, at(when))
    assert found is not None
    return found


# ---------------------------------------------------------------- customers


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *(("acme", "acme"), ("ACME", "acme"), ("  acme gmbh ", "acme"), ("Acme Germany North", "acme")),
        *(
            ("ACME GERMANY", "acme"),
            ("Globex Inc.", "globex"),
            ("Acme France", None),
            ("", None),
            ("*", None),
        ),
    ],
)
def test_a_customer_is_known_by_name_alias_and_title(text: str, name: str | None) -> None:
    found = GRAPH.customer(text)
    assert (found.name if found else None) == name


def named(*customers: str) -> Graph:
    return graph(RULES + "".join(f"customer {line}\n}}\n" for line in customers))


def test_the_pattern_that_says_most_wins() -> None:
    found = named('umbra "Umbra" {\n  alias "um*"', 'umbra-lab "Umbra Lab" {\n  alias "um*lab*x"')
    assert [
        getattr(found.customer(text), "name", None) for text in ("Umbria", "um lab x", "um x lab", "u")
    ] == [*("umbra", "umbra-lab", "umbra", None)]


def who(name: str, title: str = "", *aliases: str) -> Customer:
    return Customer(name, title, "", "", (), (), aliases=aliases)


def directory(*customers: Customer, previous: Directory | None = None) -> Directory:
    return Directory({customer.name: customer for customer in customers}, previous)


def test_a_name_beats_an_alias_and_an_alias_a_title() -> None:
    # `sla check` refuses this; the engine must still give one answer, whatever the order.
    customers = (who("hooli", "Hooli", "hl"), who("hl", "Half Life"), who("stark", "Hooli", "Half Life"))
    for given in (customers, customers[::-1]):
        found = directory(*given)
        asked = ("hl", "Hooli", "half life")
        assert [customer and customer.name for customer in map(found.find, asked)] == ["hl", "hooli", "stark"]


def test_an_edited_directory_answers_like_a_new_one() -> None:
    acme, globex = who("acme", "Acme", "A", "Acme *"), who("globex", "Globex", "G")
    sites = (
        (acme, globex),
        (who("acme", "Globex", "G", "Glob*"), globex),
        (who("acme", "Acme", "B"), who("umbra", "Acme", "A", "*x*")),
        (globex,),
        (),
        (acme, who("globex", "Acme", "Acme * Ltd")),
    )
    asked = ("acme", "A", "B", "G", "globex", "Glob 2", "Acme 2", "acme 3 ltd", "umbra", "xx", "")
    current: Directory | None = None
    for customers in (*sites, *sites[::-1]):
        current, fresh = directory(*customers, previous=current), directory(*customers)
        assert [current.find(text) for text in asked] == [fresh.find(text) for text in asked]


# ---------------------------------------------------------------- terms


def test_the_tier_is_the_customers_then_the_groups_then_the_default() -> None:
    assert [terms(name, "10-05 12:00").tier for name in ("acme", "globex", "nobody")] == [
        "gold",
        "silver",
        "bronze",
    ]


def test_a_dated_tier_beats_an_undated_one_from_its_local_midnight() -> None:
    zoned = graph(
        RULES.replace('customer initech "Initech" {', 'customer initech "Initech" {\n  zone America/New_York')
    )
    got = [getattr(zoned.terms("initech", at("10-06 05:59") + second), "tier", None) for second in (59, 60)]
    assert got == ["bronze", "gold"]


def test_an_override_in_force_comes_first_and_ends_with_its_last_date() -> None:
    during, after = terms("acme", "10-11 23:59"), terms("acme", "10-12 00:00")
    first = next(item for item in during.targets if item.metric == "resolution")
    assert (first.decided_by, first.rule) == (
        "override freeze of customer acme",
        "target critical resolution within 1h on always",
    )
    assert first.where == f"{ROOT}:{RULES[: RULES.index(first.rule)].count(chr(10)) + 1}"
    assert {item.decided_by for item in after.targets} == {"tier gold"}


def test_within_a_scope_a_condition_comes_first() -> None:
    found = [item.when is not None for item in terms("globex", "10-05 12:00").targets]
    assert found == sorted(found, reverse=True)
    assert any(found)


@pytest.mark.parametrize(
    ("edit", "calendar"),
    [
        (("", ""), "office"),
        (('group retail "Retail" {', 'group retail "Retail" {\n  calendar shop'), "shop"),
        (('customer globex "Globex Inc." {', 'customer globex "Globex Inc." {\n  calendar shop'), "shop"),
        (
            (
                "  group retail\n",
                "  calendar shop\n  group retail\n  override o from 2026-10-01 {\n    calendar office\n    target high response within 9h\n  }\n",
            ),
            "office",
        ),
    ],
)
def test_the_nearest_calendar_counts(edit: tuple[str, str], calendar: str) -> None:
    text = RULES.replace(
        "  calendar shop\n  target critical resolution within 6h",
        "  calendar office\n  target critical resolution within 6h",
    )
    found = graph(text.replace(*edit)).terms("globex", at("10-05 12:00"))
    assert found is not None
    assert {item.calendar for item in found.targets if "high, normal response" in item.rule} == {calendar}
    assert {item.calendar for item in found.targets if item.rule.endswith("on always")} == {"always"}


def test_customers_of_one_tier_share_its_terms() -> None:
    assert GRAPH.terms("nobody", at("10-05 12:00")) is GRAPH.terms("somebody", at("11-05 12:00"))


def test_terms_survive_json_and_are_known_by_content() -> None:
    for name in ("acme", "globex", "nobody"):
        value = terms(name, "10-05 12:00")
        read = from_json(to_json(value))
        assert read == value
        assert [item.where for item in read.targets] == [item.where for item in value.targets]
        assert digest(read) == digest(value)
    moved = graph("# a line more\n" + RULES).terms("acme", at("10-05 12:00"))
    assert moved is not None
    assert digest(moved) == digest(terms("acme", "10-05 12:00"))
    assert digest(terms("globex", "10-05 12:00")) != digest(moved)


@pytest.mark.parametrize("text", ["[]", "{}", '{"is": "Seconds", "value": 3}', '{"is": "Terms"}', "no json"])
def test_other_text_is_no_terms(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_json(text)


# ---------------------------------------------------------------- reload


def test_rules_with_errors_make_no_graph() -> None:
    with pytest.raises(EngineError, match="errors"):
        Graph.compile(load_texts(ROOT, {ROOT: "language 1\ntier x {\n  calendar nowhere\n}\n"}))


def test_moving_rules_is_no_change() -> None:
    found = changes(GRAPH, graph("# moved\n\n" + RULES))
    assert (found.words(), found.everything, found.tiers, found.customers) == (
        (),
        False,
        frozenset(),
        frozenset(),
    )


@pytest.mark.parametrize(
    ("old", "new", "words", "tiers", "customers"),
    [
        ("response within 4h", "response within 5h", "tier bronze", {"bronze"}, set()),
        ("limit 3h", "limit 4h", "pause parts", {"gold", "silver"}, set()),
        ("open mon-sun 10:00-24:00", "open mon-sun 11:00-24:00", "calendar shop", {"gold", "silver"}, set()),
        ('reason "CHG-1"', 'reason "CHG-2"', "customer acme", set(), {"acme"}),
        ('group retail "Retail"', 'group retail "Shops"', "group retail", set(), {"globex"}),
        (
            'customer initech "Initech"',
            'customer initech "Acme Germany 5"',
            "customer initech",
            set(),
            {"", "acme", "initech"},
        ),
        ('alias "ACME", "Acme Germany*"', 'alias "ACME", "Acme*"', "customer acme", set(), {"", "acme"}),
    ],
)
def test_an_edit_moves_what_depends_on_it(
    old: str, new: str, words: str, tiers: set[str], customers: set[str]
) -> None:
    found = changes(GRAPH, graph(RULES.replace(old, new), GRAPH))
    assert (found.words(), found.everything) == ((words,), False)
    assert (found.tiers, found.customers) == (tiers, customers)


def test_a_status_may_move_any_ticket() -> None:
    assert changes(GRAPH, graph(RULES.replace('waiting "Waiting"', 'waiting "Waiting", "Parked"'))).everything


def without(text: str, start: str, end: str) -> str:
    """The text less the declarations from one head up to another."""
    return text[: text.index("\n" + start) + 1] + text[text.index("\n" + end) + 1 :]


def test_what_is_gone_still_answers_for_those_who_were_promised_it() -> None:
    promised = terms("globex", "10-05 09:00")
    text = without(RULES, "tier silver", "tier bronze").replace("  tier silver\n", "  tier bronze\n")
    text = without(text.replace(" on shop", ""), "calendar shop", "pause client")
    current = graph(text, GRAPH)
    for _ in range(2):
        assert "shop" not in current.ruleset.calendars
        assert current.hours("shop") is GRAPH.hours("shop")
        assert current.plan(promised).warn == (5000, 7500)
        assert [rule.name for rule in current.pauses("silver")] == ["client", "parts", "slow"]
        current = graph(text + "# again\n", current)
    assert graph(RULES, current).fallback is None
    assert graph(text).hours("shop") is ALWAYS_OPEN


# ---------------------------------------------------------------- drawing


def test_every_node_comes_after_what_it_depends_on() -> None:
    seen: set[str] = set()
    for node in GRAPH.nodes():
        assert seen.issuperset(node.depends_on), node
        seen.add(node.key)
    assert {"source sla.rules", "agreement acme", "override freeze of customer acme", "pause parts"} <= seen


def test_a_digest_is_of_the_content() -> None:
    before = {node.key: node.digest for node in GRAPH.nodes()}
    after = {node.key: node.digest for node in graph("# x\n" + RULES.replace("limit 3h", "limit 4h")).nodes()}
    assert {key for key in before if before[key] != after[key]} == {"pause parts", "source sla.rules"}


def test_only_these_customers() -> None:
    names = {node.name for node in GRAPH.nodes(["globex", "nobody"]) if node.kind == "customer"}
    assert names == {"globex"}
