"""Files that are included: what is read, once, and from where it may come."""

from __future__ import annotations

import glob
import os
from collections import Counter

import pytest

from dsl.errors import SlaError
from dsl.include import Disk, Texts
from dsl.limits import MOST_PATTERNS, MOST_WRONG
from dsl.load import Loader, load, load_texts, rule_files
from tests.dsl.small_site import BASE, codes


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


def test_links_that_lead_in_circles_are_followed_once(tmp_path):
    """As git brings them: two links to folders above make exponentially many paths."""
    (tmp_path / "r" / "a").mkdir(parents=True)
    (tmp_path / "sla.rules").write_text(BASE + 'include "r/**/*.rules"\n')
    (tmp_path / "r" / "a" / "f.rules").write_text("field f text\n")
    (tmp_path / "r" / "a" / "up").symlink_to("..")
    (tmp_path / "r" / "a" / "here").symlink_to(".")
    (tmp_path / "r" / "a" / "out").symlink_to(tmp_path.parent)
    (tmp_path / "r" / "..data" / "mounted").mkdir(parents=True)
    (tmp_path / "r" / "..data" / "mounted" / "m.rules").write_text("field m text\n")
    (tmp_path / "r" / "mounted").symlink_to("..data/mounted")
    loaded = load(tmp_path)
    assert loaded.diagnostics == ()
    assert list(loaded.files) == ["sla.rules", "r/a/f.rules", "r/mounted/m.rules"]


@pytest.mark.parametrize(
    "pattern",
    ["**", "**/*", "**/*.rules", "a/**", "a/**/b*", "*", "*/*", "a*/?.rules", "**/[!x]*.rules", "a/**.rules"],
)
def test_a_pattern_means_the_same_of_texts_and_on_the_disk(pattern, tmp_path):
    files = [
        "x.rules",
        "a/x.rules",
        "a/b.rules",
        "a/b/c.rules",
        "ab/c.rules",
        ".h/c.rules",
        "a/.h/c.rules",
        "a/.i",
        "a/b/b",
    ]
    for path in files:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("")
    assert Disk(tmp_path).expand(pattern) == Texts(dict.fromkeys(files, "")).expand(pattern)
    found = glob.glob(pattern, root_dir=tmp_path, recursive=True)  # noqa: PTH207
    by_glob = {path.replace(os.sep, "/") for path in found}
    assert set(Disk(tmp_path).expand(pattern)) == by_glob & set(files)


def test_what_is_neither_a_file_nor_a_folder_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.rules")
    (tmp_path / "null.rules").symlink_to("/dev/zero")
    (tmp_path / "sla.rules").write_text(BASE + 'include "pipe.rules"\n')
    [one] = load(tmp_path).diagnostics
    assert (one.code, one.message) == (
        "E0107",
        '"pipe.rules" cannot be read: it is a pipe or a device and not a file',
    )
    (tmp_path / "sla.rules").write_text(BASE + 'include "*.rules"\n')
    assert codes(load(tmp_path)) == ["E0103", "E0107"]
    with pytest.raises(SlaError, match="it is a pipe"):
        load(tmp_path / "pipe.rules")


@pytest.mark.parametrize(
    "written", ["", " ", "http://x.example/y.rules", "a\\b.rules", "C:/x.rules", "/x.rules", "../x.rules"]
)
def test_what_is_no_path_below_the_root_is_told_as_it_is_written(written):
    text = BASE + f'include "{written}"\n'.replace("\\", "\\\\")
    [one] = load_texts("sla.rules", {"sla.rules": text}).diagnostics
    assert (one.code, one.message) == ("E0103", f'"{written}" is no path below the folder of the root file')


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


def test_of_a_circle_of_many_the_ends_are_told():
    files = {f"{number}.rules": f'include "{number + 1}.rules"\n' for number in range(2000)}
    files |= {"sla.rules": 'include "0.rules"\nfield x text\n', "2000.rules": 'include "sla.rules"\n'}
    [one] = load_texts("sla.rules", files).diagnostics
    shown = "sla.rules -> 0.rules -> 1.rules -> 2.rules -> .. 1,995 more .. -> 1998.rules -> 1999.rules -> 2000.rules -> sla.rules"
    assert one.message.endswith(f": {shown}")


