"""`sla close`, `sla invoice` and `sla credits` as somebody uses them."""

from __future__ import annotations

import csv
import io
import json
import re
from contextlib import closing
from pathlib import Path

import pytest

from engine.commitment.outage import Outage
from engine.facts import Event
from engine.run import Engine
from engine.store import outages
from engine.store.sqlite import SqliteStore
from tests.engine.site import at
from tests.reports.counter import RULES
from tui.cli import run

HOSTILE = '=cmd|"/c calc"!A1 | <b>\u202e\x1b[31m'
MONTHS = (
    RULES.replace("2026-01-01", "2024-01-01")
    .replace(
        'customer hooli "Hooli Inc." {',
        'customer kuwait "Kuwait Co." {\n  tier gold\n  retainer KWD 1000.0005 per month\n}\ncustomer hooli "Hooli Inc." {',
    )
    .replace("credits standard\n}", "credits shares\n}", 1)
    + """\
credits shares "Shares alone" {
  breach of resolution pays 5% of retainer each
  uptime below 99.9% pays 10% of retainer
}
"""
)


@pytest.fixture
def sla(tmp_path, monkeypatch, capsys):
    """March 2024 is over: acme (EUR), kuwait (KWD) and hooli (JPY) have breaches, web was down."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sla.rules").write_text(MONTHS)
    with closing(SqliteStore.open("sla.db", create=True)) as store:
        for number, (key, customer, priority) in enumerate(
            ((HOSTILE, "ACME", "critical"), ("K-1", "kuwait", "high"), ("H-1", "hooli", "low"))
        ):
            data = {"priority": priority, "customer": customer, "status": "New"}
            store.add_events("t", [(key, Event(at("2024-03-04 08:00"), "opened", data, "t", f"o{number}"))])
            store.add_events("t", [(key, Event(at("2024-03-04 17:00"), "resolved", {}, "t", f"r{number}"))])
        outages.record(
            store.connection,
            [Outage("web", "", at("2024-03-05 10:00"), at("2024-03-05 11:30"), "t", "1", HOSTILE)],
        )
        Engine(store, tmp_path / "sla.rules").start(at("2024-04-05 09:00"))

    def sla_(*arguments, code=0):
        found = run([*arguments])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        assert found == code, captured
        return captured

    return sla_


def test_only_closed_months_are_invoiced(sla):
    said = sla("invoice", "acme", "2024-03", code=1).err
    assert "2024-03 is not closed for acme" in said and "sla close 2024-03" in said
    closed = sla("close", "2024-03").out
    assert "acme: 0.00 %, 0 met, 2 breached, 0 excluded, credits EUR 500.00\n" in closed
    assert "kuwait: 0.00 %, 0 met, 2 breached, 0 excluded, credits KWD 50.000\n" in closed
    found = json.loads(sla("invoice", "Acme Germany South", "2024-03", "--format", "json").out)
    assert (found["customer"], found["title"], found["zone"]) == ("acme", "Acme GmbH", "Europe/Berlin")
    assert found["retainer"] == {"amount": "3333.33", "currency": "EUR"}
    assert [line["amount"] for line in found["lines"]] == ["333.33", "166.67"]
    uptime, breach = found["lines"]
    assert breach["tickets"][0] == HOSTILE
    assert re.fullmatch(r"sla\.rules:[0-9]+", uptime["rule_at"])
    assert uptime["service"] == "web"
    assert found["credits"] == [{"amount": "500.00", "currency": "EUR"}]
    assert found["total"] == [{"amount": "2833.33", "currency": "EUR"}]
    [web] = [one for one in found["uptime"] if one["service"] == "web" and "month" in one["promised"]]
    assert web["outages"] == [{"from": "2024-03-05T10:00:00+00:00", "until": "2024-03-05T11:30:00+00:00"}]
    assert (web["kept"], web["down_seconds"]) == (False, 5400)
    assert {one["metric"]: one["percent"] for one in found["compliance"]} == {
        "resolution": "0.00",
        "response": "0.00",
    }
    assert len(found["rules"]) == len(found["data"]) == len(found["statement"]) == 64


def test_as_a_table_and_as_a_page(sla):
    sla("close", "2024-03")
    rows = list(csv.DictReader(io.StringIO(sla("invoice", "acme", "2024-03", "--format", "csv").out)))
    assert [(row["section"], row["amount"], row["currency"]) for row in rows if row["amount"]] == [
        ("retainer", "3333.33", "EUR"),
        ("credit", "333.33", "EUR"),
        ("credit", "166.67", "EUR"),
        ("credits", "500.00", "EUR"),
        ("total", "2833.33", "EUR"),
    ]
    assert not any(cell.startswith(("=", "@", "+")) for row in rows for cell in row.values())
    assert sla("invoice", "acme", "2024-03", "--output", "out.md").out == ""
    page = Path("out.md").read_text(encoding="utf-8")
    assert "# Acme GmbH: 2024-03\n" in page and "| Total | EUR 2833.33 |" in page
    assert "2024-03-05 11:00 until 2024-03-05 12:30" in page, "in the customer's zone"
    assert "<b>" not in page and "\x1b" not in page and "\u202e" not in page
    assert sla("invoice", "acme", "2024-03").out == page


def test_currencies_have_their_own_digits(sla):
    sla("close", "2024-03")
    kuwait = json.loads(sla("invoice", "kuwait", "2024-03", "--format", "json").out)
    assert kuwait["retainer"] == {"amount": "1000.000", "currency": "KWD"}
    assert kuwait["lines"][0]["amount"] == "50.000"
    assert kuwait["total"] == [{"amount": "950.000", "currency": "KWD"}]
    hooli = json.loads(sla("invoice", "hooli", "2024-03", "--format", "json").out)
    assert (hooli["retainer"], hooli["lines"][0]["amount"]) == (None, "1000")
    assert hooli["total"] == [{"amount": "-1000", "currency": "JPY"}]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("acme", "2024-13"), 3, "is not a month like 2026-10"),
        (("nobody", "2024-03"), 1, "there is no customer 'nobody' in the rules"),
        (("acme", "2024-03", "--output", "out.pdf"), 3, "is no format of an invoice"),
        (("acme", "2024-03", "--store", "none.db"), 4, "none.db"),
        (("acme", "2024-03", "--output", "sla.rules/out.md"), 4, "sla.rules"),
    ],
)
def test_mistakes_are_said(sla, arguments, code, words):
    sla("close", "2024-03")
    assert words in sla("invoice", *arguments, code=code).err


def test_a_customer_that_got_another_name_keeps_its_closed_months_under_the_old_one(sla):
    assert "2024-03 is closed for 3 customers, all others" in sla("close", "2024-03").out
    asked = ("invoice", "acme", "2024-03", "--format", "json")
    before = sla(*asked).out, sla("credits", "2024-03", "--customer", "acme").out
    renamed = MONTHS.replace("customer acme", "customer acme-group").replace('"ACME"', '"ACME", "acme"')
    Path("sla.rules").write_text(renamed)
    sla("run", "--once", "--rules", "sla.rules")
    assert (sla(*asked).out, sla("credits", "2024-03", "--customer", "acme").out) == before
    said = sla("invoice", "acme-group", "2024-03", code=1).err
    assert "2024-03 was closed without acme-group" in said
    sla("close", "2024-04")
    assert json.loads(sla("invoice", "acme", "2024-04", "--format", "json").out)["customer"] == "acme-group"


def test_credits_that_cannot_be_counted_are_all_named(sla):
    Path("sla.rules").write_text(
        MONTHS.replace("from 2024-01-01", "from 2024-04-01").replace(
            "1000.0005 per month", "1000 per month from 2024-04-01"
        )
    )
    sla("run", "--once", "--rules", "sla.rules")
    said = sla("close", "2024-03", code=1).err
    assert "acme: " in said and "kuwait: 5% of retainer cannot be paid" in said
    assert "2024-03 cannot be closed for acme, kuwait: nothing has been written" in said
    assert "credits JPY 1000" in sla("close", "2024-03", "--customer", "hooli").out
    sla("invoice", "hooli", "2024-03")


def test_credits_are_exported_for_accounting_the_same_twice(sla):
    assert "2024-03 is not closed for acme, hooli, kuwait" in sla("credits", "2024-03", code=1).err
    assert sla("credits", "2024-03", code=1).out == ""
    sla("close", "2024-03")
    first = sla("credits", "2024-03").out
    assert sla("credits", "2024-03").out == first
    rows = list(csv.DictReader(io.StringIO(first)))
    assert [(row["customer"], row["currency"], row["amount"]) for row in rows] == [
        ("acme", "EUR", "333.33"),
        ("acme", "EUR", "166.67"),
        ("hooli", "JPY", "1000"),
        ("kuwait", "KWD", "50.000"),
    ]
    assert len({row["id"] for row in rows}) == 4 and all(
        re.fullmatch("[0-9a-f]{32}", row["id"]) for row in rows
    )
    some = json.loads(sla("credits", "2024-03", "--customer", "ACME", "--format", "json").out)
    assert [row["id"] for row in some] == [row["id"] for row in rows[:2]]
    assert (
        some[0]["statement"]
        == json.loads(sla("invoice", "acme", "2024-03", "--format", "json").out)["statement"]
    )


def test_a_correction_is_a_line_below_zero_and_a_number_to_a_spreadsheet(sla):
    sla("close", "2024-03")
    sla("excuse", "K-1", "resolution", "--reason", "=storm", "--by", "duty-manager")
    sla("close", "2024-04")
    rows = list(csv.DictReader(io.StringIO(sla("credits", "2024-04").out)))
    assert [(row["customer"], row["of"], row["amount"]) for row in rows] == [("kuwait", "2024-03", "-50.000")]
    assert "storm" not in rows[0]["reason"]
    page = sla("invoice", "kuwait", "2024-04").out
    assert "| correction of 2024-03: breach of resolution pays 5% of retainer each |" in page
    assert "| Total | KWD 1050.000 |" in page


def test_what_some_have_closed_is_exported_and_the_others_are_named(sla):
    sla("close", "2024-03", "--customer", "hooli")
    said = sla("credits", "2024-03", code=1)
    assert len(said.out.splitlines()) == 2
    assert "2024-03 is not closed for acme, kuwait" in said.err
    assert "no customer 'who'" in sla("credits", "2024-03", "--customer", "who", code=1).err


TALK = """\
renegotiation chronic "Chronic trouble" {
  when breaches above 1 per month
  when compliance below 50% over 3 months
}
"""


def test_whose_contract_needs_another_talk(sla):
    assert "the rules declare no renegotiation" in sla("renegotiation", "--period", "2024-03", code=1).err
    Path("sla.rules").write_text(MONTHS + TALK)
    sla("run", "--once", "--rules", "sla.rules")
    said = sla("renegotiation", "--period", "2024-03").out
    assert said.startswith(
        "Acme GmbH\n  chronic: Chronic trouble\n    yes when breaches above 1 per month: 2 so far"
    )
    assert "-   when compliance below 50% over 3 months: not known: 3 months are needed" in said
    assert said.endswith("2024-03: 2 customers to talk to\n")
    sla("close", "2024-03")
    assert "so far" not in sla("renegotiation", "--period", "2024-03").out
    rows = list(
        csv.DictReader(
            io.StringIO(sla("renegotiation", "--period", "2024-03", "--all", "--format", "csv").out)
        )
    )
    assert {(row["customer"], row["holds"]) for row in rows if "breaches" in row["rule"]} == {
        ("acme", "yes"),
        ("kuwait", "yes"),
        ("hooli", "no"),
    }
    [talk] = json.loads(
        sla("renegotiation", "--period", "2024-03", "--customer", "ACME", "--format", "json").out
    )["talks"]
    assert talk["needed"] is True
    assert talk["evidence"][0]["months"][-1] == {"period": "2024-03", "value": "2", "breaches": 2}
    assert re.fullmatch(r"sla\.rules:[0-9]+", talk["evidence"][0]["rule_at"])
    assert "no customer 'who'" in sla("renegotiation", "--customer", "who", code=1).err
