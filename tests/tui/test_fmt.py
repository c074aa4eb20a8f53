"""`sla fmt` on real files: what it writes, what it leaves alone, what it says and with which exit code."""

from __future__ import annotations

import errno
import io
import os
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.tui.process import environment
from tui.cli import run
from tui.rewrite import replace

UGLY = "field   a    text\n"
NEAT = "field a text\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def feed(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_a_file_is_replaced_in_place_with_its_mode(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = here / "a.rules"
    path.write_bytes(UGLY.replace("\n", "\r\n").encode())
    path.chmod(0o640)
    assert run(["fmt", "a.rules"]) == 0
    assert path.read_bytes() == NEAT.encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert capsys.readouterr().out == "formatted a.rules\n"
    assert [path.name for path in here.iterdir()] == ["a.rules"]


def test_the_site_is_found_from_a_folder_below_it(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "rules" / "customers").mkdir(parents=True)
    (here / "sla.rules").write_text('include   "rules/*.rules"\n')
    (here / "rules" / "a.rules").write_text(UGLY)
    (here / "rules" / "left.txt").write_text(UGLY)
    monkeypatch.chdir(here / "rules" / "customers")
    assert run(["fmt", "--check"]) == 1
    assert capsys.readouterr().out == "would format ../../sla.rules\nwould format ../../rules/a.rules\n"
    assert run(["fmt"]) == 0
    assert (here / "rules" / "a.rules").read_text() == NEAT
    (here / "rules" / "a.rules").write_text(UGLY)
    assert run(["fmt", "."]) == 4, "a folder that is named is that folder"


def test_a_formatted_file_is_not_touched(here: Path) -> None:
    path = here / "a.rules"
    path.write_text(NEAT)
    before = path.stat()
    assert run(["fmt", "a.rules"]) == 0
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_link_stays_a_link_and_its_file_is_formatted(here: Path) -> None:
    (here / "real").mkdir()
    (here / "real" / "a.rules").write_text(UGLY)
    (here / "a.rules").symlink_to("real/a.rules")
    assert run(["fmt", "a.rules"]) == 0
    assert (here / "a.rules").is_symlink()
    assert (here / "real" / "a.rules").read_text() == NEAT


def test_check_names_what_would_change_and_writes_nothing(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "a.rules").write_text(UGLY)
    (here / "b.rules").write_text(NEAT)
    assert run(["fmt", "--check", "."]) == 1
    assert capsys.readouterr().out == "would format a.rules\n"
    assert (here / "a.rules").read_text() == UGLY
    assert run(["fmt", "--check", "b.rules"]) == 0


def test_diff_shows_the_change_and_writes_nothing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "a.rules").write_text("field   a text")
    assert run(["fmt", "--diff", "a.rules"]) == 0
    assert capsys.readouterr().out == (
        "--- a/a.rules\n+++ b/a.rules\n@@ -1 +1 @@\n-field   a text\n\\ No newline at end of file\n+field a text\n"
    )
    assert run(["fmt", "--diff", "--check", "a.rules"]) == 1
    assert (here / "a.rules").read_text() == "field   a text"


def test_without_a_path_the_root_and_its_includes_are_formatted(here: Path) -> None:
    (here / "rules").mkdir()
    (here / "sla.rules").write_text('include   "rules/a.rules"\n')
    (here / "rules" / "a.rules").write_text(UGLY)
    (here / "other.rules").write_text(UGLY)
    assert run(["fmt"]) == 0
    assert (here / "sla.rules").read_text() == 'include "rules/a.rules"\n'
    assert (here / "rules" / "a.rules").read_text() == NEAT
    assert (here / "other.rules").read_text() == UGLY


def test_without_a_root_every_file_below_is_formatted_but_nothing_hidden(here: Path) -> None:
    for folder in ("x", ".git"):
        (here / folder).mkdir()
        (here / folder / "a.rules").write_text(UGLY)
    assert run(["fmt"]) == 0
    assert (here / "x" / "a.rules").read_text() == NEAT
    assert (here / ".git" / "a.rules").read_text() == UGLY


