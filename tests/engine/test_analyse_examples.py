"""Every finding of the analysis has a counter-example that can be pasted and holds: what each shows, and that none is missing on pages,
shipped sites that lack something, and random sites."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from dsl.codes import pages
from dsl.cut import cut
from dsl.load import load, load_texts
from engine.wall import parse_instant
from tests.dsl.rule_layouts import neat
from tests.dsl.rule_texts import sites
from tests.dsl.test_codes import BASE
from tests.engine.examples import analysed_soundly
from tests.engine.test_analyse import BASE as RULES
from tui.findings.human import human

PROJECT = Path(__file__).resolve().parents[2]
TODAY = parse_instant("2026-11-26T10:00Z")
SHIPPED = [
    PROJECT / "sla.rules",
    PROJECT / "rules" / "starter" / "sla.rules",
    *sorted((PROJECT / "rules" / "examples").glob("*.rules")),
]
LEAST = 3
"""Sites that must be sound with something left out, so that the tests show anything."""


ACME = "customer acme {\n  zone Europe/Berlin\n  tier gold\n}\n"
LADDER = """\
escalation l {
  at breach of resolution for critical notify ann via inbox
  at breach of resolution notify ann via inbox when customer == globex
}
tier loud {
  like gold
  escalate via l
}
customer acme {
  tier loud
}
customer globex {
  tier gold
}
"""
BANDS = """\
credits c {
  uptime below 99% pays EUR 5
  uptime below 95% pays EUR 9
}
tier paid {
  like gold
  credits c
}
customer acme {
  tier paid
}
"""
SHARES = """\
credits c {
  breach of resolution for critical, low pays 5% of retainer each
  breach of resolution pays 6% of retainer each
}
tier paid {
  like gold
  credits c
}
customer acme {
  tier paid
  retainer EUR 2000.00 per month from 2050-01-01
}
"""
ALIKE = "".join(
    f'customer c{n} {{\n  alias "C {n}"\n  zone UTC\n  calendar office\n  tier gold from 2026-01-01\n}}\n'
    for n in range(4)
)


def unused(text: str) -> str:
    return ACME + text


@pytest.mark.parametrize(
    ("text", "message", "shown"),
    [
        # a step whose words another one says too: a ticket for which neither is taken
        (LADDER, "no ticket of any customer reaches", ["customer globex priority critical", "expect breach of resolution notify ann via inbox never"]),
        # overrides where there is nothing to override
        ("customer acme {\n  tier gold until 2027-01-01\n  override late from 2027-02-01 {\n    target low resolution within 1h when vip\n  }\n}\n",
         "nothing is promised in its period", ["at 2027-02-01 00:00 opened with vip true", "expect no resolution"]),
        ("group g {\n  override x {\n    target low resolution within 1h\n  }\n}\ncustomer acme {\n  group g\n}\n",
         "nothing is promised in its period", ["ticket t1 customer acme priority low", "expect no resolution"]),
        # a case that no field brings about: what happens to the ticket does
        (("tier t {\n  like gold\n  target low response within 30m when status is cancelled\n}\n"
          "customer acme {\n  tier t\n  override x {\n    target low response within 10m when status is cancelled\n  }\n}\n"),
         "this target never decides: where it could", ["at 2026-11-26 10:01 cancelled"]),
        # the hour that comes twice
        ("tier t {\n  target low response within 1h on always\n}\ncustomer acme {\n  zone Europe/Berlin\n  tier t\n  override x from 2026-10-25 until 2026-10-26 {\n    target low response within 3h30m on always\n  }\n}\n",
         "this override promises low tickets less", ["zone UTC", "at 2026-10-24 22:00 opened", "expect response due 2026-10-25 01:30"]),
        # conditions, of each kind
        ("pause p {\n  when vip or not vip\n  stops resolution\n  limit 1h\n}\ntier t {\n  like gold\n  pause by p\n}\ncustomer acme {\n  tier t\n}\n",
         "the condition of this pause holds", ["expect resolution paused by p", "expect resolution due 2026-11-26 15:00"]),
        ('pause p {\n  when status == "Open" and status is waiting\n  stops resolution\n  limit 1h\n}\ntier t {\n  like gold\n  pause by p\n}\ncustomer acme {\n  tier t\n}\n',
         "the condition of this pause never", ['opened with status "Open"', "expect resolution running"]),
        (('escalation l {\n  at 75% of response notify ann via inbox\n  at breach of response notify ann via inbox when vip or not vip\n  stop when status == "Open" and status is waiting\n}\n'
         "tier t {\n  like gold\n  escalate via l\n}\ncustomer acme {\n  tier t\n}\n"),
         "the condition of this ladder's stop never", ["expect 75% of response notify ann via inbox at 2026-11-26 10:45"]),
        (('escalation l {\n  at 75% of response notify ann via inbox\n  at breach of response notify ann via inbox when vip or not vip\n}\n'
         "tier t {\n  like gold\n  escalate via l\n}\ncustomer acme {\n  tier t\n}\n"),
         "the condition of this step holds", ["expect breach of response notify ann via inbox at 2026-11-26 11:00"]),
        # a pause that only an event leads into
        ("pause p {\n  when status is closed\n  stops resolution\n}\ntier t {\n  like gold\n  pause by p\n}\ncustomer acme {\n  tier t\n}\n",
         "the pause `p` has no limit", ["at 2026-11-26 10:01 closed", "expect resolution due"]),
        # money
        (BANDS, "no tier with these credits promises uptime", ["outage from 2026-11-01 00:00 until 2026-12-01 00:00", "expect no credits for customer acme in 2026-11"]),
        (SHARES, "never paid: other lines name every priority", ["expect no retainer for customer acme in 2026-11"]),
        (SHARES.replace("from 2050-01-01", "until 2026-12-15"), "acme has none in 2027-01",
         ["expect retainer EUR 2000.00 for customer acme in 2026-12", "expect no retainer for customer acme in 2027-01"]),
        # the same text
        (ALIKE, "4 customers say the same", [f"ticket t{n} customer c{n - 1} priority critical\n  at 2026-11-26 10:00 opened\n  expect gold decides response\n  expect response due 2026-11-26 11:00" for n in (1, 2, 3)]),
        # what is not used
        (unused("tier old {\n  target low resolution within 1h on always\n}\n"), "the tier `old`", ["expect gold decides resolution"]),
        (unused("group g {\n  override x {\n    target low resolution within 1h\n  }\n}\n"), "the group `g`", ["priority low", "expect gold decides resolution"]),
        (unused("pause p {\n  when vip\n  stops resolution\n  limit 1h\n}\n"), "the pause `p`", ["opened with vip true", "expect resolution running"]),
        (unused("pause p {\n  when customer == acme and priority == low\n  stops resolution\n  limit 1h\n}\n"), "the pause `p`", ["customer acme priority low", "expect resolution running"]),
        (unused("calendar moon {\n  zone Europe/Berlin\n  open thu 10:00-17:00\n}\n"), "the calendar `moon`", ["at 2026-11-26 17:00 opened", "expect response due 2026-11-26 18:00"]),
        (unused("holidays none {\n  yearly 12-24\n}\n"), "the holidays `none`", ["at 2026-12-24 10:00 opened", "expect response due 2026-12-24 11:00"]),
        (unused("holidays none {\n  day 2020-12-24\n}\n"), "the holidays `none`", ["at 2020-12-24 10:00 opened"]),
        (unused("metric visit {\n  start on seen\n  stop on visited\n}\n"), "the metric `visit`", ["at 2026-11-26 11:01 seen", "expect no visit"]),
        (unused("metric visit {\n  start on changed\n  stop on visited\n}\n"), "the metric `visit`", ["opened\n  expect no visit"]),
        (unused("credits c {\n  breach of resolution pays EUR 5 each\n}\n"), "the credits `c`", ["ticket t1 customer acme", "expect no credits in 2026-11"]),
        (unused("credits c {\n  uptime below 99% pays EUR 5\n}\n"), "the credits `c`", ["outage from 2026-11-01", "expect no credits for customer acme in 2026-11"]),
        (unused("maintenance m {\n  window sun 02:00-03:00 zone Europe/Berlin\n  excludes uptime\n}\n"), "the maintenance `m`",
         ["maintenance m announced 2026-11-28 02:00", "outage from 2026-11-29 02:00 until 2026-11-29 03:00", "expect no credits for customer acme in 2026-11"]),
        (unused("field rack text\n"), "the field `rack`", ["opened\n  expect gold decides response", 'opened with rack "anything"\n  expect gold decides response']),
        (unused("field rack number\n"), "the field `rack`", ["opened with rack 1\n"]),
        (unused("team crew {\n  lead ann\n}\n"), "the team `crew`", ["expect nothing until 2026-11-26 11:30"]),
        (LADDER + 'person bob {\n  email "bob@msp.example"\n}\n', "the person `bob`", ["expect breach of resolution notify ann via inbox at"]),
        # nobody to show it by
        ("credits c {\n  uptime below 99% pays EUR 5\n}\n", "the credits `c`", ['customer "somebody who is not declared"', "expect no response"]),
        ("maintenance m {\n  window 2020-02-02 02:00-03:00 zone UTC\n  excludes uptime\n}\n", "the maintenance `m`", ["expect no response"]),
    ],
)  # fmt: skip
def test_what_an_example_shows(text: str, message: str, shown: list[str]) -> None:
    found = [one for one in analysed_soundly(RULES + text, TODAY) if message in one.message]
    assert found
    assert any(all(line in one.example for line in shown) for one in found), found


@pytest.mark.parametrize("text", [
    'person ann {\n  email "ann@msp.example"\n}\n',
    "customer acme {\n  zone Europe/Berlin\n}\n",
    'field t text\npause p {\n  when t matches "a\\\\tb" and status is waiting\n  stops update\n}\n',
    "calendar c {\n  zone UTC\n  open mon-sun 00:00-24:00\n}\nholidays h {\n  day 2999-01-01\n}\nmetric m {\n  start on flagged\n  stop on resolved\n}\n",
    "metric warning {\n  start on opened\n  stop on seen\n}\npriorities high\ntier breach {\n  target high warning within 1h on always\n}\ntier x {\n  like breach\n}\ndefault tier breach\n",
])  # fmt: skip
def test_sites_that_lack_nearly_everything(text: str) -> None:
    assert analysed_soundly(text, TODAY)


def test_more_cases_than_are_looked_at() -> None:
    fields = "".join(f"field f{n} number\n" for n in range(8))
    many = " and ".join(f"f{n} > 3" for n in range(8))
    text = (
        f"priorities high\n{fields}tier t {{\n  target high response within 1h on always when {many}\n"
        "  target high response within 3h on always\n  target high resolution within 2h on always\n  pause by p\n}\n"
        f"pause p {{\n  when {many}\n  stops response\n}}\ncustomer acme {{\n  tier t\n  override o {{\n"
        "    target high response within 5h on always\n  }\n}\n"
    )
    codes = {one.code for one in analysed_soundly(text, TODAY)}
    assert {"W0901", "W0906"} <= codes


@pytest.mark.parametrize(
    "period", ["until 1900-01-10", "from 2199-12-31", "from 2198-11-15", "from 1900-01-01 until 1900-03-01"]
)
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def test_months_at_the_ends_of_the_years(period: str, zone: str) -> None:
    text = SHARES.replace("  tier paid\n", f"  zone {zone}\n  tier paid {period}\n")
    for paid in ("from 2050-01-01", "until 2199-12-31", "until 1900-02-01"):
        analysed_soundly(
            RULES
            + BANDS.replace("acme", "globex")
            .replace(" c ", " d ")
            .replace("credits c", "credits d")
            .replace("paid", "owed")
            + text.replace("from 2050-01-01", paid),
            TODAY,
        )


@pytest.mark.parametrize("code", [page.code for page in pages().values() if page.command == "analyse"])
def test_what_the_pages_show_can_be_pasted(code: str) -> None:
    found = analysed_soundly(BASE + pages()[code].wrong + "\n", TODAY)
    assert code in {one.code for one in found}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sites(), st.sampled_from(["2026-03-02", "2026-10-25", "2026-11-26", "2027-06-30", "2031-01-01"]))
def test_any_site(site: object, day: str) -> None:
    text = neat(site)
    assume(load_texts("sla.rules", {"sla.rules": text}).ruleset is not None)
    analysed_soundly(text, parse_instant(f"{day}T00:30Z"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(PROJECT)))
def test_a_shipped_site_that_lacks_something(path: Path) -> None:
    """Declarations and lines are left out at random; whatever is sound then is analysed."""
    source = random.Random(path.name)
    files = load(path).files
    whole = one_text(files)
    files = {Path(name).name: text for name, text in files.items() if not name.endswith(".rules")}
    codes: set[str] = set()
    sound = 0
    for _ in range(40):
        text = without(source, whole)
        if load_texts("sla.rules", {**files, "sla.rules": text}).ruleset is not None:
            sound += 1
            codes |= {one.code for one in analysed_soundly(text, TODAY, files)}
        if sound >= 5:
            break
    assert sound >= LEAST
    assert codes


def one_text(files: Mapping[str, str]) -> str:
    """The rules of a site as one file, without its tests."""
    texts = [text for name, text in files.items() if name.endswith(".rules")]
    chunks = [chunk for text in texts for chunk in cut(text).texts]
    return "\n\n".join(
        chunk for chunk in chunks if chunk.split()[0] not in ("scenario", "check", "include", "language")
    )


def without(source: random.Random, text: str) -> str:
    """The text without a declaration, or without a few of its lines."""
    chunks = list(cut(text).texts)
    if source.random() < 0.5:
        del chunks[source.randrange(len(chunks))]
        return "\n\n".join(chunks) + "\n"
    lines = text.split("\n")
    inner = [
        number
        for number, line in enumerate(lines)
        if line.startswith("  ") and "{" not in line and "}" not in line
    ]
    gone = set(source.sample(inner, source.randint(1, 3)))
    return "\n".join(line for number, line in enumerate(lines) if number not in gone) + "\n"


CLIMBED = """\
escalation l {
  at breach of resolution notify ann via inbox
  at breach of response notify ann via inbox
}
tier loud {
  like gold
  escalate via l
}
customer acme {
  tier loud
}
"""
NEVER = 'when status == "Open" and status is waiting\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (CLIMBED.replace("via inbox\n", f"via inbox {NEVER}"), ["W0905", "W0905"]),
        (CLIMBED.replace("}\ntier", "  stop when vip or not vip\n}\ntier"), ["W0905"]),
        (LADDER, ["W0907"]),
        (CLIMBED.replace("response notify ann via inbox", "response notify ann via inbox when vip or not vip").replace("}\ntier", "  stop when customer == acme and site == \"x\"\n}\ntier"), ["W0905"]),
    ],
)  # fmt: skip
def test_what_a_condition_says_of_a_step_is_said_once(text: str, told: list[str]) -> None:
    found = [one for one in analysed_soundly(RULES + text, TODAY) if one.code != "W0910"]
    assert [one.code for one in found] == told
    assert len({one.example for one in found}) == len(found)


def test_what_shows_two_findings_is_one_scenario() -> None:
    lines = "".join(
        f'  target critical resolution within {hours}h when status == "Open" and status is {kind}\n'
        for hours, kind in ((1, "waiting"), (3, "closed"))
    )
    text = RULES + CLIMBED.replace("like gold\n", f"like gold\n{lines}")
    one, other = (one for one in analysed_soundly(text, TODAY) if one.code != "W0910")
    assert one.example == other.example
    printed = human([one, other], {"sla.rules": text}, color=False)
    assert printed.count("ticket t1 customer acme") == 1
    assert printed.count('= note: scenario "a condition that never holds" above shows it') == 1
