"""Credits in `sla plan`, as a person and a merge request see them."""

from __future__ import annotations

import json
import re
from contextlib import closing

import pytest

from engine.facts import Event
from engine.run import Engine
from engine.store.sqlite import SqliteStore
from tests.engine.site import at

RULES = """\
language 1
priorities high, low
statuses {
  working "Open"
  resolved "Resolved"
}
tier gold "Gold" {
  target high, low resolution within 4h on always
  uptime 99.9% per month on always
  credits standard
}
credits standard "Standard" {
  uptime below 99.9% pays 5% of retainer
  breach of resolution for high pays EUR 250 each
  cap 50% of retainer per month
}
tier silver "Silver" {
  target high, low resolution within 4h on always
  credits small
}
credits small "Small" {
  breach of resolution pays USD 40 each
}
customer acme "Acme" {
  zone America/Denver
  tier gold
  retainer EUR 2000 per month
}
customer globex "Globex" {
  tier silver
}
"""
NOW = ("--at", "2024-05-20T00:00:00Z")
PLAN = ("plan", "sla.rules", "next.rules", *NOW)
HOURS = {
    "a": ("2024-03-05 09:00", 3),
    "b": ("2024-03-06 09:00", 6),
    "c": ("2024-04-08 09:00", 3),
    "d": ("2024-03-07 09:00", 6),
}


@pytest.fixture
def sla(sla, tmp_path):
    """Of acme one ticket that is in time, two that are late, one of them excused, and one of April; one of globex; two hours of outage."""
    (tmp_path / "sla.rules").write_text(RULES)
    stricter = RULES.replace("within 4h", "within 2h").replace("USD 40", "USD 60")
    (tmp_path / "next.rules").write_text(stricter)
    with closing(SqliteStore.open("sla.db", create=True)) as store:
        for number, (key, (opened, hours)) in enumerate([*HOURS.items(), ("g", ("2024-03-05 09:00", 6))]):
            data = {"priority": "HIGH", "customer": "globex" if key == "g" else "Acme", "status": "Open"}
            data |= {"site": "depot"} if key == "b" else {}
            moment = at(opened)
            store.add_events("t", [(key, Event(moment, "opened", data, "t", f"o{number}"))])
            store.add_events("t", [(key, Event(moment + hours * 3600, "resolved", {}, "t", f"s{number}"))])
        excused = {"metric": "resolution", "cycle": 1, "reason": "strike", "by": "lead"}
        store.add_events("t", [("d", Event(at("2024-03-09 09:00"), "excused", excused, "t", "e"))])
        Engine(store, tmp_path / "sla.rules").start(at("2024-05-20 09:00"))

    assert sla("outage", "add", "--from", "2024-03-10T00:00Z", "--until", "2024-03-10T02:00Z")[0] == 0
    return sla


def months(out):
    return {
        (one["customer"], one["month"]): (totals(one["before"]["total"]), totals(one["after"]["total"]))
        for one in json.loads(out)["credits"]["months"]
    }


def totals(amounts):
    return [f"{one['currency']} {one['amount']}" for one in amounts]


MARCH = (["EUR 350.00"], ["EUR 600.00"])
EXPECTED = {
    ("acme", "2024-03"): MARCH,
    ("acme", "2024-04"): ([], ["EUR 250.00"]),
    ("globex", "2024-03"): (["USD 40.00"], ["USD 60.00"]),
}


def test_months_before_and_after_with_what_they_follow_from(sla):
    code, out, _ = sla(*PLAN, "--format", "json")
    assert code == 0
    assert months(out) == EXPECTED
    found = json.loads(out)["credits"]
    assert (totals(found["before"]), totals(found["after"])) == (
        ["EUR 350.00", "USD 40.00"],
        ["EUR 850.00", "USD 60.00"],
    )
    assert totals(found["difference"]) == ["EUR 500.00", "USD 20.00"]
    march = found["months"][0]
    assert [line["because"] for line in march["after"]["lines"]][1:] == ["2 breaches: a, b"]
    assert "2h of 534h down" in march["after"]["lines"][0]["because"]


def test_lines_for_people_and_for_a_merge_request(sla):
    _, out, _ = sla(*PLAN)
    lines = [re.split(r"  +", line.strip()) for line in out.splitlines()]
    assert "credits: EUR 350 before, EUR 850 after: EUR +500; USD 40 before, USD 60 after: USD +20" in out
    assert ["acme", "2024-03", "EUR 350", "EUR 600", "EUR +250"] in lines
    assert ["acme", "2024-04", "-", "EUR 250", "EUR +250"] in lines
    assert "times: a, b" not in out
    assert "2 breaches: a, b: EUR 500" in sla(*PLAN, "--verbose")[1]
    _, out, _ = sla(*PLAN, "--format", "markdown")
    assert "| `acme` | `2024-03` | `EUR 350` | `EUR 600` | `EUR +250` |" in out
    assert "**Credits**: EUR 350 before" in out
    _, out, _ = sla("plan", "sla.rules", "sla.rules", *NOW)
    assert out.endswith("credits: nothing is paid that the change may touch\n")


