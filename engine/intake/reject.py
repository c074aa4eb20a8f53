"""Rows that could not be taken in: where they stand and why. Written beside the file, so that nothing is lost silently."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

SHOWN = 2_000
"""Characters of a rejected row that are kept."""


@dataclass(frozen=True, slots=True)
class Reject:
    """One row: the line it begins in (from 1), why it was refused, and its text, cut to `SHOWN` characters."""

    line: int
    reason: str
    row: str


def write_rejects(path: Path, rejects: Sequence[Reject]) -> None:
    """Write one JSON object a line, all of them or nothing; no rejects remove the file of an earlier run. Raises OSError."""
    if not rejects:
        path.unlink(missing_ok=True)
        return
    with (
        ExitStack() as otherwise,
        NamedTemporaryFile(
            "w", encoding="ascii", dir=path.parent, prefix=f".{path.name}.", delete=False, newline="\n"
        ) as file,
    ):
        temporary = Path(file.name)
        otherwise.callback(temporary.unlink, missing_ok=True)
        for reject in rejects:
            # ASCII only: a refused row may hold anything, and somebody will look at it with `cat`.
            file.write(json.dumps({"line": reject.line, "reason": reject.reason, "row": reject.row}) + "\n")
        file.flush()
        os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
        otherwise.pop_all()
