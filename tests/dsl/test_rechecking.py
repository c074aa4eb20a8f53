"""After any edit a loader that knows what was there answers what one that knows nothing does, and looks again at nobody whom the edit does not concern."""

from __future__ import annotations

import random

import pytest

from dsl.checks import site as checks
from dsl.include import Texts
from dsl.load import Loader, load_texts

SHARED = {
    "language": "language 1\n",
    "priorities": "priorities critical, high, normal\n",
    "statuses": 'statuses {\n  working "Open"\n  waiting "Waiting"\n  closed "Closed"\n}\n',
    "field": "field vip flag\n",
    "ann": 'person ann "Ann" {\n  email "ann@msp.example"\n}\n',
    "bob": 'person bob "Bob" {\n}\n',
    "team": "team noc {\n  lead ann\n}\n",
    "office": "calendar office {\n  zone Europe/Berlin\n  open mon-fri 08:00-18:00\n}\n",
    "night": "calendar night {\n  zone Europe/Berlin\n  open mon-sun 20:00-06:00\n}\n",
    "gold": (
        "tier gold {\n  calendar office\n  target critical, high response within 1h\n  target normal resolution within 3bd\n"
        "  escalate via ladder\n  credits money\n}\n"
    ),
    "silver": "tier silver {\n  like gold\n  target normal response within 4h on always\n}\n",
    "standard": "tier standard {\n  target critical response within 2h on always\n}\n",
    "default": "default tier standard\n",
    "ladder": "escalation ladder {\n  at breach of response notify account-manager via inbox, email\n}\n",
    "money": "credits money {\n  breach of response pays 5% of retainer each\n}\n",
    "retail": "group retail {\n  tier gold\n  calendar office\n  retainer EUR 100.00 per month\n}\n",
}

EDITS = {
    "priorities": [(", normal", ""), ("normal", "normal, low")],
    "statuses": [('"Waiting"', '"Pending"'), ("closed", "resolved")],
    "field": [("flag", "text"), ("vip", "very-important")],
    "ann": [('  email "ann@msp.example"\n', ""), ("ann ", "ann-marie ")],
    "office": [("08:00", "07:00"), ("office", "offices")],
    "gold": [
        ("1h", "2h"),
        ("  calendar office\n", ""),
        ("  escalate via ladder\n", ""),
        ("  credits money\n", ""),
        ("3bd", "3d"),
        ("gold", "golden"),
        ("within 1h", "within"),
        ("}\n", "  target high resolution within 9bd\n}\n"),
    ],
    "silver": [("like gold", "like silver"), ("like gold", "like standard"), ("always", "night")],
    "standard": [(" on always", ""), ("response", "workaround")],
    "default": [("standard", "silver"), ("standard", "nothing"), ("default tier standard\n", "")],
    "ladder": [
        ("account-manager", "lead of noc"),
        (", email", ""),
        ("inbox", "skip if nobody"),
        ("response", "update"),
    ],
    "money": [("5% of retainer", "USD 5.00"), ("money", "coins"), ("response", "resolution")],
    "retail": [("EUR", "USD"), ("  tier gold\n", ""), ("  calendar office\n", ""), ("retail", "shops")],
}

LINES = [
    "  zone Europe/Berlin\n",
    "  group retail\n",
    "  calendar night\n",
    "  tier gold\n",
    "  tier silver from 2026-01-01\n",
    "  tier standard\n",
    "  account-manager ann\n",
    "  account-manager bob\n",
    "  retainer EUR 10.00 per month\n",
    "  retainer USD 10.00 per month\n",
    '  alias "Acme", "Shared*"\n',
    "  override peak {\n    target critical response within 2bd when vip\n  }\n",
    '  override more {\n    calendar office\n    target high response within 1h when customer == "c1" or status is waiting\n  }\n',
]
FAULTS = ["  tier gild\n", "  group\n", "  tier gold\n  tier silver\n"]


def customer(name, dice):
    lines = dice.sample(LINES, dice.randrange(6))
    lines += dice.sample(FAULTS, dice.random() < 0.05)
    return f'customer {name} "The {name}" {{\n{"".join(lines)}}}\n'


def files(shared, customers):
    half = len(customers) // 2
    return {
        "sla.rules": 'include "*.part"\n' + "\n".join(shared),
        "a.part": "\n".join(customers[:half]),
        "b.part": "\n".join(customers[half:]),
    }


def test_a_loader_that_remembers_answers_what_a_fresh_one_does():
    """Random edits of everything, customers added, renamed, moved and deleted among them, each against a fresh load."""
    told = set()
    for seed in range(3):
        for step, again, afresh in edits(random.Random(seed)):
            assert again == afresh, (seed, step)
            told |= {one.code for one in again.diagnostics}
            if again.ruleset and afresh.ruleset:
                assert list(again.ruleset.customers) == list(afresh.ruleset.customers)
    of_customers = {"E0301", "E0302", "E0304", "E0502", "E0503", "E0602", "E0708", "W0711", "E1003", "E1004"}
    assert told >= of_customers, of_customers - told


