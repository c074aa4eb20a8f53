from __future__ import annotations

from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dsl.checks.disjoint import can_both_hold
from dsl.checks.names import zones
from dsl.checks.pattern import refusal
from dsl.condition import AllOf, AnyOf, Compare, Comparison, Not, OneOf, StatusClass, StatusIs
from dsl.condition_text import condition_text
from dsl.load import load_texts

BASE = """\
priorities critical, high, normal, low
field vip flag
field site text
field impact number
calendar office {
  zone Europe/Berlin
  open mon-fri 08:00-18:00
}
"""


def found(text, base=BASE):
    text = base + text
    loaded = load_texts("sla.rules", {"sla.rules": text})
    return [(one.code, text[one.span.start : one.span.end]) for one in loaded.diagnostics]


# ---------------------------------------------------------------- conditions

ATOMS = st.one_of(
    st.builds(
        Compare, st.just("site"), st.sampled_from([Comparison.EQ, Comparison.NE]), st.sampled_from(["a", "b"])
    ),
    st.builds(OneOf, st.just("site"), st.sampled_from([("a", "b"), ("b", "c")])),
    st.builds(Compare, st.just("impact"), st.sampled_from(list(Comparison)), st.integers(1, 3)),
    st.builds(Compare, st.just("vip"), st.sampled_from([Comparison.EQ, Comparison.NE]), st.booleans()),
    st.builds(StatusIs, st.sampled_from(list(StatusClass))),
)
CONDITIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(AllOf, st.tuples(inner, inner)),
        st.builds(AnyOf, st.tuples(inner, inner)),
    ),
    max_leaves=5,
)
TICKETS = [
    dict(zip(("site", "impact", "vip", "class"), values, strict=True))
    for values in product(["a", "b", "c", "z"], [*range(5), None], [True, False], StatusClass)
]


def holds(condition, ticket):
    match condition:
        case Compare(field, op, _) if (
            ticket[field] is None
        ):  # a missing number is unequal to all and in no order
            return op is Comparison.NE
        case Compare(field, op, value):
            return eval(f"one {op.value} other", {"one": ticket[field], "other": value})
        case OneOf(field, values):
            return ticket[field] in values
        case StatusIs(status_class):
            return ticket["class"] is status_class
        case Not(item):
            return not holds(item, ticket)
        case AllOf(items):
            return all(holds(item, ticket) for item in items)
        case AnyOf(items):
            return any(holds(item, ticket) for item in items)


@given(CONDITIONS, CONDITIONS)
@example(
    AllOf((Compare("impact", Comparison.GT, 1), Compare("impact", Comparison.LT, 3))),
    Compare("impact", Comparison.NE, 2),
)
def test_two_conditions_exclude_each_other_exactly_when_no_ticket_has_both(one, other):
    assert can_both_hold(one, other) == any(holds(one, t) and holds(other, t) for t in TICKETS)


def test_too_many_alternatives_count_as_possible():
    wide = AllOf(
        tuple(
            AnyOf((Compare(f"f{n}", Comparison.EQ, 1), Compare(f"g{n}", Comparison.EQ, 1))) for n in range(12)
        )
    )
    assert can_both_hold(wide, Not(wide))


@pytest.mark.parametrize(
    "pattern", ["^a+$", r"\bVPN\b", "(red|blue) phone", "[a-z]{2,8}-[0-9]+", ".*", "(?i:x)", "a{100}"]
)
def test_plain_patterns_are_accepted(pattern):
    assert refusal(pattern) == ""


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a)\1",
        "(?=a)",
        "(?<!a)b",
        "(a+)+",
        "(a|b*)*",
        "(a{1,9}){9}",
        "a{101}",
        "(",
        "a**",
        ".*.*.*.*",
        "(?P<n>a)(?P=n)",
        "(?(1)a)",
    ],
)
def test_patterns_that_could_stall_are_refused(pattern):
    assert refusal(pattern)


