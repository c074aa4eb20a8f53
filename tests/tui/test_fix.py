"""`sla fix`: safe fixes only, until none is left, whole or not at all."""

from __future__ import annotations

import os
import random
import stat
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsl.diagnostic import Diagnostic, Edit, Fix, Severity
from dsl.load import Loader, load_texts
from dsl.mend import before, mended
from dsl.span import Lines
from tests.dsl import fuzzing

ROUGH = """\
priorities critical, high
calendar desk {
  zone Europe/Berlin
  open mon-fri 08:00-23:59
}
tier gold {
  calendar desk
  traget critical response within 15 minutes
  target high response within 1h;
}
default tier gold
"""
SMOOTH = (
    ROUGH.replace("23:59", "24:00").replace("traget", "target").replace("15 minutes", "15m").replace(";", "")
)


def test_it_mends_what_is_safe_and_again_changes_nothing(sla, tmp_path):
    path = tmp_path / "sla.rules"
    path.write_text(ROUGH)
    path.chmod(0o640)
    code, out, err = sla("fix")
    assert (code, out) == (0, "fixed sla.rules\n"), err
    assert path.read_text() == SMOOTH
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert sla("check")[0] == 0
    before = path.stat()
    assert sla("fix")[:2] == (0, "")
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert [one.name for one in tmp_path.iterdir()] == ["sla.rules"]


def test_a_dry_run_prints_a_difference_that_patch_can_apply(sla, tmp_path):
    (tmp_path / "sla.rules").write_text(ROUGH)
    code, out, err = sla("fix", "--dry-run")
    assert code == 1
    assert (tmp_path / "sla.rules").read_text() == ROUGH
    assert "would be fixed" in err
    (tmp_path / "change.patch").write_text(out)
    subprocess.run(["git", "apply", "change.patch"], cwd=tmp_path, check=True)
    assert (tmp_path / "sla.rules").read_text() == SMOOTH
    assert sla("fix", "--dry-run")[0] == 0


def test_a_dry_run_says_where_what_is_left_stands_on_the_disk(sla, tmp_path):
    ignore = '# sla:ignore W0105 until 2999-01-01 reason "x"\n'
    wrong = "customer b { tier glod }\n"
    text = (
        ROUGH.replace("tier gold {", f"{ignore}tier gold {{")
        + f"{ignore}customer a {{\n  tier glod\n}}\n{wrong}"
    )
    (tmp_path / "sla.rules").write_text(text)
    _, _, err = sla("fix", "--dry-run")
    assert "sla.rules:15:8: error E0301" in err
    assert "sla.rules:17:" in err, "inside of what a fix writes anew: on its line"
    assert text.splitlines()[14] == "  tier glod"
    assert text.splitlines()[16] == wrong.rstrip()
    assert sla("fix")[0] == 1
    fixed = (tmp_path / "sla.rules").read_text().splitlines()
    _, left, _ = sla("fix")
    lines = [int(line.split(":")[1]) for line in left.splitlines() if "E0301" in line]
    assert [fixed[line - 1].strip() for line in lines] == ["tier glod", "tier glod"]


@given(st.data())
def test_places_are_led_back_through_rounds_of_edits(data):
    """The slow oracle: every character carries the offset that it had at first."""
    first = "".join(data.draw(st.lists(st.sampled_from("abc\n"), max_size=20)))
    text, origin, rounds = first, list(range(len(first))), []
    for _ in range(data.draw(st.integers(1, 3))):
        points = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
        edits = [
            Edit(Lines("a", text).span(start, end), data.draw(st.sampled_from(["", "x", "xy\n"])))
            for start, end in zip(points[::2], points[1::2], strict=False)
        ]
        for edit in reversed(edits):
            origin[edit.span.start : edit.span.end] = [-1] * len(edit.text)
        fix = Fix("", tuple(edits), safe=True)
        outcome = mended(
            [Diagnostic("E0000", Severity.ERROR, "", Lines("a", text).span(0, 0), fixes=(fix,))], {"a": text}
        )
        rounds.append(outcome)
        text = outcome.files["a"]
    for offset, place in enumerate(origin):
        there = before(Lines("a", text).span(offset, offset + 1), rounds, Lines("a", first))
        assert 0 <= there.start <= there.end <= len(first)
        if place >= 0:
            assert (there.start, there.end) == (place, place + 1)
            assert there == Lines("a", first).span(place, place + 1)


