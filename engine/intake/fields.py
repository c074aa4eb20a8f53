"""A record's values as the fields of a ticket, by a map; every rule on what a value may be is here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dsl.condition import FieldType
from engine.facts import FieldValue
from engine.intake.mapping import Map
from engine.intake.reading import MAX_VALUE

MAX_NAME = 500
"""Characters of a ticket's name or of an event's id."""

MAX_FIELD = 200
"""Characters of a field's name."""

_KIND = re.compile(r"[a-z][a-z0-9-]{0,63}")
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_INTEGER = range(-(2**63), 2**63)


class FieldReader:
    """The fields that a map finds in a record of these columns."""

    def __init__(self, map_: Map, columns: frozenset[str] | None) -> None:
        """`columns` are those of a CSV file; None for JSON Lines, where each object has its own."""
        self._map = map_
        self._unknown = frozenset(map_.unknown)
        self._named = tuple(
            (name, column) for name, column in map_.fields.items() if columns is None or column in columns
        )
        self._taken = frozenset(map_.columns.model_dump(exclude_none=True).values()) | frozenset(
            map_.fields.values()
        )

    def read(self, record: Mapping[str, Any], *, keep_empty: bool = False) -> dict[str, FieldValue]:
        """Field values; empty ones only with `keep_empty`. Raises ValueError that names the field."""
        found: dict[str, FieldValue] = {}
        for name, column in self._named:
            value = self._value(name, record.get(column))
            if value != "" or keep_empty:
                found[name] = value
        if self._map.rest:
            for name, raw in record.items():
                if name not in self._taken:
                    value = self._value(field_name(name), raw)
                    if value != "" or keep_empty:
                        found[name] = value
        found.update(self._map.constants)
        return found

    def _value(self, name: str, raw: object) -> FieldValue:
        value = scalar(name, raw)
        if isinstance(value, str):
            value = value.strip()
            if value in self._unknown:
                return ""
            value = self._map.values.get(name, {}).get(value, value)
        kind = self._map.types.get(name)
        return value if kind is None or value == "" else _typed(name, value, kind)


def field_name(name: str) -> str:
    """The name of a field that a file brings. Raises ValueError."""
    if not name or len(name) > MAX_FIELD:
        raise ValueError(f"a field's name is empty or longer than {MAX_FIELD} characters")
    _encodable("a field's name", name)
    return name


def scalar(name: str, raw: object) -> FieldValue:
    """A value as a field holds it; a list of texts is joined by spaces. Raises ValueError."""
    if isinstance(raw, str):
        if len(raw) > MAX_VALUE:
            raise ValueError(f"{name[:60]}: longer than {MAX_VALUE} characters")
        if not raw.isascii():
            _encodable(name, raw)
        return raw
    if raw is None:
        return ""
    if isinstance(raw, int):
        if raw not in _INTEGER:
            raise ValueError(f"{name[:60]}: an integer of more than 64 bits")
        return raw
    if isinstance(raw, float):
        return int(raw) if raw.is_integer() and abs(raw) < 2**53 else repr(raw)
    if isinstance(raw, list) and all(isinstance(item, str) for item in raw):
        return scalar(name, " ".join(raw))
    raise ValueError(f"{name[:60]}: a field is text, a number or true or false, not a list or an object")


def _typed(name: str, value: FieldValue, kind: FieldType) -> FieldValue:
    if kind is FieldType.FLAG:
        flag = _FLAGS.get(str(value).lower())
        if flag is None:
            raise ValueError(f"{name}: {str(value)[:60]!r} is neither true nor false")
        return flag
    if kind is FieldType.NUMBER:
        try:
            return int(value)
        except ValueError:
            raise ValueError(f"{name}: {str(value)[:60]!r} is not a whole number") from None
    return str(value)


def name_of(what: str, raw: object) -> str:
    """A ticket's name or an event's id: short text or a number, never empty. Raises ValueError."""
    if isinstance(raw, bool) or not isinstance(raw, str | int):
        raise ValueError(f"{what}: missing" if raw is None else f"{what}: not a text")
    text = str(raw).strip()
    if not text:
        raise ValueError(f"{what}: empty")
    if len(text) > MAX_NAME:
        raise ValueError(f"{what}: longer than {MAX_NAME} characters")
    if "\0" in text:
        raise ValueError(f"{what}: a NUL character")
    _encodable(what, text)
    return text


def absent(raw: object) -> bool:
    """Whether nothing was said: no value, null, or an empty text."""
    return raw is None or raw == ""


def kind_of(raw: object) -> str:
    """The kind of an event. Raises ValueError."""
    if not isinstance(raw, str) or not _KIND.fullmatch(raw):
        raise ValueError(
            "kind: missing"
            if absent(raw)
            else f"kind: {str(raw)[:60]!r} is not a name like opened or auto-reply"
        )
    return raw


def _encodable(what: str, text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{what[:60]}: half of a surrogate pair, not a character") from None
