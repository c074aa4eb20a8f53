"""What may stand at the cursor: keywords that the grammar accepts there, and names that are declared.

The parser reads the line up to the cursor and says which terminals may follow. Which kind of name belongs there is not written
down a second time: a stand-in is put at the cursor, the line is ended in the shortest way that the grammar allows, and
the walk over its tree says what the stand-in is the name of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from dsl import syntax
from dsl.checks.hollow import EVENT_KINDS
from dsl.checks.names import zones
from dsl.condition import BUILT_IN_FIELDS, StatusClass
from dsl.cut import cut
from dsl.drive import END, Reader
from dsl.ladder import BUILT_IN_CHANNELS
from dsl.mentions import RECIPIENT, Mention, mentions
from dsl.model import ALWAYS, BUILT_IN_METRICS
from dsl.parse import begun, grammar
from dsl.places import INSIDE, mentioned
from dsl.quotes import SAYS, quoted
from dsl.recover import blocks_at
from dsl.report import WORDS
from dsl.scenario import UNFLAGGED, UNTOLD
from dsl.sheet import Sheet

KEYWORD = "keyword"
VALUE = "value"

_PREFIX = re.compile(r"[A-Za-z0-9_/+%:.-]*$")
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"?|#[^\n]*')
_CLOSING = re.compile(r'(?:[^"\\\n]|\\.)*"')
_LONGEST = 12
_STAND_IN = "x-stand-in-x"


class Item(NamedTuple):
    """Something that may be written; `kind` is keyword, value or the kind of the name, `about` its title."""

    text: str
    kind: str
    about: str = ""


class Completion(NamedTuple):
    """What may replace the text from `start` to `end`, which is the cursor or, where a text is closed behind it, the end of that."""

    start: int
    end: int
    items: tuple[Item, ...]


def complete(text: str, offset: int, sheets: Sequence[Sheet]) -> Completion:
    """What may stand at an offset of a rule file's text, given what is declared in `sheets`."""
    line_start = text.rfind("\n", 0, offset) + 1
    line = text[line_start:offset]
    string = _open_string(line)
    if string is None:
        return Completion(offset, offset, ())
    end = offset if string < 0 else _end_of_string(text, offset)
    start = line_start + string if string >= 0 else offset - len(_prefix(line))
    before = _context(text, start)
    reader = begun(before)
    if reader is None:
        return Completion(start, end, ())
    accepted = reader.stack.accepts()
    items: list[Item] = []
    if string < 0:
        for terminal in sorted(accepted):
            items += [Item(word, KEYWORD) for word in words_of(terminal)]
        if "ZONE_NAME" in accepted:
            items += [Item(zone, VALUE) for zone in sorted(zones())]
    for terminal in ("NAME", "STRING"):
        if terminal in accepted and (terminal == "STRING" or string < 0):
            kind = _kind_of(reader, terminal)
            items += known(kind, sheets, as_text=terminal == "STRING") if kind else ()
    unique = {item.text: item for item in items}
    return Completion(start, end, tuple(unique.values()))


def _prefix(line: str) -> str:
    found = _PREFIX.search(line)
    return found[0] if found else ""


def _open_string(line: str) -> int | None:
    """Where the string begins that the line ends in, -1 outside of one; None in a comment."""
    pieces = list(_STRING.finditer(line))
    if not pieces or pieces[-1].end() < len(line):
        return -1
    last = pieces[-1]
    if last[0][0] == "#":
        return None
    return -1 if len(last[0]) > 1 and last[0].endswith('"') and not last[0].endswith('\\"') else last.start()


def _end_of_string(text: str, offset: int) -> int:
    """Where the string ends that is open at an offset: there, unless the rest of the line has its closing quote."""
    rest = text[offset:].partition("\n")[0]
    closing = _CLOSING.match(rest)
    if closing is None or _open_string(rest[closing.end() :]) not in (None, -1):
        return offset
    return offset + closing.end()


def _context(text: str, start: int) -> str:
    """The line up to `start` below nothing but the heads of the blocks around it: faults elsewhere do not matter."""
    begin = text.rfind("\n", 0, start) + 1
    while begin and _bare(text[text.rfind("\n", 0, begin - 1) + 1 : begin - 1]).rstrip().endswith(","):
        begin = text.rfind("\n", 0, begin - 1) + 1
    top = _column_1(text, begin)
    pieces = cut(text, top, begin)
    blocks = blocks_at(text[pieces.starts[-1] : begin], begin - pieces.starts[-1]) if pieces.starts else []
    return "".join(f"{block} {{\n" for block in blocks if block) + text[begin:start].lstrip(" \t")


