"""What changed between two texts as a unified difference, in time near linear in their lines.

Lines that each text has once, and both have, keep their places beside each other (Bram Cohen's patience difference); what lies
between two of them is compared line by line.
"""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import Match, SequenceMatcher
from io import StringIO

_MOST_COMPARED = 100_000_000
"""Pairs of lines between two that keep their places; where there are more the one stands for the other as a whole."""


def unified_difference(name: str, before: str, after: str) -> Iterator[str]:
    """The lines of it, each as its text ends it; nothing where both are the same. Lines end at "\\n" only."""
    old, new = (list(StringIO(text, newline="\n")) for text in (before, after))
    for number, hunk in enumerate(_Lines(old, new).get_grouped_opcodes()):
        if not number:
            yield f"--- a/{name}\n"
            yield f"+++ b/{name}\n"
        (_, first, _, first_new, _), (_, _, last, _, last_new) = hunk[0], hunk[-1]
        yield f"@@ -{_range(first, last)} +{_range(first_new, last_new)} @@\n"
        for tag, start, end, start_new, end_new in hunk:
            if tag == "equal":
                yield from (f" {line}" for line in old[start:end])
            else:
                yield from (f"-{line}" for line in old[start:end])
                yield from (f"+{line}" for line in new[start_new:end_new])


def _range(start: int, end: int) -> str:
    """Lines from 0 as a hunk counts them; an empty range stands behind the line before it."""
    length = end - start
    return f"{start + 1}" if length == 1 else f"{start + 1 if length else start},{length}"


class _Lines(SequenceMatcher[str]):
    """difflib's hunks around lines that are found otherwise."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        super().__init__()
        self._texts = _numbered(old, new)

    def get_matching_blocks(self) -> list[Match]:
        """Lines that stay, in their order, and an empty block at the end."""
        old, new = self._texts
        end = (len(old), len(new))
        out: list[Match] = []
        at = at_new = 0
        for kept, kept_new in [*_anchors(old, new), end]:
            between = _kept(old[at:kept], new[at_new:kept_new])
            blocks = [(at + start, at_new + start_new, size) for start, start_new, size in between]
            for start, start_new, size in [*blocks, (kept, kept_new, int((kept, kept_new) != end))]:
                if out and (out[-1].a + out[-1].size, out[-1].b + out[-1].size) == (start, start_new):
                    out[-1] = out[-1]._replace(size=out[-1].size + size)
                elif size:
                    out.append(Match(start, start_new, size))
            at, at_new = kept + 1, kept_new + 1
        return [*out, Match(*end, 0)]


def _numbered(*texts: Sequence[str]) -> list[list[int]]:
    """Lines as numbers, equal ones the same."""
    numbers: dict[str, int] = {}
    return [[numbers.setdefault(line, len(numbers)) for line in lines] for lines in texts]


def _anchors(old: Sequence[int], new: Sequence[int]) -> list[tuple[int, int]]:
    """Places of lines that both have once, as many as stand in one order."""
    often, often_new = Counter(old), Counter(new)
    places = {line: place for place, line in enumerate(new) if often_new[line] == 1}
    pairs = [(at, places[line]) for at, line in enumerate(old) if often[line] == 1 and line in places]
    ends: list[int] = []  # of rising rows of 1, 2, 3 .. pairs the lowest last place
    rows: list[int] = []
    before: list[int] = []
    for number, (_, place) in enumerate(pairs):
        length = bisect(ends, place)
        ends[length : length + 1] = [place]
        before.append(rows[length - 1] if length else -1)
        rows[length : length + 1] = [number]
    out: list[tuple[int, int]] = []
    number = rows[-1] if rows else -1
    while number >= 0:
        out.append(pairs[number])
        number = before[number]
    return out[::-1]


def _kept(old: Sequence[int], new: Sequence[int]) -> list[tuple[int, int, int]]:
    """Blocks of lines that stay: start in the old, in the new, and size."""
    if not old or not new or len(old) * len(new) > _MOST_COMPARED:
        return []
    from rapidfuzz.distance import LCSseq  # for who has changed lines only

    blocks = LCSseq.editops(old, new).as_matching_blocks()
    return [(block.a, block.b, block.size) for block in blocks]