def test_included_files_line_ends_and_a_byte_order_mark_stay(sla, tmp_path):
    (tmp_path / "rules").mkdir()
    (tmp_path / "sla.rules").write_text('include "rules/*.rules"\n')
    path = tmp_path / "rules" / "all.rules"
    path.write_bytes(b"\xef\xbb\xbf" + ROUGH.replace("\n", "\r\n").encode())
    assert sla("fix")[:2] == (0, "fixed rules/all.rules\n")
    assert path.read_bytes() == b"\xef\xbb\xbf" + SMOOTH.replace("\n", "\r\n").encode()


def test_what_a_person_must_choose_is_listed(sla, tmp_path):
    (tmp_path / "sla.rules").write_text(
        SMOOTH + "customer acme\n  tier gold\n}\ncustomer b {\n  tier glod\n}\n"
    )
    before = (tmp_path / "sla.rules").read_text()
    code, out, err = sla("fix")
    assert code == 1
    assert "could be mended" in out
    assert "E0301" in out
    assert (tmp_path / "sla.rules").read_text() == before
    assert "0 findings fixed, 2 left" in err


def test_of_many_mistakes_in_one_declaration_none_is_left(sla, tmp_path, monkeypatch):
    """Of one declaration the first twenty faults are told, so that it takes many rounds; where they end it is said."""
    path = tmp_path / "sla.rules"
    lines = "".join(f'  alais "x{number}"\n' for number in range(500))
    path.write_text(f"{SMOOTH}customer c {{\n  tier gold\n{lines}}}\n")
    monkeypatch.setattr("tui.commands.fix._MOST_ROUNDS", 2)
    code, _, err = sla("fix", str(path))
    assert (code, err) == (1, "40 findings fixed, 20 left; run it again, for more of them\n")
    monkeypatch.undo()
    code, _, err = sla("fix", str(path))
    assert (code, err) == (0, "460 findings fixed, 0 left\n")


def test_of_more_than_are_told_all_are_mended_at_once(sla, tmp_path, monkeypatch):
    loads = []
    load = Loader.load_from
    monkeypatch.setattr(Loader, "load_from", lambda *given: loads.append(1) or load(*given))
    late = "".join(
        f"calendar c{number} {{\n  zone UTC\n" + "  open mon-fri 08:00-23:59\n" * 10 + "}\n"
        for number in range(250)
    )
    (tmp_path / "sla.rules").write_text(SMOOTH + late)
    assert "2500 findings fixed, 0 left" in sla("fix")[2]
    assert len(loads) == 2
    assert (tmp_path / "sla.rules").read_text() == SMOOTH + late.replace("23:59", "24:00")


def test_of_many_that_are_left_the_first_thousand_are_listed(sla, tmp_path):
    expired = '# sla:ignore W0408 until 2000-01-01 reason "x"\n'
    (tmp_path / "sla.rules").write_text(SMOOTH + expired * 1500)
    for arguments in (["fix"], ["fix", "--dry-run"]):
        code, out, err = sla(*arguments)
        assert code == 1
        assert (out + err).count("W0109") == 1000
        assert "0 findings" in err and "1500 left, of which 1000 are listed" in err
    assert sla("check", "--format", "compact")[1].count("W0109") == 1000
    assert "500 more of W0109 are not listed" in sla("check")[1]


def test_a_finding_is_told_though_a_thousand_before_it_are_suppressed(sla, tmp_path):
    until = '# sla:ignore W0408 until 2999-01-01 reason "x"\n'
    late = "".join(
        f"{until}calendar c{number} {{\n  zone UTC\n" + "  open mon-fri 08:00-23:59\n" * 10 + "}\n"
        for number in range(120)
    )
    text = SMOOTH + late + late[len(until) :].split(until)[0].replace("c0", "last")
    (tmp_path / "sla.rules").write_text(text)
    for _ in range(2):
        out = sla("check", "--format", "compact")[1]
        assert out.count("W0408") == out.count("\n") == 10


