"""The lines of `sla due --jsonl`: a question about a calendar in, its answer out, one JSON object each.

Every fault of a line is its own answer, `{"error": ..}`, so that the others are answered and the order holds.
"""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO

from dsl.suggest import nearest
from engine import pausing
from engine.calendar.hours import OpenHours, never_due
from engine.wall import format_instant, parse_instant
from tui.plain import json_text

LONGEST_LINE = 1_000_000
_LONGEST_TARGET = 10**12


class Answers:
    """Answers lines and counts the bad ones."""

    def __init__(self, hours: Callable[[str], OpenHours], names: tuple[str, ...]) -> None:
        """`hours` gives a calendar by a name out of `names`."""
        self._hours: dict[str, OpenHours] = {}
        self._compile = hours
        self._names = frozenset(names)
        self.bad = 0

    def answer(self, line: bytes) -> str:
        """The answer to one line, as a line without its end."""
        try:
            return self._answer(_object(line))
        except ValueError as error:
            self.bad += 1
            return json_text({"error": str(error)}, indent=None)

    def _answer(self, question: Mapping[str, object]) -> str:
        hours = self._calendar(question)
        start = _instant(question, "start")
        pauses = _pauses(question.get("pauses"))
        if "end" in question:
            if "target_seconds" in question:
                raise ValueError('"end" and "target_seconds" are two questions: ask one of them in a line')
            end = _instant(question, "end")
            seconds = pausing.elapsed(hours, start, end, pauses) if pauses else hours.elapsed(start, end)
            return f'{{"elapsed": {seconds}}}'
        target = _target(question)
        due = pausing.due(hours, start, target, pauses) if pauses else hours.due(start, target)
        if due is not None:
            return f'{{"due": "{format_instant(due)}"}}'
        if any(end is None for _, end in pauses):
            return '{"due": null}'
        raise ValueError(never_due(hours))

    def _calendar(self, question: Mapping[str, object]) -> OpenHours:
        name = _needed(question, "calendar")
        known = self._hours.get(name) if isinstance(name, str) else None
        if known is not None:
            return known
        if not isinstance(name, str):
            raise ValueError('"calendar" must be a name in quotes')
        if name not in self._names:
            raise ValueError(unknown_calendar(name, self._names))
        self._hours[name] = self._compile(name)
        return self._hours[name]


def unknown_calendar(name: str, names: frozenset[str]) -> str:
    """What to say of a name that no calendar has, with the one that was probably meant."""
    near = nearest(name[:100], sorted(names))
    return f"unknown calendar {name!r:.60}" + (f', did you mean "{near}"?' if near else "")


def lines(source: BinaryIO) -> Iterator[bytes]:
    """The lines of a stream; of one that is far too long only the beginning, which then is too long to be answered."""
    while line := source.readline(LONGEST_LINE + 1):
        yield line
        while len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            line = source.readline(LONGEST_LINE + 1)


def _object(line: bytes) -> Mapping[str, object]:
    if len(line) > LONGEST_LINE:
        raise ValueError(f"the line is longer than {LONGEST_LINE} bytes")
    try:
        question = json.loads(line.removeprefix(BOM_UTF8).decode())
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8: byte {error.start + 1} of the line") from None
    except json.JSONDecodeError as error:
        raise ValueError(
            f"not JSON: {error.msg} at column {error.colno}" if line.strip() else "an empty line"
        ) from None
    except RecursionError:
        raise ValueError("not a question: nested too deep") from None
    except ValueError:
        raise ValueError("not a question: a number that is far too long") from None
    if not isinstance(question, dict):
        raise ValueError('not an object like {"calendar": .., "start": .., "target_seconds": ..}')
    return question


def _needed(question: Mapping[str, object], key: str) -> object:
    try:
        return question[key]
    except KeyError:
        raise ValueError(f'"{key}" is missing') from None


def _instant(question: Mapping[str, object], key: str) -> int:
    return _read_instant(_needed(question, key), f'"{key}"')


def _read_instant(value: object, what: str) -> int:
    if not isinstance(value, str):
        raise ValueError(f"{what} must be an instant in quotes, like 2026-03-06T16:00:00+01:00")
    try:
        return parse_instant(value)
    except ValueError as error:
        raise ValueError(f"{what}: {error}") from None


def _target(question: Mapping[str, object]) -> int:
    if "target_seconds" not in question:
        raise ValueError('"target_seconds" or "end" is missing')
    target = question["target_seconds"]
    if not isinstance(target, int) or isinstance(target, bool):
        raise ValueError('"target_seconds" must be a whole number')
    if target < 0:
        raise ValueError('"target_seconds" must not be negative')
    if target > _LONGEST_TARGET:
        raise ValueError(f'"target_seconds" must not be over {_LONGEST_TARGET}')
    return target


def _pauses(value: object) -> list[pausing.Pause]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise ValueError('"pauses" must be a list of [start, end]')
    pauses: list[pausing.Pause] = []
    for number, pair in enumerate(value, 1):
        what = f"pause {number}"
        if not isinstance(pair, list) or len(pair) != 2:
            raise ValueError(f"{what} must be [start, end], the end null while it lasts")
        start = _read_instant(pair[0], f"the start of {what}")
        end = None if pair[1] is None else _read_instant(pair[1], f"the end of {what}")
        if end is not None and end < start:
            raise ValueError(f"{what} ends before it starts")
        pauses.append((start, end))
    return pauses
