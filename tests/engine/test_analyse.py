"""The exact analysis: what it finds, what it leaves to the check, and counter-examples that are true."""

from __future__ import annotations

import re

import pytest

from dsl.load import load_texts
from engine.analyse.analysis import analyse
from engine.evaluate import evaluate
from engine.facts import Event, Instant
from engine.graph import Graph
from engine.wall import parse_instant
from tests.engine.desk import ticket
from tests.engine.examples import analysed_soundly, pasted_holds

TODAY = parse_instant("2026-11-26T10:00Z")
BASE = """\
priorities critical, low
statuses {
  working "Open"
  waiting "Waiting", "Vendor"
  resolved "Resolved"
}
field vip flag
field site text
person ann {
  email "ann@msp.example"
}
calendar office {
  zone Europe/Berlin
  open mon-fri 08:00-18:00
}
tier gold {
  calendar office
  target critical, low response within 1h
  target critical resolution within 4h
  target low resolution within 8h
  warn at 50%
}
"""
ACME = "customer acme {\n  zone Europe/Berlin\n  tier gold\n}\n"


def found(text: str, *, base: str = BASE, quiet: tuple[str, ...] = ("W0910",)) -> list[tuple[str, str, str]]:
    """What the analysis says but for quiet codes; all the examples hold."""
    answers = analysed_soundly(base + text, TODAY)
    return [(one.code, one.message, one.example) for one in answers if one.code not in quiet]


def test_a_plain_site_is_clean():
    assert found(ACME) == []


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        # a target that is only inherited where it is replaced is not dead, one that conditions cover is
        (("tier top {\n  like gold\n  target low resolution within 7h when vip\n  target low resolution within 6h when not vip\n}\n"
         "customer acme {\n  tier top\n}\ncustomer b {\n  tier gold\n}\n"), "", ""),
        (("tier top {\n  like gold\n  target low resolution within 7h when vip\n  target low resolution within 6h when not vip\n}\n"
         "customer acme {\n  tier top\n}\n"), "W0901", "this target never decides: where it could, tier top does"),
        # an override in a time without a tier
        (("customer acme {\n  tier gold from 2026-01-01 until 2027-01-01\n  override late from 2027-02-01 {\n"
         "    target low resolution within 1h\n  }\n}\n"), "W0901", "nothing is promised in its period"),
        # an override of a group that each member overrides
        (("group g {\n  tier gold\n  override all {\n    target critical, low resolution within 2h\n  }\n}\n"
         "customer acme {\n  group g\n  override own {\n    target low resolution within 1h\n  }\n}\n"),
         "W0901", "this target never decides for low: where it could, override own of customer acme does"),
        # by the classes of the declared statuses, which the check does not look at
        (("tier gold-2 {\n  like gold\n  target low resolution within 7h when status == \"Open\" and status is waiting\n}\n"
         "customer acme {\n  tier gold-2\n}\n"), "W0905", "the condition of this target never holds"),
        (("escalation l {\n  at breach of resolution notify ann via inbox when customer == nobody-1\n}\n"
         "customer nobody-1 {\n  tier gold\n}\n"
         "tier loud {\n  like gold\n  escalate via l\n}\ncustomer acme {\n  tier loud\n}\n"), "W0907", "no ticket of any customer"),
        ("customer acme {\n  tier gold until 2026-06-01\n  group g\n}\ngroup g {\n  tier gold from 2026-08-01\n}\n",
         "", ""),  # its own tier is dated, its group's begins later: a gap
        ("customer acme {\n  group g\n}\ngroup g {\n  zone Europe/Berlin\n}\n", "W0908", "nothing is ever promised to acme"),
    ],
)  # fmt: skip
def test_findings(text, code, words):
    answers = found(text)
    if not code:
        assert [one for one in answers if one[0] != "W0908"] == []
        return
    assert code in [one[0] for one in answers], answers
    assert any(words in one[1] for one in answers if one[0] == code), answers


def test_a_gap_between_the_tiers_of_a_customer_and_its_group():
    text = "customer acme {\n  tier gold until 2026-06-01\n  group g\n}\ngroup g {\n  tier gold from 2026-08-01\n}\n"
    ((code, message, example),) = found(text)
    assert (code, message) == ("W0908", "nothing is promised to acme from 2026-06-01 until 2026-08-01")
    assert "expect no resolution" in example


def test_what_the_check_finds_is_not_said_again():
    text = "tier never {\n  target low response within 1h on always when vip and not vip\n  target low response within 2h on always\n}\n"
    loaded = load_texts("sla.rules", {"sla.rules": BASE + text + "customer acme {\n  tier never\n}\n"})
    assert [one.code for one in loaded.diagnostics] == ["W0607"]
    codes = {one.code for one in analyse(loaded, Graph.compile(loaded), TODAY)}
    assert not codes & {"W0901", "W0905"}


