from __future__ import annotations

import pytest

from dsl.cache_folder import cache_folder


@pytest.fixture
def sla(tmp_path, capfd, monkeypatch):
    """Run a command line in a folder of its own; answers exit code, output and complaints."""
    from tui.cli import run

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLA_CACHE_DIR", str(tmp_path.parent / f"{tmp_path.name}-cache"))
    cache_folder.cache_clear()

    def call(*arguments):
        code = run([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return code, out, err

    yield call
    cache_folder.cache_clear()