def edits(dice):
    """What a loader that stays, and a new one, make of a site after each edit."""
    shared = dict(SHARED)
    named = {f"c{number}": customer(f"c{number}", dice) for number in range(12)}
    loader = Loader()
    for step in range(80):
        name = dice.choice(list(named))
        match dice.randrange(8):
            case 0:
                named[f"n{step}"] = customer(f"n{step}", dice)
            case 1 if len(named) > 6:
                del named[name]
            case 2:
                new = dice.choice([f"r{step}", *named])
                named[name] = named[name].replace(f"customer {name} ", f"customer {new} ")
            case 3:
                named[name] = named.pop(name)
            case 4:
                named[name] = customer(name, dice)
            case _:
                edited = [what for what in SHARED if shared[what] != SHARED[what]]
                what = dice.choice(edited if len(edited) > 1 else list(EDITS))
                before, after = dice.choice(EDITS[what])
                shared[what] = SHARED[what] if what in edited else SHARED[what].replace(before, after)
        texts = files(shared.values(), list(named.values()))
        yield step, loader.load_from(Texts(texts), "sla.rules"), load_texts("sla.rules", texts)


@pytest.fixture
def looked_at(monkeypatch):
    """The names of customers that are checked."""
    names = []
    check = checks.Checked.check
    monkeypatch.setattr(
        checks.Checked,
        "check",
        lambda self, declared: (names.append(declared.unit.name), check(self, declared))[1],
    )
    return names


def plain(name, *lines):
    return f"customer {name} {{\n" + "".join(f"  {line}\n" for line in lines) + "}\n"


PLAIN = [
    plain("a", "tier gold", "account-manager ann", "retainer EUR 1.00 per month"),
    plain("b", "group retail", "account-manager ann"),
    plain("c", "tier standard", "calendar night"),
    plain("d"),
]


@pytest.mark.parametrize(
    ("what", "before", "after", "concerned"),
    [
        ("gold", "within 1h", "within 2h", ""),
        ("gold", "critical, high", "critical", ""),
        ("gold", "  calendar office\n", "", "a"),
        ("office", "08:00", "07:00", ""),
        ("statuses", '"Waiting"', '"Waiting", "Pending"', ""),
        ("priorities", "normal", "normal, low", ""),
        ("ladder", "at breach", "at 50%", ""),
        ("ann", '  email "ann@msp.example"\n', "", "ab"),
        ("money", "5%", "50%", ""),
        ("money", "5% of retainer", "USD 5.00", "ab"),
        ("retail", "EUR", "USD", ""),
        ("retail", "retail {", "shops {", "b"),
        ("default", "standard", "gold", "d"),
        ("standard", "  target", "  target high update every 1h on always\n  target", ""),
    ],
)
def test_only_whom_an_edit_concerns_is_looked_at_again(looked_at, what, before, after, concerned):
    """Customers of a tier, a group or a ladder depend on little of it: whether there is a calendar, not what the hours are."""
    loader = Loader()
    loader.load_from(Texts(files(SHARED.values(), PLAIN)), "sla.rules")
    assert looked_at == ["a", "b", "c", "d"]
    looked_at.clear()
    changed = SHARED | {what: SHARED[what].replace(before, after)}
    assert changed != SHARED
    texts = files(changed.values(), PLAIN)
    again = loader.load_from(Texts(texts), "sla.rules")
    assert "".join(looked_at) == concerned
    assert again == load_texts("sla.rules", texts)


def test_a_customer_that_comes_or_goes_or_is_renamed_concerns_nobody_else(looked_at):
    loader = Loader()
    loader.load_from(Texts(files(SHARED.values(), PLAIN)), "sla.rules")
    for customers, concerned in (
        ([*PLAIN, plain("e", "tier gold", "account-manager ann")], "e"),
        (PLAIN, ""),
        ([PLAIN[0].replace("customer a", "customer z"), *PLAIN[1:]], "z"),
        ([*PLAIN[1:], PLAIN[0]], "a"),
    ):
        looked_at.clear()
        again = loader.load_from(Texts(files(SHARED.values(), customers)), "sla.rules")
        assert "".join(looked_at) == concerned
        assert again == load_texts("sla.rules", files(SHARED.values(), customers))


def test_a_value_of_a_condition_that_is_declared_no_more(looked_at):
    text = plain(
        "e", "override o {", '  target critical response within 1h on always when customer == "d"', "}"
    )
    loader = Loader()
    assert loader.load_from(Texts(files(SHARED.values(), [*PLAIN, text])), "sla.rules").ruleset
    looked_at.clear()
    again = loader.load_from(Texts(files(SHARED.values(), [*PLAIN[:3], text])), "sla.rules")
    assert looked_at == ["e"]
    assert [one.code for one in again.diagnostics] == ["E0602"]
