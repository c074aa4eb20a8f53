"""Files that are included: what is read, once, and from where it may come."""

from __future__ import annotations

import os

import pytest

from dsl.errors import SlaError
from dsl.load import Loader, load, load_texts
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


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs a file that may not be read")
def test_a_file_that_may_not_be_read(tmp_path):
    root = tmp_path / "sla.rules"
    root.write_text(BASE)
    root.chmod(0)
    with pytest.raises(SlaError, match="cannot be read"):
        load(root)