@pytest.mark.parametrize(
    ("gates", "code", "words"),
    [
        (("EUR 500", "USD 20"), 0, "gate --max-credit-delta EUR 500 holds: EUR 500"),
        (("EUR 499.99", "USD 20"), 1, "gate --max-credit-delta EUR 499.99 is exceeded: EUR 500"),
        (("EUR 500",), 1, "gate --max-credit-delta USD 0 is exceeded: USD 20"),
        (("EUR 500", "USD 20", "CHF 0"), 0, "gate --max-credit-delta CHF 0 holds: CHF 0"),
    ],
)
def test_gates_are_of_each_currency(sla, gates, code, words):
    found, out, _ = sla(*PLAN, *(word for gate in gates for word in ("--max-credit-delta", gate)))
    assert (found, words in out) == (code, True), out
    back = [("--max-credit-delta", gate) for gate in gates]
    lower = ("plan", "next.rules", "sla.rules", *NOW)
    assert sla(*lower, *(word for gate in back for word in gate))[0] == 0, "paying less is over no gate"


@pytest.mark.parametrize("text", ["EUR", "500", "eur 500", "EUR -1", "EUR 1e3", "EUR 5 USD 5"])
def test_what_is_no_money_is_said(sla, text):
    code, out, err = sla(*PLAN, "--max-credit-delta", text)
    assert (code, out) == (3, "") and "EUR 500" in err


def test_a_missing_retainer_is_a_finding_and_passes_the_gate(sla, tmp_path):
    text = RULES.replace("EUR 2000 per month", "EUR 2000 per month from 2024-04-01")
    (tmp_path / "next.rules").write_text(text)
    code, out, _ = sla(*PLAN)
    assert code == 0
    assert "cannot be settled: acme 2024-03 under the new rules: 5% of retainer cannot be paid" in out
    code, out, _ = sla(*PLAN, "--max-credit-delta", "EUR 500")
    assert code == 1 and "gate --max-credit-delta EUR 500 is exceeded: 1 month cannot be settled" in out
    assert len(json.loads(sla(*PLAN, "--format", "json")[1])["credits"]["unsettled"]) == 1


def test_a_month_counts_whole_where_since_lies_in_it(sla):
    since = (*PLAN, "--format", "json", "--since")
    whole = sla(*since, "2024-03-28T00:00:00Z")[1]
    assert months(whole) == EXPECTED
    assert json.loads(whole)["tickets"] == 1
    assert months(sla(*since, "2024-04-01T05:59:59Z")[1]).keys() == EXPECTED.keys() - {("globex", "2024-03")}
    assert months(sla(*since, "2024-04-01T06:00:00Z")[1]).keys() == {("acme", "2024-04")}


def test_store_archive_and_processes_say_the_same(sla):
    plan = (*PLAN, "--format", "json", "--since", "2024-03-28T00:00:00Z")
    before = sla(*plan)[1]
    assert sla("archive", "--to", "old", "--yes")[0] == 0
    assert months(sla(*plan, "--workers", "2")[1]) == months(before) == EXPECTED
    _, alone, err = sla(*plan, "--archive", "old")
    assert err == ""
    assert months(alone)["acme", "2024-03"] == (["EUR 250.00"], ["EUR 500.00"])
    assert json.loads(alone)["credits"]["outages_known"] is False
    assert "what uptime pays is not counted" in sla(*PLAN, "--archive", "old")[1]


def test_what_steps_of_ladders_ask_is_read_of_an_archive(sla, tmp_path):
    people = 'person chief "Lead" {\n  email "lead@msp.example"\n}\nescalation up "Up" {\n  at breach of resolution notify chief via inbox when site == "depot"\n}\n'
    asking = RULES.replace("language 1\n", "language 1\nfield site text\n") + people
    climbing = asking.replace(
        "  credits standard\n}\ncredits", "  credits standard\n  escalate via up\n}\ncredits"
    )
    (tmp_path / "sla.rules").write_text(asking)
    (tmp_path / "next.rules").write_text(climbing)
    plan = ("plan", "sla.rules", "next.rules", *NOW, "--format", "json")
    before = json.loads(sla(*plan)[1])["past"]
    assert [[clock["ticket"] for clock in one["clocks"]] for one in before] == [["b"]]
    assert sla("archive", "--to", "old", "--yes")[0] == 0
    _, alone, err = sla(*plan, "--archive", "old")
    assert err == ""
    assert json.loads(alone)["past"] == before


def test_a_tier_by_another_name_pays_as_before_also_for_a_ticket_whose_target_moved(sla, tmp_path):
    """A target that changes under way is not told in columns."""
    two = RULES.replace(
        "target high, low resolution within 4h", "target high resolution within 4h", 1
    ).replace("  uptime 99.9%", "  target low resolution within 5h on always\n  uptime 99.9%")
    (tmp_path / "sla.rules").write_text(two)
    with closing(SqliteStore.open("sla.db")) as store:
        opened = at("2024-04-10 09:00")
        for kind, hours, data in (
            ("opened", 0, {"priority": "low", "customer": "Acme"}),
            ("changed", 1, {"priority": "high"}),
            ("resolved", 6, {}),
        ):
            store.add_events("t", [("m", Event(opened + hours * 3600, kind, data, "t", f"m-{kind}"))])
    renamed = re.sub(r"\bgold\b", "oro", two)
    (tmp_path / "next.rules").write_text(renamed)
    code, out, _ = sla(*PLAN, "--max-credit-delta", "EUR 0")
    assert "credits: EUR 600 before, EUR 600 after: no difference" in out and code == 0
    (tmp_path / "next.rules").write_text(renamed.replace("EUR 250", "EUR 300"))
    code, out, _ = sla(*PLAN, "--format", "json", "--max-credit-delta", "EUR 0")
    assert months(out)["acme", "2024-04"] == (["EUR 250.00"], ["EUR 300.00"])
    assert code == 1
