"""The types of every path that a command is given."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from dsl.errors import SlaError
from tui.plain import plain


class NamedPath(click.Path):
    """A path that has a name: an empty one, of a variable that nobody set, would be this folder. Options are those of `click.Path`; what
    it makes is a `Path` unless `path_type` says otherwise."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        super().__init__(**{"path_type": Path, **options})

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401
        if not str(value).strip():
            self.fail("the path is empty: is a variable set that should hold it?", param, ctx)
        return super().convert(value, param, ctx)


class OutputPath(NamedPath):
    """A file that a command writes anew, whatever it held: never a rule file, also by a link."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401
        path = super().convert(value, param, ctx)
        if any(name.lower().endswith(".rules") for name in (os.fspath(path), os.path.realpath(path))):
            self.fail(
                f"{plain(path)} is a rule file, and would be overwritten: name another file", param, ctx
            )
        return path


def never_over(output: Path | None, rules: Path | None, *read: object) -> None:
    """Raises click.UsageError where `output` is one of the files that a command reads: of the rules that
    are meant, or a path of `read`."""
    if output is None or not output.exists():
        return
    from dsl.load import files_read, root_file

    files = [path for path in read if isinstance(path, Path)]
    if rules is not None:
        with suppress(SlaError):  # rules that are not there are told by who reads them
            root = root_file(rules)
            files += (root.parent / shown for shown in files_read(root))
    if os.path.realpath(output) in map(os.path.realpath, files):
        raise click.UsageError(
            f"{plain(output)} is read by this command, and would be overwritten: name another file"
        )