def _column_1(text: str, before: int) -> int:
    """The start of the last line above that begins in column 1 with a word."""
    while before > 0:
        start = text.rfind("\n", 0, before - 1) + 1
        if text[start : start + 1] not in ("", " ", "\t", "\r", "\n", "#", "}"):
            return start
        if text[start : start + 1] == "}":
            return before
        before = start
    return 0


def _bare(line: str) -> str:
    return _STRING.sub(lambda hit: "" if hit[0][0] == "#" else hit[0], line)


# ---------------------------------------------------------------- terminals


@cache
def _terminals() -> dict[str, tuple[str, ...]]:
    """The words that each terminal of fixed words stands for."""
    found: dict[str, tuple[str, ...]] = {}
    for name, pattern in re.findall(
        r"^(\w+)(?:\.\d+)?: /\(?([a-z|-]+)\)?(?:\(-\(.*\)\)\?)?\(\?!\[a-z0-9-\]\)/$", grammar(), re.MULTILINE
    ):
        found[name] = tuple(pattern.split("|"))
    return found


def words_of(terminal: str) -> tuple[str, ...]:
    """The words that a terminal stands for; none for names, text and figures."""
    return _terminals().get(terminal, ())


# ---------------------------------------------------------------- names


def _kind_of(reader: Reader, terminal: str) -> str:
    """What a name or a text at the cursor is the name of, "" where it is of nothing that is declared."""
    text = quoted(_STAND_IN) if terminal == "STRING" else _STAND_IN
    tree = _ended(reader.after(terminal, text))
    found: Iterator[Mention] = mentions(tree) if tree is not None else iter(())
    return next(
        (one.kind for one in found if one.start == reader.at and not (one.declares and one.kind != "status")),
        "",
    )


def _ended(reader: Reader) -> syntax.Declaration | None:
    """The tree of the shortest legal end of what a reader has read."""
    waiting = [reader]
    for _ in range(_LONGEST):
        following: dict[frozenset[str], Reader] = {}
        for one in waiting:
            accepted = one.stack.accepts()
            if END in accepted:
                [tree] = one.after(None).values
                return tree if isinstance(tree, syntax.Declaration) else None
            for terminal in sorted(accepted):
                further = one.after(terminal, _sample(terminal))
                following.setdefault(frozenset((*further.stack.accepts(), terminal)), further)
        waiting = list(following.values())
    return None


def _sample(terminal: str) -> str:
    return '"x"' if terminal in SAYS else next(iter(words_of(terminal)), "x")


def known(kind: str, sheets: Sequence[Sheet], *, as_text: bool) -> Iterator[Item]:
    """Everything of a kind, built in or declared; `as_text` gives what a ticket system calls it, in quotes."""
    if kind == "status class":
        yield from (Item(name.value, kind) for name in StatusClass)
        return
    if not as_text:
        yield from (Item(name, kind, "built in") for name in _BUILT_IN.get(kind, ()))
    kinds = ("team", "person") if kind == RECIPIENT else (kind,)
    for sheet in sheets:
        for unit in sheet.units:
            if unit.tree is None:
                continue
            if unit.kind in kinds and unit.name:
                title = unit.tree.title.text if unit.tree.title else ""
                if not as_text:
                    yield Item(unit.name, unit.kind, title)
                elif title:
                    yield Item(quoted(title), unit.kind, unit.name)
            elif unit.kind in INSIDE.get(kind, ()):
                for one in mentioned(unit):
                    if one.kind == kind and (one.declares or kind == "event") and one.quoted == as_text:
                        yield Item(quoted(one.name) if as_text else one.name, kind)


_BUILT_IN: dict[str, tuple[str, ...]] = {
    "calendar": (ALWAYS,),
    "channel": BUILT_IN_CHANNELS,
    **WORDS,
    "metric": BUILT_IN_METRICS,
    "field": tuple(BUILT_IN_FIELDS),
    "event": tuple(kind for kind in (*EVENT_KINDS, UNFLAGGED) if kind not in UNTOLD),
}
