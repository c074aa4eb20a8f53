"""Puts what came out in the place of expectations that do not hold. Nothing else in the files changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from dsl.diagnostic import Diagnostic, Edit
from dsl.errors import SlaError
from dsl.include import decoded
from dsl.mend import Edits
from tui.plain import plain
from tui.rewrite import encoded, replace, show_diff


def bless(
    diagnostics: Iterable[Diagnostic], files: Mapping[str, str], folder: Path, *, dry: bool, show: bool = True
) -> None:
    """Apply the fixes of failures, or, if `dry`, only `show` them as a difference.

    `files` are the texts that were judged, by path below `folder`. Raises SlaError if one of them has changed since.
    """
    edits: dict[str, set[Edit]] = {}
    for one in diagnostics:
        for fix in one.fixes:
            for edit in fix.edits:
                edits.setdefault(edit.span.path, set()).add(edit)
    for shown, wanted in edits.items():
        path = folder / shown
        before = path.read_bytes()
        text = decoded(before)
        if text != files[shown]:
            raise SlaError(f"{plain(shown)} was edited while its scenarios ran", help="run it again")
        after = encoded(Edits(sorted(wanted, key=lambda edit: edit.span.start)).of(text), before)
        if not dry:
            replace(path, after)
        elif show:
            show_diff(shown, before, after)