def test_a_full_disk_is_told_with_the_file(sla, tmp_path, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    (tmp_path / "sla.rules").write_text(ROUGH)
    monkeypatch.setattr("os.fsync", full)
    code, _, err = sla("fix")
    assert (code, "sla.rules cannot be written: no space left on device" in err) == (4, True)
    assert (tmp_path / "sla.rules").read_text() == ROUGH


@pytest.mark.parametrize(
    ("line", "fixed"),
    [("within 4h on 24/7", "within 4h on always"), ("within 24/7", ""), ("within 4h 24/7", "")],
)
def test_around_the_clock_is_a_calendar_and_no_length_of_time(sla, tmp_path, line, fixed):
    text = f"priorities p1\ntier gold {{\n  target p1 resolution {line}\n}}\n"
    (tmp_path / "sla.rules").write_text(text)
    code, out, _ = sla("fix")
    assert (tmp_path / "sla.rules").read_text() == (text.replace(line, fixed) if fixed else text)
    assert ("`24/7` has no place here" in out) is (not fixed)
    assert code == (0 if fixed else 1)


TIER = "tier silver {\n  target p1, p2 resolution within 4h on always\n}"
LINES = f"""\
priorities p1, p2
{TIER}
tier gold {{
  target p1, p2 resolution within 4h on always
  warn at 50%, 75%
}}
default tier silver
customer acme {{
  tier gold from 2026-10-01
  override peak from 2026-11-15 {{
    target p1 resolution within 1h on always
  }}
}}
"""


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("50%, 75%", "50% and 75"),
        ("50%, 75%", "50% and 75%"),
        ("resolution within 4h", "resolution in 4h"),
        ("resolution within 4h", "resolution <= 4h"),
        ("2026-10-01", "1.10.2026"),
        ("2026-10-01", "2026/10/1"),
        (
            "{\n    target p1 resolution within 1h on always\n  }",
            "{ target p1 resolution within 1h on always }",
        ),
        (TIER, "tier silver { target p1, p2 resolution within 4h on always }"),
    ],
)
def test_other_spellings_that_can_mean_one_thing_only(sla, tmp_path, right, wrong):
    assert right in LINES
    (tmp_path / "sla.rules").write_text(LINES.replace(right, wrong))
    assert sla("fix")[0] == 0
    assert (tmp_path / "sla.rules").read_text() == LINES


@pytest.mark.parametrize("date", ["1/10/2026", "31.9.2026", "2026/13/1"])
def test_a_date_that_may_be_another_is_left_to_people(sla, tmp_path, date):
    text = LINES.replace("2026-10-01", date)
    (tmp_path / "sla.rules").write_text(text)
    assert sla("fix")[0] == 1
    assert (tmp_path / "sla.rules").read_text() == text


def test_an_unused_suppression_goes_with_its_line(sla, tmp_path):
    ignore = '# sla:ignore W0105 until 2999-01-01 reason "x"\n'
    (tmp_path / "sla.rules").write_text(SMOOTH.replace("tier gold {", f"{ignore}tier gold {{"))
    assert sla("fix")[0] == 0
    assert (tmp_path / "sla.rules").read_text() == SMOOTH


def test_a_file_that_may_not_be_written_stays_as_it_is(sla, tmp_path, monkeypatch):
    (tmp_path / "sla.rules").write_text(ROUGH)
    monkeypatch.setattr("os.access", lambda _path, mode, **_: mode != os.W_OK)
    code, _, err = sla("fix")
    assert code == 4
    assert "read-only" in err
    assert "--diff" not in err, "an option that this command does not have"
    assert (tmp_path / "sla.rules").read_text() == ROUGH


def test_what_somebody_else_wrote_meanwhile_is_not_overwritten(sla, tmp_path, monkeypatch):
    path = tmp_path / "sla.rules"
    path.write_text(ROUGH)

    def meanwhile(diagnostics, files):
        path.write_text(f"# mine\n{ROUGH}")
        return mended(diagnostics, files)

    monkeypatch.setattr("tui.commands.fix.mended", meanwhile)
    code, _, err = sla("fix")
    assert code == 4
    assert "changed meanwhile" in err
    assert path.read_text() == f"# mine\n{ROUGH}"


@pytest.mark.parametrize("seed", range(60))
def test_whatever_is_mended_ends_and_never_goes_in_circles(seed):
    text = fuzzing.mangled(random.Random(seed), fuzzing.corpus()[seed % len(fuzzing.corpus())])
    files, seen = {"sla.rules": text}, set()
    for _ in range(50):
        outcome = mended(load_texts("sla.rules", files).diagnostics, files)
        if outcome.files == files:
            return
        files = outcome.files
        assert files["sla.rules"] not in seen
        seen.add(files["sla.rules"])
    raise AssertionError("fixes go on and on")
