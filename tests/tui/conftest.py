from __future__ import annotations

import sys

import pytest

from dsl.cache_folder import cache_folder
from tests.locked import member


@pytest.fixture
def sla(tmp_path, capfd, monkeypatch):
    """Run a command line in a folder of its own; answers exit code, output and complaints. Nothing has tracebacks, nor escapes
    but for a terminal."""
    from tui.cli import run

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLA_CACHE_DIR", str(tmp_path.parent / f"{tmp_path.name}-cache"))
    cache_folder.cache_clear()

    def call(*arguments):
        code = run([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        assert "\x1b" not in out + err or sys.stdout.isatty() or sys.stderr.isatty()
        return code, out, err

    yield call
    cache_folder.cache_clear()


@pytest.fixture(scope="session")
def junit_schema(request):
    """The schema of Jenkins' xUnit plugin, which the tests of pytest carry as it is."""
    from xmlschema import XMLSchema10

    path = "testing/example_scripts/junit-10.xsd"
    return XMLSchema10(member("pytest", path, request.config.cache.mkdir("distributions")).decode())