def test_a_hollow_condition_is_said_once():
    for condition in ('status == "Open" and status is waiting', "vip or not vip"):
        text = f"tier c {{\n  like gold\n  target low resolution within 7h when {condition}\n}}\ncustomer acme {{\n  tier c\n}}\n"
        lines = [(code, example.count("decides resolution")) for code, _, example in found(text)]
        dead = [] if "waiting" in condition else [("W0901", 1)]
        assert sorted(lines) == sorted([*dead, ("W0905", 1)])


def test_a_list_that_a_contract_outlives():
    holidays = "holidays days {\n  day 2025-12-24\n  day 2026-12-24\n}\n"
    text = holidays + "calendar desk {\n  zone UTC\n  open mon-fri 08:00-18:00\n  holidays days\n}\n"
    tier = "tier desk-tier {\n  like gold\n  calendar desk\n}\n"
    assert found(f"{text}{tier}customer acme {{\n  tier desk-tier\n}}\n") == []
    assert found(f"{text}{tier}customer acme {{\n  tier desk-tier until 2027-01-01\n}}\n") == []
    ((code, message, example),) = found(
        f"{text}{tier}customer acme {{\n  tier desk-tier until 2027-06-01\n}}\n"
    )
    assert code == "W0909"
    assert message == "the holidays `days` end in 2026, and contracts that count them go on in 2027"
    assert "at 2027-01-01 00:00 opened" in example


def test_unused_declarations():
    text = """\
tier old {
  target low response within 1h on always
}
tier older {
  like old
}
pause parked {
  when vip
  stops resolution
}
group nobodys {
  tier old
}
holidays none {
  day 2026-12-24
}
calendar moon {
  zone UTC
  open mon 08:00-09:00
  holidays none
}
metric visit {
  start on opened
  stop on visited
}
team crew {
  lead ann
}
person bob {
  email "bob@msp.example"
}
"""
    names = [re.search(r"the (\S+ `\S+`)", message)[1] for _, message, _ in found(text + ACME, quiet=())]
    assert names == [
        "field `vip`",
        "field `site`",
        "tier `old`",
        "tier `older`",
        "pause `parked`",
        "group `nobodys`",
        "holidays `none`",
        "calendar `moon`",
        "metric `visit`",
        "team `crew`",
        "person `bob`",
    ]


def test_everybody_may_be_an_assignee():
    ladder = "escalation l {\n  at breach of resolution notify assignee via inbox skip if nobody\n}\n"
    tier = "tier loud {\n  like gold\n  escalate via l\n}\n"
    told = found(f"{ladder}{tier}customer acme {{\n  tier loud\n}}\n", quiet=())
    assert [message.split(" is not")[0] for _, message, _ in told] == ["the field `vip`", "the field `site`"]


def test_a_group_is_offered_once_for_many():
    lines = "  zone Europe/Berlin\n  calendar office\n  tier gold from 2026-01-01\n"
    text = "".join(f'customer c{n} {{\n  alias "C {n}"\n{lines}}}\n' for n in range(5))
    ((code, message, _),) = found(text)
    assert code == "W0911"
    assert message == "5 customers say the same in 3 lines: c0, c1, c2 and 2 more"
    assert found(text.replace("  zone Europe/Berlin\n", "")) == []


# ---------------------------------------------------------------- counter-examples

_LINE = re.compile(
    r'scenario "[^"\n]+" \{\n  zone (?P<zone>\S+)\n  ticket t1 customer (?P<customer>\S+|"[^"]*") priority (?P<priority>\S+)\n'
    r"  at (?P<at>\S+ \S+) opened(?: with (?P<fields>.*))?\n(?P<expect>(?:  expect .*\n)+)\}"
)
SOUND = (
    ("tier top {\n  like gold\n  target low resolution within 7h when vip\n  target low resolution within 6h when not vip\n}\n"
    "customer acme {\n  tier top\n}\n"),
    "customer acme {\n  tier gold\n  override peak from 2026-12-01 {\n    target low resolution within 9h when site == \"x\"\n  }\n}\n",
    ("customer acme {\n  tier gold\n  override peak from 2026-12-01 {\n    target low resolution within 3h on always\n"
    "    target low response within 2h on office\n  }\n}\n"),
    ("tier part {\n  target critical response within 1h on always\n  target low response within 1h on always when site == \"x\"\n}\n"
    "customer acme {\n  tier part\n}\n"),
    ("pause p {\n  when status is waiting and vip\n  stops resolution\n}\ntier paused {\n  like gold\n  pause by p\n}\n"
    "customer acme {\n  tier paused\n}\n"),
)  # fmt: skip