def test_a_class_that_does_not_exist_is_told_and_ties_with_nothing() -> None:
    text = "tier gold {\n  target high response within 4h on always when status is wating\n"
    text += "  target high response within 3h on always when vip\n}\n"
    assert found(text) == [("E0606", "wating")]


# ---------------------------------------------------------------- calendars of targets


def test_the_calendar_of_a_target_may_come_from_its_customer():
    tier = "tier gold {\n  target high response within 4h\n}\n"
    assert found(tier + "customer a {\n  tier gold\n  calendar office\n}\n") == []
    group = "group g {\n  calendar office\n  tier gold\n}\n"
    assert found(tier + group + "customer a {\n  group g\n}\n") == []
    assert found(tier + "customer a {\n  tier gold\n}\n") == [("E0502", "gold")]
    assert found(tier) == [("E0502", "target high response within 4h")]


def test_days_are_refused_where_the_customers_calendar_makes_them_uncertain():
    tier = "tier gold {\n  calendar always\n  target high response within 2d\n}\n"
    assert found(tier + "customer a {\n  tier gold\n}\n") == []
    assert found(tier + "customer a {\n  tier gold\n  calendar office\n}\n") == [("E0503", "gold")]


def test_days_that_are_wrong_in_the_tier_are_not_said_again_of_every_customer() -> None:
    text = "calendar shop {\n  zone UTC\n  open mon 09:00-17:00\n}\n"
    text += "tier gold {\n  calendar office\n  target high response within 2d\n}\n"
    text += "".join(f"customer c{n} {{\n  tier gold\n  calendar shop\n}}\n" for n in range(5))
    assert found(text) == [("E0503", "2d")]


def test_a_limit_in_days_is_refused_when_a_paused_clock_is_on_business_hours():
    text = "tier gold {{\n  target high response within 2h on {}\n  pause by wait\n}}\n"
    text += "pause wait {{\n  when status is waiting\n  stops response\n  limit 2d\n}}\n"
    assert found(text.format("always")) == []
    assert found(text.format("office")) == [("E0503", "2d")]


def test_an_inherited_tie_is_told_at_the_later_line_with_both_places():
    text = """\
tier gold {
  target low resolution within 8h on always when vip
}
tier platinum {
  like gold
  target low resolution within 4h on always when site == "lab"
}
"""
    loaded = load_texts("sla.rules", {"sla.rules": BASE + text})
    (one,) = loaded.diagnostics
    assert (one.code, one.span.line, one.labels[0].span.line) == (
        "E0506",
        BASE.count("\n") + 6,
        BASE.count("\n") + 2,
    )


def test_a_priority_that_is_written_twice_ties_once():
    first, second = (f"target high, high resolution within {hours}h on always" for hours in (1, 2))
    loaded = load_texts("sla.rules", {"sla.rules": f"{BASE}tier gold {{\n  {first}\n  {second}\n}}\n"})
    assert [one.code for one in loaded.diagnostics] == ["E0308", "E0506", "E0308"]
    assert loaded.diagnostics[1].message == "two targets for high resolution: neither beats the other"


@pytest.mark.parametrize("order", ["abc", "bca", "cab", "cba"])
def test_a_circle_of_likes_is_told_once_wherever_it_is_entered(order):
    like = {"a": "b", "b": "c", "c": "b"}
    text = "".join(f"tier {name} {{\n  like {like[name]}\n}}\n" for name in order)
    assert [code for code, _ in found(text)] == ["E0306"]
    assert found("tier a {\n  like a\n}\n") == [("E0306", "a")]


