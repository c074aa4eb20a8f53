"""Lines and columns as editors count them: from 0, lines ended by LF, CR LF or CR, columns in UTF-16 code units.

Offsets inside the product count characters, and its lines end at LF alone.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate

_END = re.compile(r"\r\n|\n|\r")


class Lines:
    """The lines of one text."""

    __slots__ = ("_ascii", "_begins", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._ascii = text.isascii()
        if "\r" in text:
            self._begins = [0, *(match.end() for match in _END.finditer(text))]
        else:
            self._begins = [0, *accumulate(len(line) + 1 for line in text.split("\n")[:-1])]

    def position(self, offset: int) -> tuple[int, int]:
        """(line, column) of a character's offset; one past the end is at the end."""
        offset = min(max(offset, 0), len(self._text))
        line = bisect_right(self._begins, offset) - 1
        start = self._begins[line]
        return line, offset - start if self._ascii else _units(self._text[start:offset])

    def offset(self, line: int, column: int) -> int:
        """The offset of a position; one past its line, or past the text, is at its end."""
        if line >= len(self._begins):
            return len(self._text)
        start = self._begins[max(line, 0)]
        end = self._begins[line + 1] if line + 1 < len(self._begins) else len(self._text)
        row = self._text[start:end].rstrip("\r\n")
        if row.isascii():
            return start + min(column, len(row))
        count = 0
        for index, character in enumerate(row):
            if count >= column:
                return start + index
            count += 1 + (character > "\uffff")
        return start + len(row)

    def end(self) -> tuple[int, int]:
        """The position behind the last character."""
        return self.position(len(self._text))


def _units(text: str) -> int:
    return len(text) if text.isascii() else len(text) + sum(character > "\uffff" for character in text)
