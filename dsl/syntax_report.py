"""Lines about reports, exactly as written. Part of `dsl.syntax`, which hands them out."""

from __future__ import annotations

from typing import NamedTuple

from dsl.word import Recipient, Word


class Schedule(NamedTuple):
    """`unit` is week, month or quarter; `day` a weekday or the number of a day, as written."""

    unit: str
    day: Word
    time: Word
    zone: Word
    start: int
    end: int


class Everybody(NamedTuple):
    start: int
    end: int


class ShareMail(NamedTuple):
    to: tuple[Recipient, ...]
    start: int
    end: int
