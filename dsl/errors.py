"""The one exception of these packages that a person is meant to read.

A mistake in a rule file or in a row of an import is a value (`Diagnostic`, `Reject`), collected. This is for a
broken promise of the world's: a file that cannot be read, a store that is not one.
"""

from __future__ import annotations

import shlex

FINDINGS = 1
CHANGES = 2
USAGE = 3
UNREACHABLE = 4
INTERNAL = 5


class SlaError(Exception):
    """What happened and where (`str`), what to do (`help`), and the exit code that says it to a machine."""

    def __init__(self, message: str, *, help: str = "", exit_code: int = UNREACHABLE) -> None:  # noqa: A002
        super().__init__(message)
        self.help = help
        self.exit_code = exit_code


def advised(*words: object) -> str:
    """A command line to copy into a shell: what a shell would take for something else stands in quotes."""
    return shlex.join(map(str, words))
