"""Reports in the rules: what is read, what the lines mean, and what is refused where."""

from __future__ import annotations

import pytest

from dsl.ladder import Recipient, Role
from dsl.load import load_texts
from dsl.report import Schedule, Unit

SITE = """language 1
priorities high
person chief "Chief" {
  email "chief@msp.example"
}
person silent "Silent" {
}
team noc {
  lead chief
}
group retail "Retail" {
}
customer acme "Acme" {
}
"""
LINES = {
    "every": "every month on day 1 at 06:00 zone Europe/Berlin",
    "for": "for group retail",
    "format": "format pdf, csv",
    "share": "share portal",
}


def loaded(*more: str, **other: str):
    lines = [line for line in (LINES | other).values() if line]
    body = "\n".join(f"  {line}" for line in (*lines, *more))
    return load_texts("sla.rules", {"sla.rules": f'{SITE}report monthly "M" {{\n{body}\n}}\n'})


def found(*more: str, **other: str):
    return [
        (one.code, one.span.line - SITE.count("\n") - 1)
        for one in loaded(*more, **other).diagnostics
        if str(one.code)[0] == "E"
    ]


def test_what_it_says():
    site = loaded(
        "show credits, compliance", "share mail to account-manager, lead of noc, noc, chief"
    ).ruleset
    report = site.reports["monthly"]
    assert report.schedule == Schedule(Unit.MONTH, 1, 6 * 3600, "Europe/Berlin")
    assert (report.groups, report.customers, report.portal) == (("retail",), (), True)
    assert (report.show, report.formats) == (("compliance", "credits"), ("pdf", "csv"))
    assert report.mail == (
        Recipient(Role.ACCOUNT_MANAGER), Recipient(Role.LEAD, "noc"), Recipient(Role.TEAM, "noc"), Recipient(Role.PERSON, "chief"),
    )  # fmt: skip
    assert [one.words for one in report.mail] == ["account-manager", "lead of noc", "noc", "chief"]


def test_without_a_line_it_shows_everything_and_everybody_is_everybody():
    report = loaded(**{"for": "for everybody"}).ruleset.reports["monthly"]
    assert report.show == ("compliance", "breaches", "uptime", "credits")
    assert report.customers == report.groups == ()


@pytest.mark.parametrize(
    ("line", "schedule"),
    [
        ("every week on fri at 18:30 zone UTC", Schedule(Unit.WEEK, 4, 18 * 3600 + 1800, "UTC")),
        ("every quarter on day 31 at 00:00 zone UTC", Schedule(Unit.QUARTER, 31, 0, "UTC")),
    ],
)
def test_schedules(line, schedule):
    assert loaded(every=line).ruleset.reports["monthly"].schedule == schedule


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"every": ""}, "E0305"),
        ({"for": ""}, "E0305"),
        ({"format": ""}, "E0305"),
        ({"share": ""}, "E0305"),
        ({"every": "every month on day 32 at 06:00 zone UTC"}, "E0219"),
        ({"every": "every month on day 1 at 24:30 zone UTC"}, "E0219"),
        ({"every": "every month on day 1 at 06:00 zone Europe/Berlim"}, "E0403"),
        ({"every": "every week on mon-fri at 06:00 zone UTC"}, "E1201"),
        ({"format": "format pdg"}, "E1201"),
        ({"share": "share mail to assignee"}, "E1203"),
        ({"share": "share mail to nobody-known"}, "E0301"),
        ({"share": "share mail to silent"}, "E0708"),
        ({"for": "for group retial"}, "E0301"),
        ({"for": "for everybody\n  for customer acme"}, "E1202"),
        ({"every": f"{LINES['every']}\n  every week on mon at 06:00 zone UTC"}, "E0303"),
    ],
)
def test_what_is_refused(more, code):
    assert [one for one, _ in found(**more)] == [code]


def test_words_of_it_stay_names():
    names = ("week", "quarter", "everybody", "portal", "mail", "show", "format", "share")
    texts = "".join(f'person {name} "P" {{\n  email "p@msp.example"\n}}\n' for name in names)
    assert not [
        one
        for one in load_texts("sla.rules", {"sla.rules": SITE + texts}).diagnostics
        if str(one.code)[0] == "E"
    ]


def test_what_it_names_is_found_by_editors():
    from dsl.cut import cut
    from dsl.mentions import mentions
    from dsl.parse import parse

    body = "\n".join(
        f"  {line}" for line in (*LINES.values(), "show uptime, credits", "share mail to chief, lead of noc")
    )
    [piece] = cut(f"report monthly {{\n{body}\n}}\n").texts
    told = {(one.kind, one.name) for one in mentions(parse(piece))}
    assert told == {
        *(("report", "monthly"), ("group", "retail"), ("recipient", "chief"), ("team", "noc")),
        *(("show", "uptime"), ("show", "credits"), ("format", "pdf"), ("format", "csv")),
    }
