from __future__ import annotations

import os
import random
from datetime import date

import pytest

from dsl.condition import AllOf, Compare, Comparison, Matches, Not, OneOf, StatusClass
from dsl.errors import SlaError
from dsl.include import Texts
from dsl.load import Loader, load, load_texts
from dsl.model import BusinessDays, Period, Reopen, Seconds, TimeRange

BASE = """\
priorities critical, high, normal, low
field vip flag
field site text
person ann {
  email "ann@msp.example"
}
calendar office {
  zone Europe/Berlin
  open mon-fri 08:00-18:00
}
tier standard {
  calendar office
  target critical, high response within 1h on always
}
"""


def rules(text, **files):
    loaded = load_texts("sla.rules", {"sla.rules": BASE + text, **files})
    assert loaded.diagnostics == ()
    return loaded


# ---------------------------------------------------------------- the model


def test_like_copies_and_a_later_fact_replaces_the_same_fact():
    loaded = rules(
        """
pause wait {
  when status is waiting
  stops resolution
}
tier gold "Gold" {
  like standard
  target high response within 30m on always
  target high response within 10m on always when vip
  warn at 90%, 50.5%
  pause by wait
  reopen restarts
}
tier platinum {
  target critical response   within 5m   on always # fast
  like gold
}
"""
    )
    gold, platinum = loaded.ruleset.tiers["gold"], loaded.ruleset.tiers["platinum"]
    assert [(one.priorities, one.amount, one.when) for one in gold.targets] == [
        (("critical",), Seconds(3600), None),
        (("high",), Seconds(1800), None),
        (("high",), Seconds(600), Compare("vip", Comparison.EQ, True)),
    ]
    assert (gold.warn, gold.pauses, gold.reopen, gold.calendar) == (
        (5050, 9000),
        ("wait",),
        Reopen.RESTARTS,
        "office",
    )
    assert (platinum.warn, platinum.pauses, platinum.reopen) == (gold.warn, gold.pauses, gold.reopen)
    assert platinum.targets[-1].priorities == ("critical",)
    inherited = platinum.targets[0]
    assert str(loaded.locate(inherited.origin)).endswith(":22:3")
    assert inherited.rule == "target high response within 30m on always"


def test_the_rule_of_a_target_is_its_line_without_comments():
    loaded = load_texts(
        "sla.rules",
        {
            "sla.rules": BASE
            + 'tier t {\n  target high,  # and\n    low response within 90s on always when site == "a  # b"\n}\n'
        },
    )
    target = loaded.ruleset.tiers["t"].targets[0]
    assert target.rule == 'target high, low response within 90s on always when site == "a  # b"'
    assert loaded.locate(target.origin).line == BASE.count("\n") + 2


@pytest.mark.parametrize(
    "condition",
    [
        'site in ["net", "Print Room"]',
        'not (vip or site == "lab")',
        '((vip) or (site in ["a", "b"])) and (not (status is waiting))',
        '(site matches "a[)]")',
        "vip",
    ],
)
def test_the_rule_of_a_target_has_its_last_bracket(condition):
    line = f"target high response within 90s on always when {condition}"
    loaded = rules(f"tier t {{\n  {line}  # why ( [ ) ]\n}}\n")
    target = loaded.ruleset.tiers["t"].targets[0]
    assert target.rule == line
    assert loaded.locate(target.origin).end_column == len(line) + 3