def test_standard_input_goes_to_standard_output(
    here: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    feed(monkeypatch, UGLY.encode())
    assert run(["fmt", "-"]) == 0
    assert capfdbinary.readouterr().out == NEAT.encode()


def test_a_byte_order_mark_stays(here: Path) -> None:
    (here / "a.rules").write_bytes(b"\xef\xbb\xbf" + UGLY.encode())
    assert run(["fmt", "a.rules"]) == 0
    assert (here / "a.rules").read_bytes() == b"\xef\xbb\xbf" + NEAT.encode()


def test_what_does_not_parse_is_left_and_named(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "a.rules").write_text(UGLY + "tier  gold {\n  traget  high\n}\n")
    assert run(["fmt", "a.rules"]) == 1
    assert (here / "a.rules").read_text() == NEAT + "tier  gold {\n  traget  high\n}\n"
    assert "a.rules:3:3: 'tier  gold' does not parse and was left as it is" in capsys.readouterr().err


def test_a_brace_too_many_is_left_and_named(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    block = "tier gold {\n  like silver\n}\n"
    text = f"}}\n\n{block}\n}}  # of nothing\n"
    (here / "a.rules").write_text(text)
    for command in (["fmt"], ["fmt", "--check"], ["fmt", "--diff"]):
        assert run([*command, "a.rules"]) == 1
        told = [line for line in capsys.readouterr().err.splitlines() if line.startswith("sla: ")]
        assert told == [
            f"sla: a.rules:{line}:1: this brace closes nothing and was left as it is"
            for line in (1, text.count("\n"))
        ]
    assert (here / "a.rules").read_text() == text
    (here / "a.rules").write_text(block + "\n" + "}\n" * 3000)
    assert run(["fmt", "a.rules"]) == 1
    assert capsys.readouterr().err.count("closes nothing") == 20


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"\x7fELF\x00\x01", "NUL"), (b"field \xff text\n", "not UTF-8"), (b"\xff\xfef\x00", "not UTF-8")],
)
def test_what_is_no_text_is_refused_and_kept(
    here: Path, capsys: pytest.CaptureFixture[str], content: bytes, said: str
) -> None:
    (here / "bad.rules").write_bytes(content)
    (here / "good.rules").write_text(UGLY)
    for command in (["fmt"], ["fmt", "--check"], ["check"]):
        assert run([*command, "bad.rules"]) == 1
        streams = capsys.readouterr()
        assert said in streams.out + streams.err
    assert run(["fmt", "bad.rules", "good.rules"]) == 1
    assert (here / "bad.rules").read_bytes() == content
    assert (here / "good.rules").read_text() == NEAT


def test_what_is_not_there_is_said(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["fmt", "nowhere.rules"]) == 4
    assert "nowhere.rules: no such file" in capsys.readouterr().err
    assert run(["fmt", "."]) == 4
    assert "there is no rule file" in capsys.readouterr().err
    assert run(["fmt", "-", "a.rules"]) == 3
    assert run(["fmt", ""]) == 3


def test_an_empty_file_is_fine(here: Path) -> None:
    (here / "a.rules").touch()
    assert run(["fmt", "a.rules"]) == 0


def test_a_read_only_file_is_kept(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "a.rules").write_text(UGLY)
    monkeypatch.setattr("os.access", lambda _, mode: mode != os.W_OK)
    assert run(["fmt", "a.rules"]) == 4
    err = capsys.readouterr().err
    assert "a.rules is read-only" in err
    assert err.endswith("0 of 1 files formatted\n")
    assert (here / "a.rules").read_text() == UGLY


