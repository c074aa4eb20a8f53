"""`sla check --changed-since`: what a change touches or brings, with the whole set known; in real repositories."""

from __future__ import annotations

import pytest

from tests.git import Repository

TIERS = """\
priorities critical, high

calendar office {
  zone UTC
  open mon-fri 08:00-23:59
}

tier gold {
  calendar office
  target critical, high response within 1h
}
"""
OLD = "customer old-corp {\n  tier gold\n  tier golden\n}\n"
ACME = "customer acme {\n  tier gold\n}\n"


@pytest.fixture
def repository(tmp_path):
    repo = Repository(tmp_path)
    root = 'include "rules/*.rules"\n'
    repo.commit({"site/sla.rules": root, "site/rules/tiers.rules": TIERS, "site/rules/old.rules": OLD})
    return repo


def codes(answer):
    code, out, err = answer
    assert err == ""
    assert code == (1 if out and not out.startswith("ok") else 0), out
    return sorted(line.split(" ")[2].rstrip(":") for line in out.splitlines() if not line.startswith("ok"))


def test_what_was_there_is_not_reported(sla, repository):
    check = ("check", "site", "--format", "compact", "--changed-since", "main")
    before = codes(sla("check", "site", "--format", "compact"))
    assert len(before) > 1
    assert "W0408" in before
    assert codes(sla(*check)) == []
    repository.commit({"site/rules/acme.rules": ACME})
    assert codes(sla(*check[:-1], "HEAD~1")) == []


def test_a_finding_in_what_was_changed_is_reported_and_so_is_one_that_a_change_elsewhere_brings(
    sla, repository
):
    repository("switch", "--quiet", "--create", "branch")
    repository.commit({"site/rules/tiers.rules": TIERS.replace("within 1h", "within 2h")})
    assert codes(sla("check", "site", "--format", "compact", "--changed-since", "main")) == []
    repository.commit({"site/rules/tiers.rules": TIERS.replace("mon-fri", "mon-thu")})
    assert codes(sla("check", "site", "--format", "compact", "--changed-since", "main")) == ["W0408"]
    # A customer that nobody touched loses its tier.
    repository.commit({"site/rules/tiers.rules": TIERS.replace("tier gold", "tier silver")})
    new = codes(sla("check", "site", "--format", "compact", "--changed-since", "main"))
    assert "E0301" in new
    assert "W0408" not in new


def test_moving_a_declaration_and_comments_are_no_change(sla, repository):
    office = TIERS[TIERS.index("calendar office") : TIERS.index("tier gold")]
    repository.commit(
        {
            "site/rules/tiers.rules": TIERS.replace(office, ""),
            "site/rules/calendars.rules": f"# moved\r\n{office}".replace("\n", "\r\n").replace("\r\r", "\r"),
        }
    )
    assert codes(sla("check", "site", "--format", "compact", "--changed-since", "HEAD~1")) == []


def test_a_branch_is_compared_with_where_it_began(sla, repository):
    repository("switch", "--quiet", "--create", "branch")
    repository.commit({"site/rules/acme.rules": ACME})
    repository("switch", "--quiet", "main")
    repository.commit({"site/rules/tiers.rules": TIERS.replace("08:00-23:59", "08:00-18:00")})
    repository("switch", "--quiet", "branch")
    assert codes(sla("check", "site", "--format", "compact", "--changed-since", "main")) == []


def test_what_is_not_committed_counts(sla, repository, tmp_path):
    (tmp_path / "site" / "rules" / "acme.rules").write_text("customer acme {\n  tier glod\n}\n")
    code, out, _ = sla("check", "site", "--format", "compact", "--changed-since", "HEAD")
    assert code == 1
    assert "acme.rules" in out
    assert "old-corp" not in out


def test_a_second_finding_that_reads_like_the_first_is_new(sla, repository, tmp_path):
    text = TIERS.replace("08:00-23:59\n", "08:00-23:59\n  open sat 09:00-23:59\n")
    (tmp_path / "site" / "rules" / "tiers.rules").write_text(text)
    out = sla("check", "site", "--format", "compact", "--changed-since", "HEAD")[1]
    assert out.count("W0408") == 2  # both stand in a declaration that was changed


