"""Renegotiation: what is read, what is built, and what is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dsl.commitment import Money, RetainerShare
from dsl.load import load_texts
from dsl.renegotiation import Renegotiation, Subject

BASE = """\
priorities critical
tier gold {
  target critical resolution within 4h on always
}
group retail {
  tier gold
}
customer acme {
  group retail
}
"""


def load(text):
    return load_texts("sla.rules", {"sla.rules": BASE + text})


def talk(*lines):
    return "renegotiation chronic {\n" + "".join(f"  {line}\n" for line in lines) + "}\n"


def found(text):
    whole = BASE + text
    return [(one.code, whole[one.span.start : one.span.end]) for one in load(text).diagnostics]


def test_what_is_written_is_what_is_built():
    loaded = load(
        'renegotiation chronic "Chronic trouble" {\n'
        "  for group retail\n  for customer acme, acme-two\n  for tier gold\n"
        "  when compliance of resolution below 90.5% over 3 months\n"
        "  when breaches  above 5 per month\n"
        "  when uptime below 99.95% over 12 months\n"
        "  when credits above 10% of retainer over 3 months\n"
        "  when credits above EUR 1000.00 per month\n}\n"
        "customer acme-two {\n  tier gold\n}\n"
    )
    assert loaded.diagnostics == ()
    one = loaded.ruleset.renegotiations["chronic"]
    assert isinstance(one, Renegotiation)
    assert (one.title, one.customers, one.groups, one.tiers) == (
        "Chronic trouble",
        ("acme", "acme-two"),
        ("retail",),
        ("gold",),
    )
    assert [(it.subject, it.metric, it.limit, it.months) for it in one.occasions] == [
        (Subject.COMPLIANCE, "resolution", 9050, 3),
        (Subject.BREACHES, "", 5, 1),
        (Subject.UPTIME, "", 999_500, 12),
        (Subject.CREDITS, "", RetainerShare(1000), 3),
        (Subject.CREDITS, "", Money(Decimal("1000.00"), "EUR"), 1),
    ]
    assert one.occasions[1].rule == "when breaches above 5 per month"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], [("E0305", "renegotiation chronic")]),
        (["when compliance below 0% per month"], [("E1301", "0%")]),
        (["when compliance below 100.5% per month"], [("E1301", "100.5%")]),
        (["when compliance below 90.555% per month"], [("E0219", "90.555%")]),
        (["when uptime below 0% per month"], [("E1001", "0%")]),
        (["when credits above 0% of retainer per month"], [("E1001", "0%")]),
        (["when breaches above 5 over 0 months"], [("E1301", "0")]),
        (["when breaches above 5 over 37 months"], [("E1301", "37")]),
        (["when breaches of resolutoin above 5 per month"], [("E0301", "resolutoin")]),
        (["for tier silver", "when breaches above 5 per month"], [("E0301", "silver")]),
        (["for group retail, retail", "when breaches above 5 per month"], [("E0308", "retail")]),
        (
            ["when breaches above 5 per month", "when breaches above 6 over 1 months"],
            [("E0303", "when breaches above 6 over 1 months")],
        ),
        (["when breaches above 5 per month", "when breaches of response above 5 per month"], []),
        (["when breaches above 5% per month"], [("E0201", "5%")]),
        (["when complience below 90% per month"], [("E0202", "complience")]),
        (["when status is waiting"], [("E0201", "status")]),
    ],
)
def test_mistakes_are_said(lines, expected):
    assert found(talk(*lines)) == expected


def test_its_words_stay_legal_names():
    text = "".join(
        f"team {name} {{\n  lead {name}\n}}\nperson {name} {{\n}}\n"
        for name in ("compliance", "breaches", "above", "over", "months")
    )
    assert [code for code, _ in found(text) if code.startswith("E")] == []