@pytest.mark.parametrize(
    ("first", "second", "tie"),
    [
        ("", "", True),
        ("when vip", "", False),
        ("when vip", "when not vip", False),
        ("when vip", "when impact > 2", True),
        ("when impact > 2", "when impact <= 2", False),
        ('when site == "lab"', 'when site in ["plant", "Lab"]', True),
        ('when site matches "^a"', 'when not site matches "^a"', False),
    ],
)
def test_overrides_tie_when_both_can_hold(first, second, tie):
    text = f"""\
tier gold {{
  target high response within 4h on always
}}
customer a {{
  tier gold
  override one from 2026-01-01 until 2026-03-01 {{
    target critical, high response within 1h on always {first}
  }}
  override two from 2026-02-01 {{
    target high, low response within 2h on always {second}
  }}
  override three from 2026-03-01 {{
    target critical response within 3h on always
  }}
}}
"""
    codes = [code for code, _ in found(text)]
    assert codes == (["E0507"] if tie else [])


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        (["gold from 2026-01-01 until 2026-02-01", "gold from 2026-02-01"], []),
        (["gold from 2026-01-01 through 2026-01-31", "gold from 2026-02-01"], []),
        (["gold from 2026-01-01 through 2026-02-01", "gold from 2026-02-01"], ["E0510"]),
        (["gold from 2026-02-02", "gold until 2026-02-01"], ["W0509"]),
        (["gold from 2026-02-02", "gold until 2026-02-01", "gold"], []),
        (["gold", "gold"], ["E0510"]),
        (["gold from 2026-02-01 until 2026-01-01"], ["E0511"]),
    ],
)
def test_dated_tiers(lines, codes):
    body = "".join(f"  tier {line}\n" for line in lines)
    text = "tier gold {\n  target high response within 4h on always\n}\n" + f"customer a {{\n{body}}}\n"
    assert [code for code, _ in found(text)] == codes


# ---------------------------------------------------------------- names


def test_a_suggestion_is_made_from_a_similarity_of_six_tenths():
    tier = "tier standard {\n  target high response within 4h on always\n}\ncustomer a {\n  tier NAME\n}\n"
    near = load_texts("sla.rules", {"sla.rules": BASE + tier.replace("NAME", "standart")}).diagnostics[0]
    far = load_texts("sla.rules", {"sla.rules": BASE + tier.replace("NAME", "xyz")}).diagnostics[0]
    assert near.help == "did you mean `standard`?"
    assert near.fixes[0].edits[0].text == "standard"
    assert not far.fixes


def test_every_zone_of_the_data_is_accepted_and_nothing_else():
    assert {"UTC", "Etc/UTC", "US/Eastern", "EST5EDT", "America/Argentina/Buenos_Aires"} <= zones()
    for zone in sorted(zones())[::20]:
        assert found(f"customer a {{\n  zone {zone}\n}}\n") == []
    assert found("customer a {\n  zone Mars/Base\n}\n") == [("E0403", "Mars/Base")]


def test_values_of_built_in_fields_are_checked_where_they_are_declared():
    text = """\
team noc "Network" {
}
group retail "Retail" {
}
customer acme "Acme GmbH" {
  alias "ACME"
}
tier t {
  target low response within 1h on always when team == "network" and group in ["Retail"] and customer != "Acme"
  target high response within 1h on always when team == nox or group == "retale" or customer in ["ACME", "Globex"]
  target normal response within 1h on always when priority == urgent or status == "free text" or queue == "any"
}
"""
    assert found(text) == [
        ("E0602", "nox"),
        ("E0602", '"retale"'),
        ("E0602", '"Globex"'),
        ("E0602", "urgent"),
    ]


@pytest.mark.parametrize("other", ["foo ag", "FOO-1"])
def test_a_title_or_an_alias_in_a_condition_is_told_the_declared_name(other):
    text = (
        'customer foo "Foo AG" {\n  alias "Foo-1"\n}\ncustomer bar "Bar" {\n}\n'
        f'tier t {{\n  target low response within 1h on always when customer == "{other}"\n}}\n'
    )
    (one,) = load_texts("sla.rules", {"sla.rules": BASE + text}).diagnostics
    assert one.code == "E0602"
    assert one.help == 'conditions see the declared name, whatever the ticket calls it: write `"foo"`'
    assert [(fix.safe, fix.edits[0].text) for fix in one.fixes] == [(True, '"foo"')]
    (one,) = load_texts("sla.rules", {"sla.rules": BASE + text.replace(other, "zzz")}).diagnostics
    assert one.help == "it can be foo or bar"