def test_a_suppression_that_ends_is_news_of_the_day_and_not_of_the_change(sla, repository):
    ignore = '# sla:ignore W0408 until 2026-08-01 reason "x"\n'
    repository.commit(
        {"site/rules/tiers.rules": TIERS.replace("calendar office {", f"{ignore}calendar office {{")}
    )
    arguments = ("check", "site", "--format", "compact", "--today", "2026-09-01")
    assert "W0109" in codes(sla(*arguments))
    assert codes(sla(*arguments, "--changed-since", "HEAD")) == []


def test_the_day_is_asked_also_where_the_verdict_is_remembered(sla, tmp_path):
    ignore = '# sla:ignore W0408 until 2199-08-01 reason "x"\n'
    (tmp_path / "sla.rules").write_text(TIERS.replace("calendar office {", f"{ignore}calendar office {{"))
    for _ in range(2):
        assert sla("check")[0] == 0
        assert codes(sla("check", "--format", "compact", "--today", "2199-08-01")) == ["W0109", "W0408"]
    (tmp_path / "sla.rules").write_text(
        TIERS.replace("23:59", "18:00").replace("calendar office {", f"{ignore}calendar office {{")
    )
    for _ in range(2):
        assert codes(sla("check", "--format", "compact")) == ["W0110"]


def test_a_new_site_is_all_new(sla, tmp_path):
    repo = Repository(tmp_path)
    repo.commit({"README.md": "nothing yet\n"})
    (tmp_path / "sla.rules").write_text(TIERS)
    assert codes(sla("check", "--format", "compact", "--changed-since", "HEAD")) == ["W0408"]


@pytest.mark.parametrize("ref", ["no-such-branch", "--upload-pack=touch hacked", "HEAD:site", "-h", "", "  "])
def test_a_revision_that_is_none(sla, repository, tmp_path, ref):
    code, out, err = sla("check", "site", f"--changed-since={ref}")
    assert (code, out) == (3, "")
    assert "revision" in err
    assert not (tmp_path / "hacked").exists()


def test_a_clone_that_lacks_where_the_branch_began(sla, repository, tmp_path):
    repository("switch", "--quiet", "--create", "branch")
    repository.commit({"site/rules/acme.rules": ACME})
    repository("switch", "--quiet", "main")
    repository.commit({"site/rules/old.rules": OLD + "\n# more\n"})
    origin = tmp_path.as_uri()
    repository("clone", "--quiet", "--depth=1", "--no-single-branch", "--branch=branch", origin, "clone")
    code, out, err = sla("check", "clone/site", "--changed-since", "origin/main")
    assert (code, out) == (3, "") and "no commit from which both 'origin/main' and" in err
    assert "git fetch --unshallow" in err
    repository("-C", "clone", "fetch", "--quiet", "--unshallow")
    assert codes(sla("check", "clone/site", "--format", "compact", "--changed-since", "origin/main")) == []


def test_a_history_of_its_own(sla, repository):
    repository("switch", "--quiet", "--orphan", "other")
    repository.commit({"site/sla.rules": TIERS})
    code, out, err = sla("check", "site", "--changed-since", "main", "--format", "json")
    assert code == 3 and "E0113" in out and "name a revision that this branch comes from" in err + out


def test_a_repository_of_somebody_else(sla, repository, monkeypatch):
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    for arguments in (
        ("check", "site", "--changed-since", "main"),
        ("diff", "main", "--rules", "site/sla.rules"),
    ):
        code, out, err = sla(*arguments)
        assert (code, out) == (4, "") and "dubious ownership" in err
        assert (
            "help: To add an exception for this directory, call: git config --global --add safe.directory"
            in err
        )


def test_without_a_repository(sla, tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    (tmp_path / "sla.rules").write_text(TIERS)
    code, _, err = sla("check", "--changed-since", "HEAD")
    assert code == 4
    assert "not a git repository" in err
    monkeypatch.setenv("PATH", "")
    code, _, err = sla("check", "--changed-since", "HEAD")
    assert code == 4
    assert "git is not installed" in err


def test_standard_input_has_no_history(sla):
    assert sla("check", "-", "--changed-since", "HEAD")[0] == 3