def test_files_may_include_each_other_as_deep_as_they_like():
    files = {f"{number}.rules": f'include "{number + 1}.rules"\n' for number in range(2000)}
    files |= {"sla.rules": BASE + 'include "0.rules"\n', "2000.rules": "field last text\n"}
    loaded = load_texts("sla.rules", files)
    assert codes(loaded) == []
    assert [*loaded.files][-1] == "2000.rules"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('include "a{}.rules"', "E0102"),
        ('include "../a{}.rules"', "E0103"),
        ('include "a{}-*.rules"', "W0105"),
        ('holidays h-{} {{\n  file "{}.ics"\n}}', "E0102"),
    ],
)
def test_after_a_thousand_that_are_not_there_no_more_files_are_looked_for(line, code, tmp_path):
    lines = [line.format(number, number) for number in range(MOST_WRONG + 5)]
    (tmp_path / "sla.rules").write_text(BASE + "\n".join(lines) + '\ninclude "there.rules"\n')
    (tmp_path / "there.rules").write_text("field there text\n")
    loaded = load(tmp_path)
    assert Counter(codes(loaded)) == {code: MOST_WRONG, "E0111": 1}
    assert ("there.rules" in loaded.files) == ("holidays" in line)  # what is included is looked for first
    [left] = [one for one in loaded.diagnostics if one.code == "E0111"]
    assert left.span.line > MOST_WRONG


def test_the_files_of_a_set_are_known_without_reading_what_they_say(tmp_path):
    (tmp_path / "rules").mkdir()
    (tmp_path / "sla.rules").write_text(
        BASE + 'include "rules/*.rules" # all\nholidays h {\n  file "h.ics"\n}\ntier {\n  lik\n'
    )
    (tmp_path / "rules" / "a.rules").write_text('include "b/c.rules"\ninclude "../none.rules"\ntier t {\n')
    (tmp_path / "rules" / "bin.rules").write_bytes(b"\xff")
    (tmp_path / "rules" / "b").mkdir()
    (tmp_path / "rules" / "b" / "c.rules").write_text('  include "d.rules"\ninclude "../../sla.rules"\n')
    (tmp_path / "rules" / "b" / "d.rules").write_text("field d text\n")
    assert rule_files(tmp_path) == [*load(tmp_path).files]
    assert len(rule_files(tmp_path)) == 5
    (tmp_path / "sla.rules").write_bytes(b"\xff")
    assert rule_files(tmp_path) == [*load(tmp_path).files] == ["sla.rules"]
    with pytest.raises(SlaError):
        rule_files(tmp_path / "rules")


def test_patterns_that_match_may_be_too_many(tmp_path):
    lines = "".join(f'include "[s{number}]*.rules"\n' for number in range(MOST_PATTERNS + 1))
    (tmp_path / "sla.rules").write_text(BASE + lines)
    assert codes(load(tmp_path)) == ["E0111"]
    (tmp_path / "sla.rules").write_text(BASE + lines[: lines.rindex("include")] + 'include "[s1]*.rules"\n')
    assert codes(load(tmp_path)) == []


def test_a_file_that_is_no_text_is_read_once(tmp_path):
    (tmp_path / "sla.rules").write_text(BASE + 'include "a.rules"\ninclude "./a.rules"\n')
    (tmp_path / "a.rules").write_bytes(b"\xff")
    assert codes(load(tmp_path)) == ["E0101"]


@pytest.mark.parametrize("name", ["missing.rules", "folder"])
def test_nothing_to_read_is_an_error_that_speaks(tmp_path, name):
    (tmp_path / "folder").mkdir()
    with pytest.raises(SlaError, match="there is no"):
        load(tmp_path / name)
    with pytest.raises(SlaError):
        load_texts("sla.rules", {})


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs a file that may not be read")
def test_a_file_that_may_not_be_read(tmp_path):
    root = tmp_path / "sla.rules"
    root.write_text(BASE)
    root.chmod(0)
    with pytest.raises(SlaError, match="cannot be read"):
        load(root)