def test_without_priorities_there_is_one_finding_for_all_targets():
    base = BASE.partition("\n")[2]
    text = """\
customer a {
  tier gold
  override one {
    target normal response within 1h on always
  }
}
tier gold {
  target high, low response within 4h on always
  target low resolution within 4h on always when priority == low
}
"""
    (one,) = load_texts("sla.rules", {"sla.rules": base + text}).diagnostics
    assert (one.code, one.message, one.span.line) == (
        "E0301",
        "no priorities are declared",
        base.count("\n") + 8,
    )
    assert one.help.endswith("`priorities high, low, normal`")
    assert found("priorities gold\n" + text, base="field vip flag\n")[0] == ("E0301", "normal")
    assert found("priorities high; low\n" + text, base="")[0][0] != "E0301"


def test_things_are_called_by_their_names():
    def message(text):
        return load_texts("sla.rules", {"sla.rules": BASE + text}).diagnostics[0].message

    assert (
        message("calendar c {\n  zone UTC\n  open mon 08:00-09:00\n  holidays nyy\n}\n")
        == "there is no holiday list `nyy`"
    )
    wrong = 'customer a {\n  override o {\n    alias "x"\n  }\n}\n'
    assert message(wrong) == "`alias` does not belong in an override block"


def test_empty_text_names_nobody():
    text = 'customer acme "" {\n  alias "ACME", " "\n}\nperson p {\n  email ""\n}\n'
    assert found(text) == [("E0219", '""'), ("E0219", '" "'), ("E0219", '""')]


def test_names_titles_and_aliases_share_one_space():
    text = 'customer acme "Globex" {\n}\ncustomer globex {\n}\n'
    assert found(text) == [("E0304", "globex")]
    assert found('customer acme "ACME" {\n  alias "Acme"\n}\n') == []


def test_a_pattern_and_a_text_that_it_does_not_match_exclude_each_other():
    def codes(first: str, second: str) -> list[str]:
        lines = "".join(
            f"  target p response within {n}h on always when {when}\n"
            for n, when in ((1, first), (2, second))
        )
        text = f"language 1\npriorities p\nfield s text\ntier t {{\n{lines}}}\n"
        return [one.code for one in load_texts("sla.rules", {"sla.rules": text}).diagnostics]

    assert codes('s matches "ab"', 's == "xy"') == []
    assert codes('s matches "AB"', 's == "xaby"') == ["E0506"], "capitals count for one of them only"
    assert codes('not s matches "ab"', 's == "xy"') == ["E0506"]


def test_a_pattern_is_written_again_as_it_stands():
    text = 'language 1\npriorities p\nfield s text\ntier t {\n  target p response within 1h on always when s matches "^a\\.b\\"c"\n}\n'
    loaded = load_texts("sla.rules", {"sla.rules": text})
    when = loaded.ruleset.tiers["t"].targets[0].when
    assert condition_text(when) == 's matches "^a\\.b\\"c"'
    again = load_texts(
        "sla.rules", {"sla.rules": text.replace('s matches "^a\\.b\\"c"', condition_text(when))}
    )
    assert again.ruleset.tiers["t"].targets[0].when == when


def test_a_period_lies_in_the_years_that_are_counted():
    text = "language 1\npriorities p\ntier t {\n  target p response within 1h on always\n}\ncustomer acme {\n  tier t until 9999-12-31\n}\n"
    assert [one.code for one in load_texts("sla.rules", {"sla.rules": text}).diagnostics] == ["E0219"]


def test_a_tier_that_lasts_covers_gaps_between_those_after_it():
    periods = [
        "from 2024-01-01 until 2030-01-01",
        "from 2025-01-01 until 2026-01-01",
        "from 2027-01-01 until 2028-01-01",
    ]
    tiers = "".join(f"  tier t {period}\n" for period in periods)
    site = "tier t {\n  target critical response within 1h on always\n}\n"
    assert [code for code, _ in found(f"{site}customer c {{\n{tiers}}}\n")] == ["E0510", "E0510"]
