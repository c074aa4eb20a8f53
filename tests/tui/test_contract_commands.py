"""`sla matrix`, `sla diff` and `sla analyse` as a person and as a program use them."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.engine.differing import SITE
from tests.git import git
from tests.tui.hostile import harmless


@pytest.fixture
def sla(sla, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Run a command line in a folder with the site."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    (tmp_path / "sla.rules").write_text(SITE)
    return sla


# ---------------------------------------------------------------- matrix


def test_the_table_of_one_customer_on_a_day(sla):
    code, out, _ = sla("matrix", "acme", "--on", "2026-12-01", "--origins")
    assert code == 0
    lines = out.splitlines()
    assert lines[:2] == [
        "acme",
        "  on 2026-12-01 (2026-11-15 until 2027-01-06): tier gold, warnings at 50%, 75%, reopening resumes",
    ]
    row = next(line for line in lines if "critical  resolution" in line)
    place = SITE.splitlines().index("    target critical resolution within 2h on always") + 1
    assert re.split(r"  +", row.strip()) == [
        *("critical", "resolution", "within 2h", "always", "wait", "desk"),
        *("override peak of customer acme", f"sla.rules:{place}"),
    ]


def test_origins_name_the_override_that_lends_a_calendar(sla, tmp_path):
    (tmp_path / "sla.rules").write_text(
        "priorities p1\ncalendar night {\n  zone UTC\n  open mon-sun 00:00-06:00\n}\n"
        "tier gold {\n  calendar night\n  target p1 response within 2h\n}\n"
        'customer acme "Hooli & Söhne" {\n  alias "Hooli*"\n  tier gold\n  override shift {\n    calendar night\n'
        "    target p1 resolution within 10h\n  }\n}\n"
    )
    _, out, _ = sla("matrix", "hooli & söhne", "--origins")
    assert out.startswith("acme\n")
    [row] = [line for line in out.splitlines() if "response" in line]
    assert re.split("  +", row.strip())[-3:] == [
        *("tier gold", "sla.rules:8", "override shift of customer acme (sla.rules:13)")
    ]
    for text in ("Hooli Berlin", "ACME"):
        rows = json.loads(sla("matrix", text, "--format", "json")[1])
        assert [row["calendar of"] for row in rows] == [
            "override shift of customer acme (sla.rules:13)",
            "",
        ]
        assert list(rows[0]) == next(csv.reader(io.StringIO(sla("matrix", "--format", "csv")[1])))
    code, _, err = sla("matrix", "hoohli & söhne")
    assert (code, "did you mean Hooli & Söhne?" in err) == (3, True)


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_a_column_without_content_is_left_out(sla, form):
    _, out, _ = sla("matrix", "acme", "--on", "2026-12-01", "--origins", "--format", form)
    assert "decided by" in out and "calendar of" not in out


def test_programs_read_the_condition_that_the_rules_have(sla, tmp_path):
    hostile = "la\u202eb\u200f ü"
    (tmp_path / "sla.rules").write_text(SITE.replace('site == "lab"', f'site == "{hostile}"'))
    _, out, _ = sla("matrix", "--format", "json")
    assert "ü" in out
    assert harmless(out.replace("\n", ""))
    assert f'site == "{hostile}"' in {row["when"] for row in json.loads(out)}


def test_customers_with_one_contract_share_a_table(sla):
    _, out, _ = sla("matrix")
    assert [line for line in out.splitlines() if line and not line.startswith(" ")] == [
        "acme",
        "globex, initech",
        "undeclared customers",
    ]


@pytest.mark.parametrize(
    ("form", "line"),
    [("text", "  Good as <b>."), ("markdown", "Good as &lt;b&gt;."), ("html", "<p>Good as &lt;b&gt;.</p>")],
)
def test_the_comment_of_a_tier_is_shown(sla, tmp_path, form, line):
    (tmp_path / "sla.rules").write_text(SITE.replace("tier gold {", "# no\n## Good\n## as <b>.\ntier gold {"))
    _, out, _ = sla("matrix", "acme", "--on", "2026-12-01", "--format", form)
    assert line in out.splitlines()


def test_csv_has_a_row_for_everything_and_no_formula(sla, tmp_path):
    (tmp_path / "sla.rules").write_text(SITE.replace('site == "lab"', 'site == "=1+1"'))
    _, out, _ = sla("matrix", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert {row["customer"] for row in rows} == {"acme", "globex", "initech", "default"}
    assert {(row["from"], row["until"]) for row in rows if row["customer"] == "globex"} == {
        ("", "2026-06-01"),
        ("2026-06-01", "2026-07-01"),
        ("2026-07-01", ""),
    }
    assert all(row["where"].startswith("sla.rules:") for row in rows)
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        assert not any(name in ("src", "href", "onclick") for name, _ in attrs)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def test_html_stands_alone_and_runs_nothing(sla, tmp_path):
    hostile = '<script>alert(1)</script> & \\"x\\"'
    (tmp_path / "sla.rules").write_text(SITE.replace('site == "lab"', f'site == "{hostile}"'))
    code, out, _ = sla("matrix", "--format", "html")
    assert code == 0
    page = _Page()
    page.feed(out)
    assert page.open == []
    assert page.tags <= {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "h1",
        "h2",
        "h3",
        "p",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    }
    assert any("<script>alert(1)</script>" in text for text in page.text)
    assert "http" not in out and "url(" not in out


def test_markdown_is_text_and_no_markup(sla, tmp_path):
    (tmp_path / "sla.rules").write_text(SITE.replace('site == "lab"', 'site == "a|b <i> *c*"'))
    _, out, _ = sla("matrix", "globex", "--format", "markdown")
    rows = [line for line in out.splitlines() if line.startswith("|")]
    assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) == 1
    assert "<i>" not in out


def test_a_customer_that_nobody_declared_is_a_usage_error(sla):
    code, _, err = sla("matrix", "acmee")
    assert code == 3
    assert "did you mean acme?" in err
    assert sla("matrix", "acme", "--on", "tomorrow")[0] == 3
    assert sla("matrix", "--rules", "nowhere.rules")[0] == 4


@pytest.mark.parametrize("command", [("matrix", "acme", "--on"), ("analyse", "--on"), ("check", "--today")])
def test_a_day_out_of_reach_is_a_usage_error_and_one_within_is_looked_at(sla, command: tuple[str, ...]):
    for day in ("0001-01-01", "0002-05-05", "1899-12-31", "2200-01-01", "9998-12-31", "9999-12-31"):
        code, _, err = sla(*command, day)
        assert (code, f"{day} is outside the years 1900 to 2199" in err) == (3, True)
    for text in ("2026-02-30", "20260308", "2026-W10-7", "2026-3-8", "x" * 5000, "\x1b[31m"):
        code, _, err = sla(*command, text)
        assert code == 3
        assert (
            "is not a date of the calendar. Write it like 2026-03-08." in err.replace("\n", " ")
            or "x" in text
        )
        assert len(err) < 1000
    for day in ("1900-01-01", "2199-12-31"):
        assert sla(*command, day)[0] in (0, 1)


# ---------------------------------------------------------------- diff


def test_two_revisions_and_the_files_here(sla, tmp_path):
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "first")
    (tmp_path / "sla.rules").write_text(SITE.replace("resolution within 2h", "resolution within 1h"))
    git(tmp_path, "commit", "-q", "-a", "-m", "second")
    line = "acme critical resolution 2h -> 1h, 2026-11-15 until 2027-01-06\n"
    assert sla("diff", "HEAD~1", "HEAD") == (0, line, "")
    assert sla("diff", "HEAD~1", "HEAD", "--detailed-exitcode") == (2, line, "")
    assert sla("diff", "HEAD~1") == (0, line, "")
    assert sla("diff", "HEAD", "--detailed-exitcode") == (0, "no difference\n", "")
    code, out, _ = sla("diff", "HEAD~1", "--format", "json")
    assert code == 0
    assert json.loads(out) == {
        "differences": [
            {
                "about": "target",
                "subject": "critical resolution",
                "before": "2h",
                "after": "1h",
                "when": None,
                "customers": [
                    {"customer": "acme", "periods": [{"from": "2026-11-15", "until": "2027-01-06"}]}
                ],
            }
        ]
    }


def test_rules_are_a_file_or_its_folder_also_in_a_revision(sla, tmp_path, monkeypatch):
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "sla.rules").write_text(SITE)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "first")
    (tmp_path / "contracts" / "sla.rules").write_text(
        SITE.replace("resolution within 2h", "resolution within 1h")
    )
    line = "acme critical resolution 2h -> 1h, 2026-11-15 until 2027-01-06\n"
    assert sla("diff", "HEAD", "--rules", ".") == (0, "no difference\n", "")
    assert sla("diff", "HEAD", "--rules", "contracts") == (0, line, "")
    assert sla("diff", ".", "HEAD", "--rules", "contracts/sla.rules")[1] == line.replace(
        "2h -> 1h", "1h -> 2h"
    )
    monkeypatch.setenv("SLA_RULES", "contracts")
    assert sla("diff", "HEAD") == sla("diff", "sla.rules") == (0, line, "")


def test_a_shallow_clone_says_what_it_lacks(sla, tmp_path, monkeypatch):
    for text in ("first", "second"):
        (tmp_path / "note").write_text(text)
        if text == "first":
            git(tmp_path, "init", "-q")
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-q", "-m", text)
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{tmp_path}", str(tmp_path / "clone"))
    monkeypatch.chdir(tmp_path / "clone")
    code, _, err = sla("diff", "HEAD~1")
    assert (code, "git knows no revision 'HEAD~1'" in err, "git fetch --unshallow" in err) == (3, True, True)
    code, _, err = sla("check", "--changed-since", "HEAD~1")
    assert (code, "git fetch --unshallow" in err) == (3, True)


def test_folders_and_files(sla, tmp_path):
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "sla.rules").write_text(SITE.replace("warn at 50%, 75%", "warn at 80%"))
    said = "3 customers and undeclared ones warnings 50%, 75% -> 80%\n"
    assert sla("diff", "sla.rules", "new") == (0, said, "")
    _, out, _ = sla("diff", ".", "new/sla.rules", "-v")
    assert out == said + "  acme\n  globex\n  initech\n  undeclared customers\n"


def test_one_customer_is_named_beside_undeclared_ones(sla, tmp_path):
    site = "priorities p1\ntier gold {\n  target p1 response within 1h on always\n  warn at 50%\n}\ndefault tier gold\n"
    for name, share in (("sla.rules", "50%"), ("new.rules", "80%")):
        (tmp_path / name).write_text(site.replace("50%", share) + "customer acme {\n}\n")
    said = "acme and undeclared customers warnings 50% -> 80%\n"
    assert sla("diff", "sla.rules", "new.rules") == (0, said, "")


def test_a_long_condition_is_whole_for_programs_and_cut_for_people(sla, tmp_path):
    sites = [f'site == "{"x" * 40}{number}"' for number in range(100)]
    text = "priorities p1\nfield site text\npause p {{\n  when {}\n  stops response\n}}\n"
    text += "tier gold {{\n  target p1 response within 1h on always\n  pause by p\n}}\ncustomer acme {{\n  tier gold\n}}\n"
    for name, known in (("sla.rules", sites), ("new.rules", sites[1:])):
        (tmp_path / name).write_text(text.format(" or ".join(known)))
    _, out, _ = sla("diff", "sla.rules", "new.rules", "--format", "json")
    (one,) = json.loads(out)["differences"]
    assert (one["before"].count("site"), one["after"].count("site")) == (100, 99)
    code, out, _ = sla("diff", "sla.rules", "new.rules")
    assert code == 0 and len(out) < 2200
    assert out.endswith("… (cut: `sla diff --format json` has all of it)\n")


def test_what_cannot_be_compared_is_said(sla, tmp_path):
    code, _, err = sla("diff", "nowhere", ".")
    assert code == 4
    assert "neither a rule file, nor a folder" in err
    code, _, err = sla("diff", "", ".")
    assert code == 4 and "an empty name is neither a rule file, nor a folder" in err
    (tmp_path / "bad.rules").write_text("tier x {\n")
    code, _, err = sla("diff", "bad.rules", ".")
    assert code == 1
    assert "E0203" in err
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "empty")
    code, _, err = sla("diff", "HEAD", ".")
    assert code == 4
    assert "HEAD: there is no file sla.rules" in err


# ---------------------------------------------------------------- analyse


CLEAN = SITE.replace("within 6h on shop", "within 9h")


def test_a_finding_in_every_format(sla, tmp_path):
    (tmp_path / "sla.rules").write_text(CLEAN.replace("  limit 10bd\n", ""))
    code, out, _ = sla("analyse", "--on", "2026-11-26")
    assert code == 1
    assert "warning[W0906]: the pause `wait` has no limit" in out
    example = out[out.index("scenario ") :]
    assert example.startswith(
        'scenario "a pause without end" {\n  zone Europe/Berlin\n  ticket t1 customer globex priority critical\n'
    )
    assert '  at 2026-11-26 11:00 opened with status "Waiting"\n  expect resolution due never\n}\n' in example
    code, out, _ = sla("analyse", "--format", "json", "--on", "2026-11-26")
    (finding,) = json.loads(out)
    assert finding["code"] == "W0906" and finding["example"].startswith("scenario ")
    _, out, _ = sla("analyse", "--format", "compact", "--on", "2026-11-26")
    assert out.count("\n") == 1


def test_nothing_is_found_in_a_clean_site(sla, tmp_path):
    (tmp_path / "sla.rules").write_text(CLEAN)
    assert sla("analyse", "--on", "2026-11-26") == (0, "nothing found: 3 customers, 3 priorities\n", "")


def test_rules_with_errors_are_findings_of_the_check(sla, tmp_path):
    (tmp_path / "sla.rules").write_text("tier x {\n")
    code, out, err = sla("analyse")
    assert (code, err) == (1, "sla: the rules have errors: nothing was analysed\n")
    assert "E0203" in out
    assert sla("analyse", "nowhere")[0] == 4