@pytest.mark.parametrize("text", SOUND)
def test_a_counter_example_is_true(text):
    """What its expectations say is what the engine says of that ticket."""
    loaded = load_texts("sla.rules", {"sla.rules": BASE + text})
    graph = Graph.compile(loaded)
    examples = [one.example for one in analyse(loaded, graph, TODAY) if one.code != "W0910"]
    assert examples
    for example in examples:
        told = _LINE.fullmatch(example)
        assert told, example
        at = parse_instant(told["at"], told["zone"])
        pairs = re.findall(r'(\S+) ("[^"]*"|\S+?)(?:, |$)', told["fields"] or "")
        values = {"true": True, "false": False}
        fields = {name: values.get(value, value.strip('"')) for name, value in pairs}
        data = {**fields, "customer": told["customer"].strip('"'), "priority": told["priority"]}
        opened = Event(Instant(at), "opened", data, "test", "1", 1)
        clocks = {clock.metric: clock for clock in clocks_of(opened, graph, at + 60)}
        for words in re.findall(r"  expect (.*)", told["expect"]):
            if words.startswith("no "):
                assert words[3:] not in clocks, example
            elif " due " in words:
                metric, when = words.split(" due ")
                due = None if when == "never" else parse_instant(when, told["zone"])
                assert clocks[metric].due == due, example
            else:
                who, metric = words.split(" decides ")
                decided = clocks[metric].promise.decided_by
                assert decided in (f"tier {who}", f"{who} of customer acme"), example


def clocks_of(opened: Event, graph: Graph, now: int):
    """The clocks of a ticket of which only its opening is known."""
    return evaluate(ticket(opened), graph, now).clocks


def test_counter_examples_can_be_pasted_together_and_hold():
    text = "tier half {\n  calendar office\n  target critical response within 1h\n}\n"
    text += (
        "customer acme {\n  tier half\n}\ncustomer globex {\n  tier more\n}\ntier more {\n  like half\n}\n"
    )
    examples = [example for code, _, example in found(text) if code == "W0902"]
    assert len(examples) > 1
    pasted_holds(BASE + text, examples)
    again = [example for code, _, example in found(text + "\n".join(examples) + "\n") if code == "W0902"]
    assert len({example.split('"')[1] for example in (*examples, *again)}) == 2 * len(examples)


# ---------------------------------------------------------------- credits

SERVICES = "service mail {\n}\nservice web {\n}\n"


def paid(lines: str, *, tier: str = "", customer: str = "", services: str = SERVICES) -> str:
    body = "".join(f"  {line}\n" for line in lines.split("; ") if line)
    own = "".join(f"  {line}\n" for line in customer.split("; ") if line)
    return (
        f"{services}credits c {{\n{body}}}\ntier paid {{\n  like gold\n  credits c\n{tier}}}\n"
        f"customer acme {{\n  zone America/New_York\n  tier paid from 2026-10-01\n{own}}}\n"
    )


UPTIME = "  uptime 99.5% per month on office\n"
RETAINER = "retainer EUR 2000.00 per month"


