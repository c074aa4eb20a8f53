"""git itself, with the drivers that `sla init --git` sets: merges by declaration, hunks that name the customer."""

from __future__ import annotations

import shutil

import pytest

from tests.git import Repository
from tui.commands.init import DRIVERS

ACME = 'customer acme "Acme" {\n  tier gold\n  zone Europe/Berlin\n  alias "A"\n}\n'
GLOBEX = "customer globex {\n  tier gold\n}\n"
BASE = f"# Who has what.\n\n{ACME}\n{GLOBEX}"


def customer(name):
    return f"customer {name} {{\n  tier silver\n}}\n"


@pytest.fixture
def repository(tmp_path):
    repo = Repository(tmp_path / "it's a clone")
    for key, value in DRIVERS.items():
        repo("config", key, value)
    repo.commit({".gitattributes": "*.rules diff=sla merge=sla\n", "customers.rules": BASE})
    return repo


def branches(repository, ours, theirs):
    """Commit both on branches of their own, with ours checked out."""
    repository("switch", "--quiet", "--create", "theirs")
    repository.commit({"customers.rules": theirs})
    repository("switch", "--quiet", "main")
    repository.commit({"customers.rules": ours})
    return (repository.folder / "customers.rules").read_text


def test_both_sides_add_a_customer(repository):
    read = branches(repository, f"{BASE}\n{customer('one')}", f"{BASE}\n{customer('two')}")
    repository("merge", "--quiet", "--no-edit", "theirs")
    assert read() == f"{BASE}\n{customer('two')}\n{customer('one')}"
    assert repository("status", "--short") == ""


def test_a_rebase_and_a_cherry_pick_ask_it_too(repository):
    read = branches(repository, f"{BASE}\n{customer('one')}", f"{BASE}\n{customer('two')}")
    repository("cherry-pick", "theirs")
    assert "one" in read()
    assert "two" in read()
    repository("reset", "--quiet", "--hard", "HEAD~1")
    repository("rebase", "--quiet", "theirs")
    assert "one" in read()
    assert "two" in read()


def test_neighbouring_lines_of_different_declarations_do_not_conflict(repository):
    read = branches(
        repository,
        BASE.replace('alias "A"', 'alias "B"'),
        BASE.replace("customer globex", "# new\ncustomer globex"),
    )
    repository("merge", "--quiet", "--no-edit", "theirs")
    assert 'alias "B"' in read()
    assert "# new\ncustomer globex" in read()


def test_a_real_conflict_has_ordinary_markers_in_the_one_declaration(repository):
    ours = (
        BASE.replace("acme {", "acme {").replace("zone Europe/Berlin", "zone Europe/Paris")
        + f"\n{customer('one')}"
    )
    theirs = BASE.replace("zone Europe/Berlin", "zone Europe/Rome") + f"\n{customer('two')}"
    read = branches(repository, ours, theirs)
    out = repository("merge", "--no-edit", "theirs", code=1)
    assert "CONFLICT" in out
    assert read() == (
        '# Who has what.\n\ncustomer acme "Acme" {\n  tier gold\n'
        "<<<<<<< ours\n  zone Europe/Paris\n=======\n  zone Europe/Rome\n>>>>>>> theirs\n"
        f'  alias "A"\n}}\n\n{GLOBEX}\n{customer("two")}\n{customer("one")}'
    )
    assert repository("status", "--short") == "UU customers.rules\n"


def test_one_customer_that_both_sides_call_otherwise_is_a_conflict(repository):
    read = branches(repository, BASE.replace("globex", "globex-eu"), BASE.replace("globex", "globex-us"))
    out = repository("merge", "--no-edit", "theirs", code=1)
    assert "CONFLICT" in out
    assert read() == BASE.replace(
        "customer globex {\n",
        "<<<<<<< ours\ncustomer globex-eu {\n=======\ncustomer globex-us {\n>>>>>>> theirs\n",
    )


@pytest.mark.parametrize("style", ["diff3", "zdiff3"])
def test_the_style_of_conflicts_is_the_one_that_git_is_told(repository, style):
    repository("config", "merge.conflictStyle", style)
    read = branches(repository, BASE.replace("Berlin", "Paris"), BASE.replace("Berlin", "Rome"))
    repository("merge", "--no-edit", "theirs", code=1)
    assert (
        "<<<<<<< ours\n  zone Europe/Paris\n||||||| base\n  zone Europe/Berlin\n"
        "=======\n  zone Europe/Rome\n>>>>>>> theirs\n" in read()
    )


def test_markers_have_the_names_that_git_has_for_the_sides(sla, tmp_path):
    for name, town in (("base", "Berlin"), ("ours", "Paris"), ("theirs", "Rome")):
        (tmp_path / name).write_text(BASE.replace("Berlin", town))
    named = ["--labels", "1a2b3c", "HEAD", "main (it's) --x"]
    assert sla("merge-driver", "base", "ours", "theirs", *named)[0] == 1
    merged = (tmp_path / "ours").read_text()
    assert "<<<<<<< HEAD\n" in merged
    assert ">>>>>>> main (it's) --x\n" in merged


