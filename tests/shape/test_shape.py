"""The architecture, guarded: what every file must keep to, whoever writes it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("rules", "dsl", "engine", "reports", "tui")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
NAMES = {path: str(path.relative_to(ROOT)) for path in (*MODULES, *DOCUMENTS)}


@pytest.mark.parametrize("path", MODULES, ids=NAMES.get)
def test_a_module_says_what_it_is_for_and_stays_readable(path):
    text = path.read_text(encoding="utf-8")
    if text.strip():
        assert ast.get_docstring(ast.parse(text)), "no docstring"
    assert len(text.splitlines()) <= 400, "a second job has moved in"


@pytest.mark.parametrize("path", MODULES, ids=NAMES.get)
def test_nothing_is_left_for_later_or_swallowed(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\b(TODO|FIXME|XXX)\b", text)
    swallowed = re.findall(r"except Exception", text)
    assert len(swallowed) <= (1 if NAMES[path] == "tui/cli.py" else 0)


def test_only_one_module_reads_the_zone_data():
    users = [
        NAMES[path]
        for path in MODULES
        if re.search(r"^\s*(from|import) zoneinfo", path.read_text("utf-8"), re.MULTILINE)
    ]
    assert [name for name in users if name.startswith("engine/")] == ["engine/wall.py"]


def test_only_the_parser_knows_lark():
    users = [
        NAMES[path]
        for path in MODULES
        if re.search(r"^\s*(from|import) lark", path.read_text("utf-8"), re.MULTILINE)
    ]
    assert users == ["dsl/parse.py"]


def test_what_decides_never_asks_for_the_time():
    deciding = (
        "calendar",
        "closures",
        "graph",
        "terms",
        "facts",
        "clock",
        "evaluate",
        "columns",
        "transition",
        "explain",
    )
    deciding += ("overview", "repin", "simulate", "predicate")
    for name in deciding:
        path = ROOT / "engine" / f"{name}.py"
        if path.exists():
            assert not re.search(r"\btime\.time\(|datetime\.now\(|\.today\(", path.read_text("utf-8")), name


@pytest.mark.parametrize("path", DOCUMENTS, ids=NAMES.get)
def test_links_between_documents_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


def test_every_command_has_its_module_and_its_line_in_the_docs():
    from tui.group import COMMANDS

    documented = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    for name in COMMANDS:
        module = "import_" if name == "import" else name.replace("-", "_")
        assert (ROOT / "tui" / "commands" / f"{module}.py").exists(), name
        assert f"sla {name}" in documented, name


def test_every_key_of_the_console_is_in_its_page():
    from tui.keymap import TABLE

    page = (ROOT / "docs" / "console.md").read_text(encoding="utf-8")
    for key in TABLE:
        assert f"| {key.id} | {key.about} |" in page, key.id
