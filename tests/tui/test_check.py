from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dsl.cache_folder import cache_folder
from tests.tui.process import environment, sla_command

ROOT = Path(__file__).resolve().parents[2]
GOOD = "priorities critical, high\nfield vip flag\n"
BAD = """\
priorities critical
calendar desk {
  zone Europe/Berln
  open mon-fri 08:00-23:59
}
field vip flag
field vip text
"""


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SLA_CACHE_DIR", str(tmp_path / "cache"))
    cache_folder.cache_clear()
    yield
    cache_folder.cache_clear()


def test_all_is_well(sla, tmp_path):
    (tmp_path / "sla.rules").write_text(GOOD)
    for _ in range(2):  # the second answer comes from the cache
        assert sla("check") == (0, "ok: 2 priorities in 1 file\n", "")
        assert sla("check", "--format", "json") == (0, "[]\n", "")
        assert sla("check", "--format", "compact", str(tmp_path)) == (0, "", "")


def test_findings_for_people(sla, tmp_path):
    (tmp_path / "sla.rules").write_text(BAD)
    first = sla("check")
    assert first == (
        1,
        """\
error[E0403]: there is no time zone `Europe/Berln`
 --> sla.rules:3:8
3 |   zone Europe/Berln
  |        ^^^^^^^^^^^^
  = help: did you mean `Europe/Berlin`?

warning[W0408]: 23:59 leaves out the last minute of the day
 --> sla.rules:4:16
4 |   open mon-fri 08:00-23:59
  |                ^^^^^^^^^^^
  = help: the end of the day is 24:00: `08:00-24:00`

error[E0302]: field `vip` is declared twice
 --> sla.rules:7:1
7 | field vip text
  | ^^^^^^^^^^^^^^
6 | field vip flag
  | -------------- first declared here
  = help: rename or remove one of them

2 errors and 1 warning; `sla explain CODE` tells more about a code
""",
        "",
    )
    assert sla("check") == first


def test_findings_for_programs(sla, tmp_path):
    (tmp_path / "sla.rules").write_text(BAD)
    code, out, _ = sla("check", "--format", "json")
    records = json.loads(out)
    assert code == 1
    assert [one["code"] for one in records] == ["E0403", "W0408", "E0302"]
    assert records[0]["span"] == {
        "line": 3,
        "column": 8,
        "end_line": 3,
        "end_column": 20,
        "start": 43,
        "end": 55,
    }
    assert records[1]["fixes"][0]["applicability"] == "safe"
    assert records[1]["fixes"][0]["edits"][0]["text"] == "08:00-24:00"
    assert records[2]["labels"][0]["span"]["line"] == 6
    fingerprints = [one["fingerprint"] for one in records]
    (tmp_path / "sla.rules").write_text("# a line more\n" + BAD)
    assert [one["fingerprint"] for one in json.loads(sla("check", "--format", "json")[1])] == fingerprints
    code, out, _ = sla("check", "--format", "compact")
    assert (code, out.splitlines()[0]) == (
        1,
        "sla.rules:4:8: error E0403: there is no time zone `Europe/Berln` (did you mean `Europe/Berlin`?)",
    )


def test_a_warning_alone_is_a_finding(sla, tmp_path):
    (tmp_path / "sla.rules").write_text("calendar c {\n  zone UTC\n  open mon 08:00-23:59\n}\n")
    assert sla("check")[0] == 1


@pytest.mark.parametrize(
    ("name", "content", "code", "says"),
    [
        ("gone.rules", None, 4, "there is no file"),
        (".", None, 4, "there is no sla.rules in the folder"),
        ("latin.rules", b"# caf\xe9\n", 1, "not UTF-8"),
        ("image.rules", b"\x89PNG\r\n\x1a\n\x00\x00", 1, "not a text file"),
        ("nul.rules", b"priorities a\x00", 1, "NUL"),
        ("empty.rules", b"", 1, "nothing is declared"),
    ],
)
def test_bad_input_gets_a_clear_message(sla, tmp_path, name, content, code, says):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    found, out, err = sla("check", name)
    assert found == code
    assert says in (err if code == 4 else out)
    assert "Traceback" not in out + err