def test_a_calendar_by_all_its_lines():
    ics = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\n"
        "DTSTART;VALUE=DATE:20261224\r\nSUMMARY:Closed\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    loaded = rules(
        """
holidays all "All kinds" {
  country DE subdivision BE
  day 2026-11-27 "Day after"
  yearly 12-24
  easter -2 "Good Friday"
  file "x.ics"
  observed no
}
calendar c "C" {
  zone US/Eastern
  open mon-thu 09:00-12:00, 11:00-13:00
  open sat 22:00-02:00
  open sun-mon 20:00-24:00
  holidays all
  closed 2026-12-24 12:00-24:00 "Early"
  closed 2026-12-25
  open 2026-12-31 09:00-12:00 "Year end"
}
""",
        **{"x.ics": ics},
    )
    calendar = loaded.ruleset.calendars["c"]
    assert calendar.weekly[0] == (TimeRange(540, 780), TimeRange(1200, 1440))
    assert calendar.weekly[5] == (TimeRange(1320, 1560),)
    assert calendar.weekly[4] == ()
    assert [(one.day, one.range) for one in calendar.closed_dates] == [
        (date(2026, 12, 24), TimeRange(720, 1440)),
        (date(2026, 12, 25), None),
    ]
    assert calendar.open_dates[0].title == "Year end"
    lines = calendar.holidays[0].lines
    assert [type(line).__name__ for line in lines] == [
        "CountryHolidays",
        "DayHoliday",
        "YearlyHoliday",
        "EasterHoliday",
        "FileHolidays",
    ]
    assert (lines[-1].path, lines[-1].text) == ("x.ics", ics)
    assert not calendar.holidays[0].observed
    assert loaded.files["x.ics"] == ics


def test_conditions_customers_and_overrides():
    loaded = rules(
        r"""
statuses {
  working "In Progress"
  cancelled "Spam"
}
group retail {
  tier standard
}
customer acme "Acme GmbH" {
  alias "ACME", "Acme \"Germany\"*"
  group retail
  zone Europe/Berlin
  account-manager ann
  tier standard
  tier standard from 2026-07-01 through 2026-12-31
  override freeze until 2027-01-06 {
    reason "CHG-1"
    calendar office
    target critical resolution within 3bd when vip and not (site matches "^a\d+" or priority in [high, low])
  }
}
"""
    )
    customer = loaded.ruleset.customers["acme"]
    assert customer.aliases == ("ACME", 'Acme "Germany"*')
    assert [one.period for one in customer.tiers] == [Period(), Period(date(2026, 7, 1), date(2027, 1, 1))]
    override = customer.overrides[0]
    assert override.period == Period(None, date(2027, 1, 6))
    assert override.targets[0].amount == BusinessDays(3)
    when = override.targets[0].when
    assert isinstance(when, AllOf)
    assert isinstance(when.items[1], Not)
    assert when.items[1].item.items == (Matches("site", r"^a\d+"), OneOf("priority", ("high", "low")))
    assert loaded.ruleset.statuses == {"in progress": StatusClass.WORKING, "spam": StatusClass.CANCELLED}


def test_a_file_of_calendars_alone_is_a_rule_set():
    loaded = load_texts(
        "sla.rules", {"sla.rules": "calendar c {\n  zone UTC\n  open mon-sun 00:00-24:00\n}\n"}
    )
    assert loaded.diagnostics == ()
    assert list(loaded.ruleset.calendars) == ["c"]


def test_moving_a_declaration_changes_neither_value_nor_origin():
    text = "tier t {\n  target low response within 1h on always\n}\n"
    first, second = rules(text), rules("# moved\n\n\n" + text)
    assert first.ruleset.tiers == second.ruleset.tiers
    assert first.ruleset.tiers["t"].origin == second.ruleset.tiers["t"].origin
    assert (
        second.locate(second.ruleset.tiers["t"].origin).line
        == first.locate(first.ruleset.tiers["t"].origin).line + 3
    )
    assert first.digest != second.digest == second.ruleset.digest


# ---------------------------------------------------------------- files


def codes(loaded):
    return [one.code for one in loaded.diagnostics]


def test_includes_are_relative_to_their_file_and_read_once(tmp_path):
    (tmp_path / "rules").mkdir()
    (tmp_path / "sla.rules").write_text(BASE + 'include "rules/*.rules"\ninclude "rules/b.rules"\n')
    (tmp_path / "rules" / "a.rules").write_text('include "b.rules"\ninclude "*.rules"\n')
    (tmp_path / "rules" / "b.rules").write_text("field b text\n")
    loaded = load(tmp_path)
    assert loaded.diagnostics == ()
    assert list(loaded.files) == ["sla.rules", "rules/a.rules", "rules/b.rules"]
    assert load_texts("sla.rules", loaded.files).ruleset == loaded.ruleset


