"""Formats a rule file: white space only, line by line, each declaration for itself.

It works on the tokens of a line and not on the tree, so that comments stay where their author put them. The parser is
only its witness: a declaration that does not parse, or that would mean something else afterwards, is left untouched.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from dsl.cut import cut
from dsl.limits import MOST_WRONG
from dsl.parse import parse, refusal
from dsl.spacing import BLANK, spaced, tokens
from dsl.span import Lines

_LINE_END = re.compile(r"(?<!\r)\r+(?=\n|\Z)")
_INDENT = "  "
_MARKS = "()[],"


class Refusal(NamedTuple):
    """A declaration that was left as it is: where the parser gave up, from 1, and the declaration's first line."""

    line: int
    column: int
    head: str


class Formatted(NamedTuple):
    text: str
    refused: tuple[Refusal, ...]


class _Piece(NamedTuple):
    """Neighbouring lines that stay together. `block` ones stand apart from others by one blank line."""

    lines: list[str]
    block: bool
    apart: bool  # a blank line stood before it
    comment: bool = False


class _LaidOut(NamedTuple):
    """The lines of a declaration; `fault` is where the parser gave up on it, from its start."""

    lines: list[str]
    block: bool
    fault: int | None = None


def format_text(text: str) -> Formatted:
    """The same rules in their one layout, with LF line ends; formatting that again changes nothing.

    Of a file of which too much cannot be read the rest is left as it is.
    """
    text = _LINE_END.sub("", text)
    pieces: list[_Piece] = []
    refused: list[Refusal] = []
    position, apart = 0, False
    known: dict[str, _LaidOut] = {}  # what is broken often is so in the same way many times
    where = Lines("", text)
    cuts = cut(text)
    for start, chunk in zip([*cuts.starts, len(text)], [*cuts.texts, ""], strict=True):
        apart = _between(text[position:start], pieces, apart)
        position = start + len(chunk)
        if not chunk:
            break
        if len(refused) > MOST_WRONG:
            pieces.append(_Piece(text[start:].rstrip(BLANK + "\n").split("\n"), block=False, apart=apart))
            break
        done = known.get(chunk)
        if done is None:
            done = known[chunk] = _laid_out(chunk)
        if done.fault is not None:
            place = where.span(start + done.fault, start + done.fault)
            refused.append(Refusal(place.line, place.column, _head(chunk)))
        pieces.append(_Piece(done.lines, done.block, apart))
        apart = False
    return Formatted(_join(pieces), tuple(refused))


def _laid_out(chunk: str) -> _LaidOut:
    """A declaration in its layout, or as it is where that would be wrong."""
    if fault := refusal(chunk):
        return _LaidOut(chunk.split("\n"), block=False, fault=fault.start)
    lines = _declaration(chunk)
    laid_out = "\n".join(lines)
    if _tokens(laid_out) != _tokens(chunk) and not _same(parse(chunk), parse(laid_out)):
        lines = chunk.split("\n")
    return _LaidOut(lines, block=_opens(lines[0]))


def _tokens(text: str) -> list[str]:
    """What the parser reads whatever gaps there are: brackets and commas are tokens without any."""
    for mark in _MARKS:
        text = text.replace(mark, f" {mark} ")
    return text.split()


def _between(gap: str, pieces: list[_Piece], apart: bool) -> bool:
    """Take in what stands between declarations: comments, and braces that close nothing. True after a blank line."""
    lines = gap.split("\n")
    for index, line in enumerate(lines):
        bare = line.strip(BLANK)
        if bare:
            comment = bare.startswith("#")
            pieces.append(_Piece([bare if comment else line], block=False, apart=apart, comment=comment))
            apart = False
        elif 0 < index < len(lines) - 1:  # the first and the last end and begin the declarations around
            apart = True
    return apart


def _declaration(chunk: str) -> list[str]:
    """The lines of one declaration with the white space that they should have."""
    lines: list[str] = []
    depth = 0
    going_on = blank = False
    for line in chunk.split("\n"):
        line_tokens = tokens(line)
        if not line_tokens:
            blank = True
            continue
        if line_tokens[0] == "}":
            depth -= 1
        elif blank and not going_on and not _opens(lines[-1] if lines else "{"):
            lines.append("")
        blank = False
        lines.append(_INDENT * (depth + going_on) + spaced(line_tokens))
        depth += line_tokens.count("{") - line_tokens[1:].count("}")
        comment = line_tokens[-1][0] == "#"
        if len(line_tokens) > comment:
            going_on = line_tokens[-1 - comment] == ","
    return lines


def _opens(line: str) -> bool:
    return "{" in tokens(line)


def _join(pieces: list[_Piece]) -> str:
    """Put the pieces below each other. A comment right above a declaration belongs to it."""
    out: list[str] = []
    leads = _leading_to_blocks(pieces)
    for index, piece in enumerate(pieces):
        if index:
            before = pieces[index - 1]
            if piece.apart or before.block or (leads[index] and not before.comment):
                out.append("")
        out += piece.lines
    return "\n".join(out) + "\n" if out else ""


def _leading_to_blocks(pieces: list[_Piece]) -> list[bool]:
    """For each piece whether it is a block, or a comment that a block follows without a blank line."""
    leads = [piece.block for piece in pieces]
    for index in range(len(pieces) - 2, -1, -1):
        if pieces[index].comment and not pieces[index + 1].apart:
            leads[index] = leads[index + 1]
    return leads


def _head(chunk: str) -> str:
    return chunk.split("\n", 1)[0].strip(BLANK).removesuffix("{").rstrip(BLANK)


def _same(one: object, other: object) -> bool:
    """Whether two trees differ in nothing but where things stand."""
    return _shape(one) == _shape(other)


def _shape(node: object) -> object:
    if isinstance(node, tuple):
        names = getattr(node, "_fields", ())
        if names:
            kept = [
                _shape(value) for name, value in zip(names, node, strict=True) if name not in ("start", "end")
            ]
            return (type(node).__name__, *kept)
        return tuple(_shape(item) for item in node)
    return node
