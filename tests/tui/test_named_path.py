"""Every path that a command takes has a name: an empty one would be this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tui.group import sla as commands
from tui.named_path import NamedPath


def every(command: click.Command, *names: str) -> Iterator[tuple[tuple[str, ...], click.Parameter]]:
    """The parameters of a command and of those below it."""
    yield from ((names, parameter) for parameter in command.params)
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from every(below, *names, name)


PATHS = [(names, one) for names, one in every(commands) if isinstance(one.type, click.Path)]


def test_each_is_of_one_type():
    assert len(PATHS) > 60
    assert [(names, one.name) for names, one in PATHS if not isinstance(one.type, NamedPath)] == []


@pytest.mark.parametrize("value", ["", " "])
def test_an_empty_one_is_refused_by_each(value):
    for _, one in PATHS:
        with pytest.raises(click.BadParameter, match="the path is empty: is a variable set"):
            one.type.convert(value, one, None)


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", "", "--map", "events"),
        ("import", "x.csv", "--map", ""),
        ("import", "x.csv", "--map", "events", "--rejects", ""),
        ("test", "--junit", ""),
        ("test", "--coverage-output", ""),
        ("test", "--record", "T-1", "--output", ""),
        ("fmt", ""),
        ("fmt", "sla.rules", ""),
        ("report", "--period", "2026-10", "--output", ""),
        ("tickets", "--store", ""),
        ("db", "backup", ""),
        ("outage", "import", "", "--source", "s"),
        ("archive", "--to", ""),
        ("config", "show", "--config", ""),
        ("merge-driver", "a", "", "b"),
    ],
)
def test_no_command_speaks_of_this_folder(sla, arguments):
    code, out, err = sla(*arguments)
    assert (code, out) == (3, "")
    assert "empty" in err and "'.'" not in err
    assert list(Path().iterdir()) == []


def test_a_store_by_its_address_is_no_path():
    store = next(one for _, one in PATHS if one.name == "store_path")
    assert not isinstance(store.type.convert("postgresql://desk@host/sla", store, None), Path)
    assert store.type.convert("sla.db", store, None) == Path("sla.db")
