"""Renaming: whether a new name may be given, and every place that must change with it."""

from __future__ import annotations

from collections.abc import Sequence

from dsl.errors import SlaError
from dsl.ladder import BUILT_IN_CHANNELS, Role
from dsl.model import ALWAYS, BUILT_IN_METRICS
from dsl.places import Place, Thing, declared, uses
from dsl.sheet import Sheet
from dsl.vocabulary import KEYWORDS, is_name

_TAKEN = {"calendar": (ALWAYS,), "channel": BUILT_IN_CHANNELS, "metric": BUILT_IN_METRICS}
_SHARED = (("person", "team"),)
"""Kinds that lines refer to in the same words."""


def renamable(sheets: Sequence[Sheet], thing: Thing) -> list[Place]:
    """The places that a new name goes to. Raises SlaError where the thing has no declaration, or more than one."""
    if thing.kind == "status":
        raise SlaError("a status is what the ticket system calls it: it changes there first")
    found = declared(sheets, thing)
    if not found:
        raise SlaError(f"`{thing.name}` is declared nowhere, so that it cannot be renamed")
    if len(found) > 1:
        raise SlaError(
            f"{thing.kind} `{thing.name}` is declared {len(found)} times: which one is meant cannot be told"
        )
    return [place for place in uses(sheets, thing) if not place.mention.quoted]


def renamed(sheets: Sequence[Sheet], thing: Thing, new: str) -> list[Place]:
    """The places that get the name `new`, none where it is the name already. Raises SlaError for a name that is not legal or
    not free."""
    places = renamable(sheets, thing)
    if new == thing.name:
        return []
    if not is_name(new):
        reason = "a keyword" if new in KEYWORDS else "not a name: small letters, digits and hyphens"
        raise SlaError(f"`{new}` is {reason}")
    kinds = next((pair for pair in _SHARED if thing.kind in pair), (thing.kind,))
    for kind in kinds:
        if new in _TAKEN.get(kind, ()) or (kind == "person" and new in (Role.ASSIGNEE, Role.ACCOUNT_MANAGER)):
            raise SlaError(f"the {kind} `{new}` is built in")
        if taken := declared(sheets, Thing(kind, new)):
            line = (
                next(sheet for sheet in sheets if sheet.path == taken[0].path).text.count(
                    "\n", 0, taken[0].start
                )
                + 1
            )
            raise SlaError(f"there is a {kind} `{new}` already: {taken[0].path}:{line}")
    return places
