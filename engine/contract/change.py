"""Differences in words: what one is about, and what it was and will be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class About(StrEnum):
    """What a change is about."""

    CUSTOMER = "customer"
    NAMES = "names"
    ZONE = "zone"
    STATUS = "status"
    PRIORITIES = "priorities"
    METRIC = "metric"
    TARGET = "target"
    CALENDAR = "calendar"
    PAUSE = "pause"
    WARNINGS = "warnings"
    LADDER = "ladder"
    PEOPLE = "people"
    REOPENING = "reopening"
    UPTIME = "uptime"
    CREDITS = "credits"
    RETAINER = "retainer"
    SERVICE = "service"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference in words. `before` or `after` is "" where there was or will be no such thing; `when` is the condition
    that holds for the tickets that differ so, "" for all. `shared`: it is about something that customers share, such as a calendar."""

    about: About
    subject: str
    before: str
    after: str
    when: str = ""
    shared: bool = False


def lines_changed(
    about: About, subject: str, before: Iterable[str], after: Iterable[str], *, shared: bool = True
) -> Iterator[Change]:
    """Lines that have gone and lines that have come."""
    was, will = dict.fromkeys(before), dict.fromkeys(after)
    yield from (Change(about, subject, line, "", shared=shared) for line in was if line not in will)
    yield from (Change(about, subject, "", line, shared=shared) for line in will if line not in was)


def shared(about: About, subject: str, words: Iterable[str]) -> Change:
    """A change, from the first to the second of two words, of what customers share."""
    before, after = words
    return Change(about, subject, before, after, shared=True)
