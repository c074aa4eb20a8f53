"""A file that was named as the root file and is a part of another's rules: by itself it is full of unknown names."""

from __future__ import annotations

import os
from pathlib import Path

from dsl.errors import USAGE, SlaError, advised
from dsl.include import roots_above
from tui.plain import plain


def refuse_part(path: Path, command: str) -> None:
    """For a root file with errors: raise SlaError that names the rules it is a part of, if there are such in its folder or above."""
    named = os.path.realpath(path)
    for root in roots_above(path.absolute().parent):
        if os.path.realpath(root) == named:
            continue
        from dsl.load import rule_files

        try:
            files = rule_files(root)
        except SlaError:
            continue
        if any(os.path.realpath(root.parent / shown) == named for shown in files):
            whole = os.path.relpath(root)
            raise SlaError(
                f"{plain(path)} is a part of {plain(whole)}, and no rules by itself",
                help=f"{command} {advised(plain(whole))}",
                exit_code=USAGE,
            )
