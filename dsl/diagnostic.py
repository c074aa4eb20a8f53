"""One record for everything that can be wrong with a rule file; every output format is made from it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

from dsl.span import Span


class Severity(StrEnum):
    """An error keeps the rules out of force; a warning does not. Both are findings."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Label:
    """A second place that belongs to the finding, with a few words on why."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace what `span` covers with `text`."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A mend that a tool may offer; `safe` ones keep the meaning that the author plainly had."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool = False


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What is wrong (`message`), where (`span`, `labels`) and how to mend it (`help`, `fixes`); `example` is a scenario that shows
    it, as text of a rule file."""

    code: str
    severity: Severity
    message: str
    span: Span
    labels: tuple[Label, ...] = ()
    help: str = ""
    notes: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()
    context: str = field(default="", kw_only=True)  # key of the declaration it is in, for the fingerprint
    example: str = field(default="", kw_only=True)

    @property
    def fingerprint(self) -> str:
        """Identity across edits: no line number in it."""
        text = "\0".join((self.code, self.span.path, self.context, self.message))
        return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