def test_standard_input(tmp_path):
    (tmp_path / "more.rules").write_text("field vip flag\n")

    def check(text):
        return subprocess.run(
            sla_command("check", "-", "--format", "compact"),
            input=text,
            capture_output=True,
            cwd=tmp_path,
            env=environment(),
            check=False,
        )

    assert check(b'priorities a\ninclude "more.rules"\n').returncode == 0
    done = check(b"priorities\n")
    assert (done.returncode, done.stdout[:15]) == (1, b"<stdin>:1:10: e")
    assert b"not UTF-8" in check(b"\xff").stdout


def test_untrusted_text_cannot_steer_the_terminal(sla, tmp_path):
    (tmp_path / "sla.rules").write_text('customer acme "\x1b[31m\u202egnp" {\n  zone Mars/\x1b]0;x\x07\n}\n')
    code, out, _ = sla("check")
    assert code == 1
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_color_only_where_it_is_wanted(monkeypatch):
    from tui import findings

    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert findings.wants_color()
    monkeypatch.setenv("NO_COLOR", "1")
    assert not findings.wants_color()


@pytest.mark.parametrize("text", [GOOD, BAD, "calendar c {\n  zone UTC\n  open mon-fri 08:00-18:00\n}\n"])
def test_a_check_loads_nothing_heavy(tmp_path, text):
    """Neither the console, nor arrays, models of imports or a database: start-up time is a promise."""
    (tmp_path / "sla.rules").write_text(text)
    program = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
sys.argv = ["sla", "check", {str(tmp_path)!r}]
from tui.cli import main
try:
    main()
except SystemExit:
    pass
print(*sorted(sys.modules))
"""
    heavy = {
        "textual",
        "numpy",
        "pydantic",
        "sqlite_utils",
        "sqlite3",
        "engine.store",
        "holidays",
        "icalendar",
        "rich",
    }
    for first in (True, False):
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        loaded = set(done.stdout.splitlines()[-1].split())
        assert not loaded & heavy
        assert first or not loaded & {"lark", "zoneinfo", "dsl.model", "dsl.parse"}, (
            "an unchanged site is not parsed"
        )


# ---------------------------------------------------------------- explain


def test_explain(sla):
    code, out, _ = sla("explain", "e0301")
    assert (code, out.splitlines()[0]) == (0, "# E0301: an unknown name (error)")
    code, out, _ = sla("explain")
    assert code == 0
    assert "W0408  23:59 as an end" in out
    code, _, err = sla("explain", "E9999")
    assert code == 3
    assert "there is no code E9999" in err


@pytest.mark.parametrize(
    ("text", "code"), [(GOOD, 0), (GOOD + '# sla:ignore W0408 until 2999-01-01 reason "x"\n', 1)]
)
def test_a_remembered_verdict_does_not_hide_a_suppression(tmp_path, text, code):
    """The shortest way, before any command is imported."""
    (tmp_path / "sla.rules").write_text(text)
    for _ in range(2):
        done = subprocess.run(
            sla_command("check"), capture_output=True, cwd=tmp_path, env=environment(), check=False
        )
        assert done.returncode == code


def test_programs_get_the_whole_message_and_people_a_short_one(sla, tmp_path):
    name = "n" * 3000
    (tmp_path / "sla.rules").write_text(f"customer acme {{\n  tier {name}\n}}\n")
    found = json.loads(sla("check", "--format", "json")[1])
    assert any(f"`{name}`" in one["message"] for one in found)
    shown = sla("check", "--format", "plain")[1]
    assert name not in shown and "…" in shown


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "shift_jis"])
def test_a_stream_that_lacks_a_letter_gets_its_escape(tmp_path, encoding):
    name = "Müller عاصفة 東京 😀"
    (tmp_path / "sla.rules").write_text(f'customer "{name}" {{\n', encoding="utf-8")
    for form in ("json", "compact"):
        done = subprocess.run(
            sla_command("check", "--format", form),
            cwd=tmp_path,
            env=environment(PYTHONIOENCODING=encoding),
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (1, b"")
        text = done.stdout.decode(encoding)
        if form == "json":
            assert name in json.loads(text)[0]["message"]