def test_a_folder_in_which_nothing_may_be_made_is_said(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "a.rules").write_text(UGLY)
    opening = os.open

    def refused(path: str | Path, flags: int, *rest: int) -> int:
        if flags & os.O_CREAT and str(path).endswith(".sla.tmp"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return opening(path, flags, *rest)

    monkeypatch.setattr("os.open", refused)
    assert run(["fmt", "a.rules"]) == 4
    assert "a.rules cannot be written: permission denied" in capsys.readouterr().err
    assert (here / "a.rules").read_text() == UGLY


def test_a_full_disk_loses_nothing(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    (here / "a.rules").write_text(UGLY)
    monkeypatch.setattr("os.fsync", full)
    assert run(["fmt", "a.rules"]) == 4
    assert (here / "a.rules").read_text() == UGLY
    assert [path.name for path in here.iterdir()] == ["a.rules"]
    assert "a.rules cannot be written: no space left on device" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b"language 1\rpriorities high\r", "1:11"),
        (b"# gold\rpriorities high\r\n", "1:7"),
        (b"language 1\r\npriorities high\r\rlanguage 1", "2:16"),
    ],
)
def test_line_ends_of_old_macs_are_told_and_left(
    here: Path, capsys: pytest.CaptureFixture[str], content: bytes, where: str
) -> None:
    (here / "sla.rules").write_bytes(content)
    for arguments in (["fmt"], ["check", "--format", "compact"], ["fix"]):
        assert run(arguments) == 1
        caught = capsys.readouterr()
        said = caught.out + caught.err
        assert f"sla.rules:{where}" in said
        assert "a line ends in a carriage return alone, as on old Macs" in said
        assert (here / "sla.rules").read_bytes() == content
    assert run(["check"]) == 1
    assert r"tr '\r' '\n' < OLD > NEW" in capsys.readouterr().out


@pytest.mark.parametrize(
    "content", [b"language 1\r", b"language 1\r\r\n", b"language 1\r\n\r\n", b"\r" * 1_000_000]
)
def test_carriage_returns_at_the_end_of_a_line_belong_to_it(here: Path, content: bytes) -> None:
    (here / "sla.rules").write_bytes(content)
    assert run(["fmt"]) == 0
    assert b"\r" not in (here / "sla.rules").read_bytes()


KILLED = """
import os, signal
os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)
from tui.cli import main
main()
"""


def test_what_a_killed_one_left_is_taken_over(here: Path) -> None:
    (here / "a.rules").write_text(UGLY)
    for _ in range(2):
        words = [sys.executable, "-c", KILLED, "fmt", "a.rules"]
        done = subprocess.run(words, cwd=here, env=environment(), check=False)
        assert done.returncode == -signal.SIGKILL
        assert {path.name for path in here.iterdir()} == {"a.rules", ".a.rules.sla.tmp"}
        assert (here / "a.rules").read_text() == UGLY
    assert run(["fmt", "a.rules"]) == 0
    assert [path.name for path in here.iterdir()] == ["a.rules"]
    assert (here / "a.rules").read_text() != UGLY


def test_many_at_once_write_one_whole_file(here: Path) -> None:
    file = here / "a.rules"
    file.write_text("")
    contents = [bytes([65 + number]) * size for number, size in enumerate((10, 100_000, 1, 50_000))]

    def write(content: bytes) -> None:
        for _ in range(50):
            replace(file, content)
            assert file.read_bytes() in contents

    with ThreadPoolExecutor(len(contents)) as threads:
        list(threads.map(write, contents))
    assert [path.name for path in here.iterdir()] == ["a.rules"]


def test_nothing_is_written_through_a_link_beside(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "a.rules").write_text(UGLY)
    (here / "mine").write_text("mine")
    (here / ".a.rules.sla.tmp").symlink_to("mine")
    assert run(["fmt", "a.rules"]) == 4
    assert "a.rules cannot be written" in capsys.readouterr().err
    assert (here / "mine").read_text() == "mine"


def test_a_name_of_megabytes_is_told_in_few_words(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "a.rules").write_text(f"customer {'x' * 1_000_000}\n")
    assert run(["fmt", "a.rules"]) == 1
    assert max(map(len, capsys.readouterr().err.splitlines())) < 200


def test_of_much_that_does_not_parse_the_first_are_told(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "a.rules").write_text("".join(f"nonsense {number};\n" for number in range(3000)))
    assert run(["fmt", "a.rules"]) == 1
    told = capsys.readouterr().err.splitlines()
    assert sum("does not parse and was left" in line for line in told) == 20
    assert "sla: a.rules: there is more that does not parse; the first 20 are told" in told
