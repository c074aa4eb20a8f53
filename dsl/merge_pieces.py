"""What a rule file consists of for a merge: declarations and comments, and which of them are the same in two versions."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from dsl.cut import cut
from dsl.spacing import BLANK, as_quoted

_TEXT = r'"(?:[^"\\\n]|\\.)*"'
_HEAD = re.compile(rf"[ \t]*([a-z-]+)(?:[ \t]+([a-z0-9-]+|{_TEXT}))?(?:[ \t]+{_TEXT})?")
_WHITE = BLANK + "\n"
_NAMELESS = frozenset(("language", "priorities", "statuses", "default"))
_COMMENT = "the comment "


class Piece(NamedTuple):
    """A declaration with the comment right above it, or a comment for itself; `gap` are the blank lines before it.

    `under` says that it stands right below a comment that is a piece of its own.
    """

    gap: str
    text: str
    under: bool = False


class _Part(NamedTuple):
    """Of one version: a declaration and the lines of the comment above it, or a comment that stands apart (`code` is "")."""

    gap: str
    comment: str
    code: str


def pieces(*versions: str) -> tuple[dict[str, Piece], ...]:
    """The pieces of versions of a file in their order, by what they are known by.

    A comment that stands apart in some versions only is a piece of its own in all.
    """
    parts = [list(_parts(version)) for version in versions]
    apart = [frozenset(_bare(part.comment) for part in version if not part.code) for version in parts]
    moved = frozenset[str]().union(*apart).difference(frozenset.intersection(*apart))
    return tuple(_keyed(version, moved) for version in parts)


def _parts(text: str) -> Iterator[_Part]:
    position = 0
    cuts = cut(text)
    for start, chunk in zip([*cuts.starts, len(text)], [*cuts.texts, ""], strict=True):
        gap = text[position:start]
        gap = gap[gap.find("\n") + 1 :] if position else gap  # the end of the line before
        *loose, above = re.split(r"(?:^|(?<=\n))[ \t\r]*\n", gap)
        position = start + len(chunk)
        blank = ""
        for comment in loose:
            if _bare(comment):
                yield _Part(blank, comment, "")
                blank = ""
            blank += "\n"
        if chunk or _bare(above):
            yield _Part(blank, above, chunk)


def _keyed(parts: Iterable[_Part], moved: Collection[str]) -> dict[str, Piece]:
    met: Counter[str] = Counter()
    out: dict[str, Piece] = {}

    def add(key: str, piece: Piece) -> None:
        met[key] += 1
        out[f"{key}\0{met[key]}"] = piece

    for gap, comment, code in parts:
        apart, above = (comment, "") if not code else _divided(comment, moved)
        if apart:
            add(f"{_COMMENT}{_bare(apart)}", Piece(gap, apart.rstrip("\n")))
        if code:
            add(_key(code), Piece("\n" if apart else gap, above + code, bool(apart)))
    return out


def _divided(comment: str, moved: Collection[str]) -> tuple[str, str]:
    """The lines at the start that stand apart elsewhere, and the others."""
    lines = comment.splitlines(keepends=True) if moved else []
    for end in range(len(lines), 0, -1):
        if _bare(first := "".join(lines[:end])) in moved:
            return first, "".join(lines[end:])
    return "", comment


def _bare(comment: str) -> str:
    return comment.strip(_WHITE)


def _key(code: str) -> str:
    match = _HEAD.match(code)
    if match is None:
        return code.split("\n", 1)[0]
    kind, name = match[1], match[2]
    return kind if name is None or kind in _NAMELESS else f"{kind} {name}"


def following(keys: Iterable[str], known: Collection[str]) -> dict[str, list[str]]:
    """The keys that are not known, by the known one that they follow; "" is the start."""
    out: defaultdict[str, list[str]] = defaultdict(list)
    before = ""
    for key in keys:
        if key in known:
            before = key
        else:
            out[before].append(key)
    return out


def named(side: Mapping[str, Piece], keys: Mapping[str, str]) -> dict[str, Piece]:
    """The side with some of its pieces known by other keys."""
    return {keys.get(key, key): piece for key, piece in side.items()}


def edited_comments(base: Mapping[str, Piece], side: Mapping[str, Piece]) -> dict[str, str]:
    """Comments of a side that stand where one of the base is gone, by their keys, with its key."""
    gone = following(base, side)
    return {
        key: old
        for before, came in following(side, base).items()
        for key, old in zip(
            filter(_is_comment, came), filter(_is_comment, gone.get(before, ())), strict=False
        )
    }


def _is_comment(key: str) -> bool:
    return key.startswith(_COMMENT)


def contested(
    base: Mapping[str, Piece], ours: Mapping[str, Piece], theirs: Mapping[str, Piece]
) -> tuple[dict[str, str], dict[str, str]]:
    """Declarations of each side, by their keys, with the key of what was called otherwise in the base and is gone on both sides.

    Each side has something of its kind that the base has not, of which what is most like it is taken for it; or only one side has, which
    says the same as it and as nothing else in the base.
    """
    gone = [key for key in base if key not in ours and key not in theirs and not _is_comment(key)]
    mine: dict[str, str] = {}
    other: dict[str, str] = {}
    if not gone:
        return mine, other
    said = _said(base)
    often = Counter(said.values())
    new = [_said({key: one for key, one in side.items() if key not in base}) for side in (ours, theirs)]

    def added(key: str) -> list[dict[str, str]]:
        """What each side alone has of the kind, but for what says the same as one other of the base: that is a copy of it."""
        kind, body = said[key]
        return [
            {
                name: text
                for name, (of, text) in side.items()
                if of == kind
                and (text == body or often[of, text] != 1)
                and not any(name in known for known in taken)
            }
            for side, taken in zip(new, ((mine, theirs), (other, ours)), strict=True)
        ]

    def known_again(key: str, sides: list[dict[str, str]]) -> None:
        for names, side, beside in zip((mine, other), sides, sides[::-1], strict=True):
            if side:
                names[_most_like(said[key][1], side, beside)] = key

    left = []
    for key in gone:
        sides = added(key)
        if any(said[key][1] in side.values() for side in sides) and (all(sides) or often[said[key]] == 1):
            known_again(key, sides)
        else:
            left.append(key)
    for key in left:
        sides = added(key)
        if all(sides):
            known_again(key, sides)
    return mine, other


def _most_like(body: str, side: Mapping[str, str], beside: Mapping[str, str]) -> str:
    """The key with that body, else with the most words of it, best one that the other side has too; the first of several."""
    words, said = {*body.split()}, {*beside.values()}

    def likeness(key: str) -> tuple[bool, int, bool]:
        text = side[key]
        return text == body, len(words.intersection(text.split())), text in said

    return max(side, key=likeness)


def _said(side: Mapping[str, Piece]) -> dict[str, tuple[str, str]]:
    """The kind of each declaration, and what it says but for its name and title, comments and layout."""
    texts = {key: as_quoted(piece.text) for key, piece in side.items() if not _is_comment(key)}
    heads = ((key, text, _HEAD.match(text)) for key, text in texts.items())
    return {key: (head[1], text[head.end() :]) if head else ("", text) for key, text, head in heads}


def joined(parts: Iterable[Piece]) -> str:
    """The text of pieces, of which none sticks to another that it did not stand beside."""
    out: list[str] = []
    last = ""
    for gap, text, under in parts:
        if under and last.rpartition("\n")[2].lstrip(BLANK).startswith("#"):
            space = ""
        elif out and not gap and ("\n}" in text or last.endswith("}")):
            space = "\n"  # what stood at a file's start now follows something
        else:
            space = gap
        out += [space, text, "\n"]
        last = text
    return "".join(out)