def test_a_symbolic_link_cannot_lead_outside(tmp_path):
    outside = tmp_path / "secret.rules"
    outside.write_text("field secret text\n")
    site = tmp_path / "site"
    site.mkdir()
    (site / "sla.rules").write_text('include "link.rules"\n')
    (site / "link.rules").symlink_to(outside)
    loaded = load(site)
    assert codes(loaded) == ["E0103"]
    assert "secret" not in "".join(loaded.files.values())


def test_a_folder_mounted_by_kubernetes_is_inside(tmp_path):
    data = tmp_path / "..2026_11"
    data.mkdir()
    (data / "sla.rules").write_text('include "*.rules"\n')
    (data / "b.rules").write_text("field b text\n")
    (tmp_path / "..data").symlink_to(data.name)
    for name in ("sla.rules", "b.rules"):
        (tmp_path / name).symlink_to(f"..data/{name}")
    loaded = load(tmp_path / "sla.rules")
    assert loaded.diagnostics == ()
    assert list(loaded.files) == ["sla.rules", "b.rules"]


def test_a_pattern_without_files_forgives_nothing(tmp_path):
    """It is only a warning, so the rules come into force: an unknown name must not slip through with it."""
    root = tmp_path / "sla.rules"
    root.write_text(BASE + 'include "customers/*.rules"\n')
    loader = Loader()
    first = loader.load(root)
    assert codes(first) == ["W0105"]
    assert first.ruleset is not None
    root.write_text(
        BASE
        + 'include "customers/*.rules"\ncalendar c {\n  zone UTC\n  open mon 08:00-09:00\n  holidays h\n}\n'
    )
    assert codes(loader.load(root)) == ["W0105", "E0301"]
    (tmp_path / "customers").mkdir()
    (tmp_path / "customers" / "h.rules").write_text("holidays h {\n}\n")
    assert codes(loader.load(root)) == []


def test_a_circle_of_includes_is_told_once(tmp_path):
    (tmp_path / "sla.rules").write_text('include "a.rules"\nfield x text\n')
    (tmp_path / "a.rules").write_text('include "sla.rules"\n')
    loaded = load(tmp_path)
    assert codes(loaded) == ["E0104"]
    assert "sla.rules -> a.rules -> sla.rules" in loaded.diagnostics[0].message


@pytest.mark.parametrize("name", ["missing.rules", "folder"])
def test_nothing_to_read_is_an_error_that_speaks(tmp_path, name):
    (tmp_path / "folder").mkdir()
    with pytest.raises(SlaError, match="there is no"):
        load(tmp_path / name)
    with pytest.raises(SlaError):
        load_texts("sla.rules", {})


# ---------------------------------------------------------------- again


def customers(count):
    return {
        f"c{i}": f'customer c{i} "Customer {i}" {{\n  alias "CUST-{i}"\n  tier standard from 2026-01-{i % 28 + 1:02}\n}}\n'
        for i in range(count)
    }