def test_another_layout_is_no_conflict(repository):
    wide = BASE.replace("  zone Europe/Berlin", "    zone   Europe/Berlin   # home")
    repository.commit({"customers.rules": BASE.replace("Europe/Berlin", "Europe/Berlin # home")})
    read = branches(repository, wide, BASE.replace("Europe/Berlin", "Europe/Rome # home"))
    repository("merge", "--quiet", "--no-edit", "theirs")
    assert read() == BASE.replace("Europe/Berlin", "Europe/Rome  # home")


@pytest.fixture(params=["absent", "broken"])
def without_sla(request, tmp_path):
    """A PATH with git and without a `sla` that runs."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("git", "sh", "grep"):
        (programs / name).symlink_to(shutil.which(name))
    if request.param == "broken":
        (programs / "sla").write_text("#!/bin/sh\nexit 1\n")
        (programs / "sla").chmod(0o755)
    return {"PATH": str(programs)}


def test_where_sla_cannot_be_started_git_merges_by_lines(repository, without_sla):
    name = "a folder/$(touch x) it's.rules"
    repository.commit({name: BASE})
    repository("switch", "--quiet", "--create", "theirs")
    repository.commit({name: BASE.replace("Berlin", "Rome")})
    repository("switch", "--quiet", "main")
    repository.commit({name: BASE.replace("Berlin", "Paris")})
    repository("merge", "--no-edit", "theirs", code=1, environment=without_sla)
    merged = (repository.folder / name).read_text()
    assert "<<<<<<< ours\n  zone Europe/Paris\n=======\n  zone Europe/Rome\n>>>>>>> theirs\n" in merged
    assert not (repository.folder / "x").exists()
    repository("merge", "--abort")
    repository("reset", "--quiet", "--hard", "HEAD~1")
    repository.commit({name: BASE.replace(GLOBEX, GLOBEX.replace("gold", "silver"))})
    repository("merge", "--quiet", "--no-edit", "theirs", environment=without_sla)
    merged = (repository.folder / name).read_text()
    assert "tier silver" in merged
    assert "Europe/Rome" in merged


def test_with_sla_a_path_with_spaces_is_merged_too(repository):
    name = "a folder/it's.rules"
    repository.commit({name: BASE})
    repository("switch", "--quiet", "--create", "theirs")
    repository.commit({name: f"{BASE}\n{customer('two')}"})
    repository("switch", "--quiet", "main")
    repository.commit({name: f"{BASE}\n{customer('one')}"})
    repository("merge", "--quiet", "--no-edit", "theirs")
    assert (repository.folder / name).read_text() == f"{BASE}\n{customer('two')}\n{customer('one')}"


def test_a_conflict_that_was_committed_is_merged_line_by_line(repository):
    bad = BASE.replace(
        "  tier gold\n  zone", "<<<<<<< x\n  tier gold\n=======\n  tier silver\n>>>>>>> y\n  zone"
    )
    read = branches(repository, bad, f"{BASE}\n{customer('two')}")
    repository("merge", "--quiet", "--no-edit", "theirs")
    assert "<<<<<<< x" in read()
    assert "two" in read()


def test_what_is_no_text_is_left_to_people(sla, tmp_path):
    for name in ("base", "ours", "theirs"):
        (tmp_path / name).write_bytes(b"customer a {\n}\n" if name != "theirs" else b"\xff\xfe")
    code, _, err = sla("merge-driver", "base", "ours", "theirs", "--path", "x.rules")
    assert code == 4
    assert "x.rules is not a rule file" in err
    assert (tmp_path / "ours").read_bytes() == b"customer a {\n}\n"


def test_line_ends_and_a_byte_order_mark_are_ours(sla, tmp_path):
    texts = {
        "base": BASE,
        "ours": f"\ufeff{BASE}\n{customer('one')}".replace("\n", "\r\n"),
        "theirs": f"{BASE}\n{customer('two')}",
    }
    for name, text in texts.items():
        (tmp_path / name).write_bytes(text.encode())
    assert sla("merge-driver", "base", "ours", "theirs", "--marker-size", "9")[0] == 0
    merged = (tmp_path / "ours").read_bytes().decode()
    assert merged == f"\ufeff{BASE}\n{customer('two')}\n{customer('one')}".replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [('"A"', '"B"', 'customer acme "Acme"'), ("zone Europe/Berlin", "zone UTC", "customer acme")],
)
def test_a_hunk_names_its_customer(repository, old, new, name):
    (repository.folder / "customers.rules").write_text(BASE.replace(old, new))
    hunk = next(line for line in repository("diff", "--unified=0").splitlines() if line.startswith("@@"))
    assert hunk.split("@@")[2].strip() == 'customer acme "Acme"'
    assert hunk.split("@@")[2].strip().startswith(name)
