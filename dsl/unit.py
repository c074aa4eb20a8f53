"""One declaration as read from its text alone: its tree, its name and what is wrong with it by itself.

A unit depends on nothing but its text, so units are kept by text and an unchanged declaration is never read twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from dsl import model, syntax
from dsl.finding import Finding


@dataclass(slots=True, weakref_slot=True, eq=False)
class Unit:
    """`broken` says that lines are missing from the tree because they could not be read.

    `kind` and `name` are known even then, as far as they can be guessed, so that one fault does not make ten.
    """

    text: str
    kind: str
    name: str
    tree: syntax.Declaration | None
    findings: tuple[Finding, ...] = ()
    broken: bool = False
    built: model.Customer | None = field(default=None, repr=False)
    key: str = field(init=False, repr=False)
    """What an `Origin` calls this declaration when no other has the same kind and name."""

    def __post_init__(self) -> None:
        self.key = f"{self.kind} {self.name}" if self.name else self.kind

    @property
    def names_files(self) -> bool:
        """Whether it may name other files."""
        return self.kind in ("include", "holidays")
