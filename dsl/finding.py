"""A finding before it has a place in a file: positions are relative to declarations, so that it can be kept.

`dsl.load` turns findings into diagnostics when everything is known.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from dsl.span import Origin


class Mend(NamedTuple):
    """Edits (where, new text) that mend a finding; `safe` when they keep what the author plainly meant."""

    title: str
    edits: tuple[tuple[Origin, str], ...]
    safe: bool = False


class Finding(NamedTuple):
    """`at.declaration` is "" for the declaration that is being looked at; `example` makes the text of a scenario that shows it, and is
    asked only where the finding is told."""

    code: str
    message: str
    at: Origin
    help: str = ""
    labels: tuple[tuple[Origin, str], ...] = ()
    mends: tuple[Mend, ...] = ()
    notes: tuple[str, ...] = ()
    example: Callable[[], str] | None = None

    def placed(self, key: str) -> Finding:
        """The same finding with `key` for every "" in it."""
        code, message, at, help_, labels, mends, notes, example = self
        if labels:
            labels = tuple([(_placed(where, key), text) for where, text in labels])
        if mends:
            mends = tuple(
                [
                    mend._replace(edits=tuple([(_placed(where, key), text) for where, text in mend.edits]))
                    for mend in mends
                ]
            )
        return Finding(code, message, _placed(at, key), help_, labels, mends, notes, example)


def is_error(finding: Finding) -> bool:
    """Whether it keeps rules out of force."""
    return not finding.code.startswith("W")


class Ranged(Protocol):
    """Anything of the syntax tree that knows its range."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


def here(node: Ranged, key: str = "") -> Origin:
    """Where a node of the declaration `key` stands."""
    return Origin(key, node.start, node.end)


def in_file(path: str, start: int, end: int) -> Origin:
    """A place outside all declarations, counted from the start of the file."""
    return Origin(FILE + path, start, end)


FILE = "file:"


def _placed(where: Origin, key: str) -> Origin:
    return where if where.declaration else Origin(key, where.start, where.end)
