"""What is installed is what is here: the wheel carries its data, and runs beside folders with the names of its packages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tui.commands.init import LAYOUT

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = "import sys; sys.path.insert(0, sys.argv.pop(1)); from tui.cli import main; main()"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    uv = shutil.which("uv")
    if uv is None:
        pytest.skip("uv, which builds the wheel, is not here")
    out = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [uv, "build", "--wheel", "--quiet", "-o", str(out)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    [path] = out.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(out / "installed")
    return out / "installed"


def test_it_carries_the_rules_the_grammar_and_the_maps(wheel):
    here = {str(path.relative_to(wheel)) for path in wheel.rglob("*")}
    assert {"sla.rules", "rules/tiers.rules", "dsl/grammar.lark", "rules/examples/incidents.rules"} <= here
    assert {f"rules/starter/{source}" for source in LAYOUT.values()} <= here
    assert any(name.startswith("engine/intake/maps/") and name.endswith(".toml") for name in here)
    assert {"reports/web/templates/ask.html", "reports/web/templates/style.css"} <= here
    assert {
        "reports/templates/report.typ",
        "reports/templates/fonts/NotoSans-Regular.ttf",
        "reports/templates/fonts/OFL.txt",
    } <= here
    assert not any(name.startswith(("tests/", "bench/", ".ci")) for name in here)


def test_it_runs_in_a_folder_that_has_an_engine_of_its_own(wheel, tmp_path):
    for name in ("engine", "dsl", "rules"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('the wrong package')\n")
    script = tmp_path / "bin" / "sla"
    script.parent.mkdir()
    script.write_text(f"#!{sys.executable}\n{SCRIPT}\n")
    for arguments in (["demo"], ["check", str(wheel / "sla.rules")], ["--version"]):
        done = subprocess.run(
            [sys.executable, str(script), str(wheel), *arguments],
            cwd=tmp_path,
            env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr + done.stdout