def test_loading_again_answers_what_loading_afresh_would(tmp_path):
    """Random edits of a site, most of customers: the patched rule set must be the whole one, positions too."""
    dice = random.Random(7)
    root = tmp_path / "sla.rules"
    blocks = customers(12)
    loader = Loader()
    patched, tiers, note = 0, None, "# a note\n"
    for step in range(120):
        name = dice.choice(list(blocks))
        blocks[name] = blocks[name].replace('alias "', f'alias "{dice.choice("xyz")}')
        shown = dict(blocks)  # what is broken in here is mended in the next step
        match dice.randrange(16):
            case 0:
                shown[name] = shown[name].replace("tier standard", "tier standrd")
            case 1:
                shown[name] = shown[name].replace("{\n", "{ {\n", 1)
            case 2:
                shown[name] = shown[name].replace('alias "', 'alias "CUST-1", "')
            case 3:
                note = dice.choice(["", "# a note\n", "field extra text\n"])
            case 4:
                note = "}\n" if note else "  field extra text\n"
            case 5:
                blocks[f"n{step}"] = shown[f"n{step}"] = f"customer n{step} {{\n}}\n"
            case 6 if len(blocks) > 3:
                del blocks[name]
            case 7:
                shown[name] = shown[name].replace("}\n", "  override o {\n    calendar office\n  }\n}\n", 1)
            case 8:
                shown[name] = shown[name].replace(
                    "tier standard", "tier standard until 2026-01-01\n  tier standard"
                )
            case _:
                pass
        (tmp_path / "more.rules").write_text("\n".join(shown.values()))
        root.write_text(BASE + 'include "more.rules"\n' + note)
        note = "" if note.startswith(("}", " ")) else note
        again, afresh = loader.load(root), load(root)
        assert again == afresh, step
        assert loader.load(root) is again
        if again.ruleset:
            patched += again.ruleset.tiers is tiers
            tiers = again.ruleset.tiers
            for one in again.ruleset.customers.values():
                assert again.locate(one.origin) == afresh.locate(one.origin)
                assert again.locate(one.origin).path == "more.rules"
    assert patched > 10


def test_an_edit_of_a_customer_leaves_all_other_values_alone(tmp_path):
    root = tmp_path / "sla.rules"
    blocks = customers(20)
    root.write_text(BASE + "\n".join(blocks.values()))
    loader = Loader()
    first = loader.load(root)
    blocks["c7"] = blocks["c7"].replace("CUST-7", "ZZ")
    root.write_text(BASE + "\n".join(blocks.values()))
    second = loader.load(root)
    assert second.ruleset.tiers is first.ruleset.tiers
    assert second.ruleset.customers["c7"].aliases == ("ZZ",)
    assert first.ruleset.customers["c7"].aliases == ("CUST-7",)
    same = [name for name in blocks if second.ruleset.customers[name] is first.ruleset.customers[name]]
    assert set(blocks) - set(same) == {"c7"}
    assert list(second.ruleset.customers) == list(blocks)


def test_a_customer_that_was_broken_in_between_is_all_that_has_changed():
    blocks = customers(20)
    good = BASE + "\n".join(blocks.values())
    loader = Loader()

    def read(text):
        return loader.load_from(Texts({"sla.rules": text}), "sla.rules")

    first = read(good)
    assert read(good.replace('"CUST-7', "CUST-7")).ruleset is None
    broken = read(good.replace('"CUST-7', "CUST-7").replace("CUST-9", "NINE"))
    assert {one.context for one in broken.diagnostics} == {"customer c7"}
    last = read(good.replace("CUST-9", "NINE"))
    assert last.ruleset == load_texts("sla.rules", {"sla.rules": good.replace("CUST-9", "NINE")}).ruleset
    assert last.ruleset.tiers is first.ruleset.tiers
    assert list(last.ruleset.customers) == list(blocks)
    assert last.ruleset.since == (first.digest, {"c7", "c9"})


def test_an_unreadable_file_spoils_nothing_for_the_next_load(tmp_path):
    root = tmp_path / "sla.rules"
    root.write_text(BASE)
    loader = Loader()
    good = loader.load(root)
    root.write_bytes(b"\xff\xfe")
    assert codes(loader.load(root)) == ["E0101"]
    root.write_text(BASE)
    assert loader.load(root) == good


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs a file that may not be read")
def test_a_file_that_may_not_be_read(tmp_path):
    root = tmp_path / "sla.rules"
    root.write_text(BASE)
    root.chmod(0)
    with pytest.raises(SlaError, match="cannot be read"):
        load(root)
