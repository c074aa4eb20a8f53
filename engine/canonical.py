"""Frozen values as plain JSON values and back, and the digest of their content.

A digest leaves out what takes no part in equality (the places in rule files), so equal values have equal digests.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

_KIND = "is"


def encode(value: object, *, content: bool = False) -> object:
    """The value as JSON has it; `content` leaves out what takes no part in equality. Raises TypeError for what it does not know."""
    if value is None or (isinstance(value, bool | int | str) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Enum):
        return {_KIND: type(value).__name__, "value": value.value}
    if isinstance(value, tuple):
        return [encode(item, content=content) for item in value]
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"  # equal amounts have one text
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): encode(item, content=content) for key, item in sorted(value.items())}
    if is_dataclass(value) and not isinstance(value, type):
        kept = [item.name for item in fields(value) if item.compare or not content]
        return {_KIND: type(value).__name__} | {
            name: encode(getattr(value, name), content=content) for name in kept
        }
    raise TypeError(f"no JSON form for {type(value).__name__}")


def decode(value: object, kinds: Mapping[str, type]) -> object:
    """The value that `encode` had, made of the classes in `kinds` by name. Raises ValueError if it was not made so."""
    if isinstance(value, list):
        return tuple(decode(item, kinds) for item in value)
    if not isinstance(value, dict):
        return value
    kind = kinds.get(str(value.get(_KIND)))
    if kind is None:
        raise ValueError(f"no value of ours: {str(value)[:80]}")
    parts = {key: decode(item, kinds) for key, item in value.items() if key != _KIND}
    try:
        made: object = kind(**parts)
    except TypeError as error:
        raise ValueError(str(error)) from error
    return made


def digest_of(value: object) -> str:
    """Hex SHA-256 of the content."""
    text = json.dumps(encode(value, content=True), ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
