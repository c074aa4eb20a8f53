"""Services, maintenance, uptime and money: what is read, what is built, and what is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dsl.commitment import (
    Announcement,
    Band,
    BreachCredit,
    Maintenance,
    Money,
    RetainerShare,
    Service,
    Uptime,
    Window,
)
from dsl.load import load_texts
from engine.canonical import digest_of
from tests.dsl.commitment_site import BASE


def load(text):
    return load_texts("sla.rules", {"sla.rules": text})


def found(text, base=BASE):
    text = base + text
    return [(one.code, text[one.span.start : one.span.end]) for one in load(text).diagnostics]


def test_what_is_written_is_what_is_built():
    loaded = load(BASE)
    assert loaded.diagnostics == ()
    rules = loaded.ruleset
    assert rules.tiers["gold"].uptimes == (
        Uptime(999_500, None, "always", True),
        Uptime(999_999, 30 * 86_400, "office", False),
    )
    assert rules.tiers["gold"].credits == "standard"
    assert rules.services["web"] == Service("web", "Web shop", ("acme",), ("retail",))
    evening, noon = (1320, 1560), (720, 780)
    assert rules.maintenance["patches"] == Maintenance(
        "patches",
        "patches",
        ("acme",),
        (),
        ("web",),
        (
            Window((5, 6), None, (noon, evening), "Europe/Berlin"),
            Window((), date(2026, 10, 15), ((120, 360),), "UTC"),
        ),
        Announcement(date(2026, 9, 1), 45_000, "Europe/Berlin"),
        True,
    )
    standard = rules.credits["standard"]
    assert standard.bands == (Band(999_500, RetainerShare(500)), Band(995_000, RetainerShare(1050)))
    assert standard.breaches == (BreachCredit("resolution", ("critical",), Money(Decimal("250.00"), "EUR")),)
    assert standard.cap == RetainerShare(3000)
    assert [one.money.amount for one in rules.customers["acme"].retainers] == [12_000, 13_000]


def test_a_tier_like_another_replaces_what_is_for_the_same_length_of_time():
    silver = load(BASE).ruleset.tiers["silver"]
    assert silver.uptimes == (
        Uptime(995_000, None, "office", False),
        Uptime(999_999, 30 * 86_400, "office", False),
    )
    assert silver.credits == "small"


def test_equal_amounts_have_one_digest():
    assert digest_of(Money(Decimal(250), "EUR")) == digest_of(Money(Decimal("250.00"), "EUR"))
    assert digest_of(Money(Decimal(250), "EUR")) != digest_of(Money(Decimal(25), "EUR"))


TIER = "tier t {{\n  target high response within 1h on always\n  {}\n}}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TIER.format("uptime 0% per month on always"), [("E1001", "0%")]),
        (TIER.format("uptime 100.01% per month on always"), [("E1001", "100.01%")]),
        (TIER.format("uptime 100% per month on always"), []),
        (TIER.format("uptime 99.99999% per month on always"), [("E0219", "99.99999%")]),
        (TIER.format("uptime 99% per 0d on always"), [("E0512", "0d")]),
        (TIER.format("uptime 99% per month on offiec"), [("E0301", "offiec")]),
        (
            TIER.format("uptime 99% per 24h on always\n  uptime 98% per 1d on always"),
            [("E0303", "uptime 98% per 1d on always")],
        ),
        (TIER.format("credits standrad"), [("E0301", "standrad")]),
        ("tier only-up {\n  uptime 99% per month on always\n}\n", []),
        ("service api {\n  for customer acmee\n}\n", [("E0301", "acmee")]),
        ("service api {\n  for group retial\n}\n", [("E0301", "retial")]),
        ("service web {\n}\n", [("E0302", "service web")]),
        ("maintenance m {\n  excludes uptime\n}\n", [("E0305", "maintenance m")]),
        (
            "maintenance m {\n  affects service wbe\n  window sun 02:00-06:00 zone Europe/Berln\n}\n",
            [("E0301", "wbe"), ("E0403", "Europe/Berln")],
        ),
        (
            "maintenance m {\n  window 2026-02-30 02:00-26:00 zone UTC\n}\n",
            [("E0219", "2026-02-30"), ("E0219", "02:00-26:00")],
        ),
        (
            "maintenance m {\n  window sun 02:00-03:00 zone UTC\n  announced 2026-09-31 12:00 zone UTC\n}\n",
            [("E0219", "2026-09-31")],
        ),
        ("credits c {\n  breach of resolutoin pays EUR 1 each\n}\n", [("E0301", "resolutoin")]),
        ("credits c {\n  breach of response for lwo pays EUR 1 each\n}\n", [("E0301", "lwo")]),
        ("credits c {\n  breach of response pays EUR 0.00 each\n}\n", [("E0219", "0.00")]),
        ("credits c {\n  breach of response pays 101% of retainer each\n}\n", [("E1001", "101%")]),
        ("credits c {\n  cap 0% of retainer per month\n}\n", [("E1001", "0%")]),
        (
            "credits c {\n  breach of response pays EUR 1 each\n  cap USD 5 per month\n}\n",
            [("E1003", "USD 5")],
        ),
        (
            "customer us {\n  tier gold\n  retainer USD 5 per month\n}\n",
            [("E1003", "EUR 250.00")],
        ),
        ("customer poor {\n  tier gold\n}\n", [("E1004", "customer poor")]),
        ("customer poor {\n  tier silver\n}\n", []),
        ("customer poor {\n  group retail\n  tier gold\n}\n", []),
        (
            "customer two {\n  tier silver\n  retainer EUR 5 per month\n  retainer EUR 6 per month from 2026-01-01\n}\n",
            [("E0510", "retainer EUR 6 per month from 2026-01-01")],
        ),
        (
            "customer two {\n  tier silver\n  retainer EUR 5 per month from 2026-02-01 until 2026-01-01\n}\n",
            [("E0511", "from 2026-02-01 until 2026-01-01")],
        ),
        (
            TIER.format("credits standard"),
            [("W1005", "uptime below 99.5% pays 10.5% of retainer")],
        ),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(text, expected):
    assert sorted(found(text)) == sorted(expected)


@pytest.mark.parametrize(
    ("bands", "wrong"),
    [
        (("99.9% pays 5% of retainer", "99.5% pays 10% of retainer"), ""),
        (("99.5% pays 10% of retainer", "99.9% pays 5% of retainer"), ""),
        (("99.9% pays 5% of retainer", "99.5% pays 5% of retainer"), "99.5%"),
        (("99.5% pays 5% of retainer", "99.9% pays 10% of retainer"), "99.5%"),
        (("99.9% pays 5% of retainer", "99.90% pays 10% of retainer"), "99.90%"),
        (("99.9% pays EUR 9 ", "99.5% pays EUR 10"), ""),
        (("99.9% pays EUR 10", "99.5% pays EUR 9.99"), "99.5%"),
        (("99.9% pays EUR 10", "99.5% pays 10% of retainer"), "99.5%"),
    ],
)
def test_bands_rise_as_uptime_falls_in_whatever_order_they_stand(bands, wrong):
    lines = "\n".join(f"  uptime below {band}" for band in bands)
    said = found(f"credits c {{\n{lines}\n}}\n")
    assert [(code, text.split()[2]) for code, text in said] == ([("E1002", wrong)] if wrong else [])


@pytest.mark.parametrize("name", ["service", "window", "announced", "cap", "per", "month", "below", "each"])
def test_common_words_can_name_a_field(name):
    text = (
        f'field {name} text\ntier t {{\n  target high response within 1h on always when {name} == "x"\n}}\n'
    )
    assert found(text) == []


def test_credits_that_tie():
    def codes(*lines: str) -> list[tuple[str, str]]:
        body = "".join(f"  breach of {line} pays EUR 5 each\n" for line in lines)
        text = f"language 1\npriorities high, low\ncredits c {{\n{body}}}\n"
        loaded = load_texts("sla.rules", {"sla.rules": text})
        return [(one.code, one.message) for one in loaded.diagnostics if one.code == "E1006"]

    assert codes("resolution", "resolution for high", "response for high", "resolution for low") == []
    assert codes("resolution for high, low", "resolution for low") == [
        ("E1006", "two lines pay for a breach of resolution of low tickets: neither beats the other")
    ]
    assert codes("resolution", "response", "resolution") == [
        ("E1006", "two lines pay for a breach of resolution: neither beats the other")
    ]
    assert len(codes("resolution for high", "resolution for low", "resolution for high, low")) == 2
