"""The type of every path that a command is given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


class NamedPath(click.Path):
    """A path that has a name: an empty one, of a variable that nobody set, would be this folder. Options are those of `click.Path`; what
    it makes is a `Path` unless `path_type` says otherwise."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        super().__init__(**{"path_type": Path, **options})

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401
        if not str(value).strip():
            self.fail("the path is empty: is a variable set that should hold it?", param, ctx)
        return super().convert(value, param, ctx)
