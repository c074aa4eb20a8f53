"""What kept rules from being looked at at all, as a finding: formats of findings have no other way to say so."""

from __future__ import annotations

from dsl.diagnostic import Diagnostic, Severity
from dsl.span import Span


def refused(message: str, help_: str, shown: str) -> Diagnostic:
    """The finding that no rules could be read, at the beginning of the file that is shown as `shown`."""
    return Diagnostic("E0113", Severity.ERROR, message, Span(shown, 0, 0, 1, 1, 1, 1), help=help_)
