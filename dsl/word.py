"""What the modules of the syntax tree share: its leaves, which are words, and a period of dates, a moment, a recipient."""

from __future__ import annotations

from typing import NamedTuple


class Word(NamedTuple):
    """One token: what it says (of text in quotes what that says) and where it stands as written; `start` and `end` count characters from the
    declaration's head."""

    text: str
    start: int
    end: int


class Period(NamedTuple):
    """`through` says that `last` is the last day and not the first day after."""

    first: Word | None
    last: Word | None
    through: bool
    start: int
    end: int


class Moment(NamedTuple):
    """A date and a time on the scenario's wall clock."""

    day: Word
    time: Word
    start: int
    end: int


class Recipient(NamedTuple):
    """`role` is a word of the language and `name` the team's, or `role` is "" and `name` a person's or a team's."""

    role: str
    name: Word | None
    start: int
    end: int
