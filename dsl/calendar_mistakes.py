"""What people write in calendars when they mean something else, as patterns with a friendly text each."""

from __future__ import annotations

import re

from dsl.faulty_line import Line, Table, found
from dsl.finding import Finding


def _hours(line: Line, match: re.Match[str]) -> Finding | None:
    if not line.text.lstrip().startswith(("open", "closed")):
        return None
    first, second = _clock(*match.group(1, 2, 3)), _clock(*match.group(4, 5, 6))
    mended = f"{first}-{second}"
    if mended == match[0] or len(mended) != 11:
        return None
    clear = _is_clear(match)
    return found(
        "E0222",
        line,
        *match.span(),
        f"`{match[0]}` is not how a range of hours is written",
        f"two digits, a colon, no spaces, on a clock of 24 hours: `{mended if clear else '09:00-17:00'}`",
        mended if clear else None,
    )


def _clock(hours: str, minutes: str | None, half: str | None) -> str:
    number = int(hours)
    if half:
        number = number % 12 + (12 if half.lower().startswith("p") else 0)
    return f"{number:02}:{minutes or '00'}"


def _is_clear(match: re.Match[str]) -> bool:
    """Whether hours cannot be meant of the other half of the day: `9-5` and `1-5pm` can."""
    first, second = int(match[1]), int(match[4])
    if match[3] or match[6]:
        return bool(match[3] and match[6]) or bool(match[6] and second % 12 < first <= 12)
    return first < second or first > 12 or match[4][0] == "0" or bool(match[2] and match[5])


def _weekday(line: Line, match: re.Match[str]) -> Finding | None:
    mended = "-".join(day[:3].lower() for day in re.split(r"\s*(?:-|to)\s*", match[0]))
    if not line.text.lstrip().startswith("open") or mended == match[0]:
        return None
    return found(
        "E0228",
        line,
        *match.span(),
        f"`{match[0]}` is not how weekdays are written",
        f"three small letters, no spaces: `{mended}`",
        mended,
    )


_TIME = r"(\d{1,2})(?:[:.](\d{2}))?(?:\s?([aApP]\.?[mM]\.?))?"
_DAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:days?)?"
_CALENDAR: Table = (
    (re.compile(rf"\b{_DAY}(?:\s*(?:-|\bto\b)\s*{_DAY})?\b", re.IGNORECASE), _weekday),
    (
        re.compile(r"(?<![\d:/.-])" + _TIME + r"\s*(?:-|to|until)\s*" + _TIME + r"(?![\d:/.-])"),
        _hours,
    ),
)

TABLES: dict[str, Table] = {"calendar": _CALENDAR}
"""By the block that the faulty line stands in."""
