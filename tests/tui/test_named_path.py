"""Every path that a command takes has a name: an empty one would be this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tui.group import sla as commands
from tui.named_path import NamedPath, OutputPath


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


WRITTEN = [(names, one) for names, one in PATHS if isinstance(one.type, OutputPath)]
READ = {"rules_path", "store_path", "config_path", "path", "paths", "source", "map_name"}


def test_every_path_that_is_written_is_known_as_such():
    others = {(*names, one.name) for names, one in PATHS if one.name not in READ}
    assert others - {(*names, one.name) for names, one in WRITTEN} == {
        ("test", "output"),  # appends to rule files, and takes nothing else
        ("init", "folder"),
        ("merge-driver", "base"),
        ("merge-driver", "ours"),
        ("merge-driver", "theirs"),
        ("plan", "folder"),
        ("replay", "folder"),
        ("archive", "folder"),
        ("import", "file"),
        ("outage", "import", "file"),
    }
    assert len(WRITTEN) == 8


def test_none_of_them_takes_a_rule_file(tmp_path):
    (tmp_path / "tiers.rules").touch()
    (tmp_path / "out.xml").symlink_to("tiers.rules")
    for _, one in WRITTEN:
        for name in (tmp_path / "new.rules", tmp_path / "NEW.RULES", tmp_path / "out.xml"):
            with pytest.raises(click.BadParameter, match="is a rule file, and would be overwritten"):
                one.type.convert(str(name), one, None)


SITE = {
    "sla.rules": 'include "parts/tiers.txt"\nholidays de {\n  file "parts/days.cal"\n}\n',
    "parts/tiers.txt": "priorities { high }\n",
    "parts/days.cal": "BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n",
    "events.jsonl": "",
    "map.toml": "",
    "sla.toml": "",
    "sla.db": "",
}


@pytest.mark.parametrize(
    "arguments",
    [
        ("test", "--junit", "sla.rules"),
        ("test", "--coverage", "--coverage-output", "parts/tiers.txt"),
        ("test", "--coverage-output", "parts/../parts/days.cal"),
        ("test", "--rules", "parts/tiers.txt", "--junit", "parts/tiers.txt"),
        ("test", "--watch", "--junit", "parts/tiers.txt"),
        ("test", "--bless", "--junit", "parts/tiers.txt"),
        ("test", "--junit", "out", "--coverage-output", "./out"),
        ("report", "--rules", "sla.rules", "--format", "csv", "--output", "parts/tiers.txt"),
        ("report", "--config", "sla.toml", "--format", "csv", "--output", "sla.toml"),
        ("report", "--format", "csv", "--output", "sla.db"),
        ("invoice", "acme", "2026-10", "--format", "csv", "--output", "sla.db"),
        ("publications", "save", "1", "sla.db"),
        ("import", "events.jsonl", "--map", "events", "--rejects", "events.jsonl"),
        ("import", "events.jsonl", "--map", "map.toml", "--rejects", "map.toml"),
        ("import", "events.jsonl", "--map", "events", "--rules", "sla.rules", "--rejects", "parts/days.cal"),
        ("outage", "import", "events.jsonl", "--rejects", "events.jsonl"),
        ("db", "backup", "copy.rules"),
    ],
)
def test_nothing_that_a_command_reads_is_written_over(sla, arguments):
    for name, text in SITE.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text)
    code, out, err = sla(*arguments)
    assert (code, out) == (3, "")
    assert "name another file" in err or "makes no sense" in err
    assert {name: Path(name).read_text() for name in SITE} == SITE
    assert {str(path) for path in Path().rglob("*") if path.is_file()} == {*SITE}