@pytest.mark.parametrize(
    ("text", "code", "words", "shown"),
    [
        # what is promised, and what the check says
        (paid("breach of resolution for low pays EUR 5 each"), "", "", ""),
        (paid("breach of update pays EUR 5 each"), "", "", ""),  # W1005 says so
        # a line that others leave nothing for, by name and by order
        (paid("breach of resolution pays EUR 5 each; breach of resolution for low, critical pays EUR 7 each"), "W0912", "other lines name every priority", "credits EUR 7.00 in 2026-11"),
        (paid("breach of resolution pays EUR 5 each; breach of resolution for low pays EUR 7 each"), "", "", ""),
        # a band above the promise
        (paid("uptime below 99.9% pays EUR 5", tier=UPTIME), "W0913", "99.5% per month on office is kept", "credits EUR 5.00 for customer acme in 2026-11"),
        (paid("uptime below 99.5% pays EUR 5", tier=UPTIME), "", "", ""),
        (paid("uptime below 99.9% pays EUR 5; uptime below 99.7% pays EUR 6", tier=UPTIME), "W0913", "is kept", "credits EUR 6.00"),
        (paid("uptime below 99.9% pays 5% of retainer", tier="  uptime 99.5% per 30d on always\n", customer=RETAINER + " from 2026-12-01"), "W0913", "per 30d on always", "credits EUR 100.00 for customer acme in 2026-12"),
        # caps
        (paid("breach of resolution pays EUR 5 each; cap EUR 4 per month"), "W0914", "a single line pays more", "credits EUR 4.00 in 2026-11"),
        (paid("breach of resolution pays EUR 5 each; cap EUR 5 per month"), "", "", ""),
        (paid("breach of resolution pays 5% of retainer each; cap EUR 5 per month", customer=RETAINER), "", "", ""),
        (paid("uptime below 99% pays EUR 5; uptime below 90% pays EUR 50; cap EUR 40 per month", tier=UPTIME), "W0914", "a single line pays more", "credits EUR 40.00 for"),
        (paid("uptime below 99% pays 10% of retainer; cap 30% of retainer per month", tier=UPTIME, customer=RETAINER), "W0914", "no month comes to more", "credits EUR 400.00 for"),
        (paid("uptime below 99% pays 10% of retainer; cap 15% of retainer per month", tier=UPTIME, customer=RETAINER), "", "", ""),
        (paid("uptime below 99% pays 10% of retainer; breach of resolution pays 1% of retainer each; cap 30% of retainer per month", tier=UPTIME, customer=RETAINER), "", "", ""),
        (paid("uptime below 99% pays EUR 5; cap EUR 5 per month", tier=UPTIME, services=""), "W0914", "no month comes to more", "credits EUR 5.00 for"),
        # retainers with an end, a gap, a late start; what is over is over
        (paid("breach of resolution pays 5% of retainer each", customer=RETAINER), "", "", ""),
        (paid("breach of resolution pays 5% of retainer each", customer=RETAINER + " until 2026-12-15"), "W0915", "acme has none in 2027-01", None),
        (paid("breach of resolution pays 5% of retainer each", customer=RETAINER + " from 2026-11-02"), "W0915", "acme has none in 2026-11", None),
        (paid("breach of resolution pays 5% of retainer each", customer=RETAINER + " from 2026-11-01"), "", "", ""),
        (paid("breach of resolution pays 5% of retainer each", customer=RETAINER + " until 2027-01-01; " + RETAINER + " from 2027-02-01"), "W0915", "acme has none in 2027-01", None),
        (paid("breach of resolution pays EUR 5 each", customer=RETAINER + " until 2026-12-15"), "", "", ""),
        (paid("breach of resolution pays EUR 5 each; cap 5% of retainer per month", customer=RETAINER + " until 2026-12-15"), "W0915", "in 2027-01", None),
    ],
)  # fmt: skip
def test_credits(text, code, words, shown):
    answers = [one for one in found(text) if one[0] >= "W0912"]
    if not code:
        assert answers == []
        return
    assert code in [one[0] for one in answers], answers
    assert any(words in message and (shown or "") in example for _, message, example in answers), answers


def test_a_priority_that_is_promised_nothing_earns_nothing():
    base = BASE.replace("  target low resolution within 8h\n", "")
    text = paid(
        "breach of resolution for critical, low pays EUR 5 each; breach of resolution pays EUR 7 each"
    )
    answers = [one for one in found(text, base=base) if one[0] == "W0912"]
    assert [message for _, message, _ in answers] == [
        "this is never paid for low: nothing promises resolution to low tickets of customers with these credits",
        "this is never paid: other lines name every priority",
    ]
    assert "expect no resolution" in answers[0][2]
    assert "expect credits EUR 5.00 in 2026-11" in answers[1][2]
    override = "  override low from 2026-12-01 {\n    target low resolution within 1h on always\n  }\n"
    less = text.replace("  tier paid from 2026-10-01\n", "  tier paid from 2026-10-01\n" + override)
    assert [message for code, message, _ in found(less, base=base) if code == "W0912"] == [answers[1][1]]


def test_credits_that_only_somebody_undeclared_could_get_are_left_alone():
    text = paid("uptime below 99.9% pays EUR 5", tier=UPTIME)
    text = text[: text.index("customer acme")] + "default tier paid\n"
    assert [one for one in found(text) if one[0] >= "W0912"] == []


def test_a_list_that_a_contract_outlives_by_far_is_shown_on_the_day_that_is_missed():
    text = "holidays days {\n  day 2026-12-24\n}\ncalendar desk {\n  zone UTC\n  open mon-fri 08:00-18:00\n  holidays days\n}\n"
    text += "tier desk-tier {\n  like gold\n  calendar desk\n}\ncustomer acme {\n  tier desk-tier until 2099-12-31\n}\n"
    ((code, message, example),) = found(text)
    assert code == "W0909" and message.endswith("end in 2026, and contracts that count them go on in 2099")
    assert "at 2027-12-24 00:00 opened" in example


def test_the_lines_of_a_group_are_offered_with_their_periods():
    lines = "  zone Europe/Berlin\n  calendar office\n  tier gold from 2026-01-01 until 2031-01-01\n"
    text = "".join(f'customer c{n} {{\n  alias "C {n}"\n{lines}}}\n' for n in range(3))
    loaded = load_texts("sla.rules", {"sla.rules": BASE + text})
    (one,) = (each for each in analyse(loaded, Graph.compile(loaded), TODAY) if each.code == "W0911")
    assert "tier gold from 2026-01-01 until 2031-01-01" in one.notes[0]
