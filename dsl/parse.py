"""The only file that imports Lark: text of one declaration in, its syntax tree or the first fault out.

The parser is built once a process, from tables kept in the user's cache where that can be trusted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple, Protocol, cast

from lark import Lark, Token, UnexpectedInput, UnexpectedToken

from dsl import syntax
from dsl.builder import Builder
from dsl.cache_folder import cache_folder
from dsl.drive import Tables
from dsl.limits import excess
from dsl.quotes import SAYS
from dsl.word import Word

_BUILDER = Builder()


class Fault(NamedTuple):
    """Where the parser could not go on. `expected` are names of terminals; `text` is what stood there."""

    start: int
    end: int
    text: str
    expected: frozenset[str]


def parse(text: str) -> syntax.Declaration | Fault:
    """Parse one declaration. Offsets count from the start of `text`. One that passes a limit is a fault."""
    if over := excess(text):
        return Fault(over.start, over.end, "", frozenset())
    if (found := _tables().run(text)) is not None:
        return cast(syntax.Declaration, found)
    try:
        return cast(syntax.Declaration, _parser().parse(text))
    except UnexpectedInput as error:
        return _fault(text, error)


class Reader(Protocol):
    """A parser that has read a part of a declaration, and can be asked what may follow."""

    def accepts(self) -> set[str]:
        """Names of the terminals that may come next."""
        ...

    def copy(self, deepcopy_values: bool = True) -> Reader: ...

    def feed_token(self, token: Any) -> object:  # noqa: ANN401 - what `token` makes
        """Go on by one token. The end of the declaration (`$END`) answers its tree."""
        ...


def begun(text: str) -> Reader | None:
    """A reader after `text`, with which a declaration begins; None where none does."""
    interactive: Any = _parser().parse_interactive(text)
    try:
        for token in interactive.lexer_thread.lex(interactive.parser_state):
            interactive.feed_token(token)
    except UnexpectedInput:
        return None
    return cast(Reader, interactive)


def token(terminal: str, text: str, start: int) -> Token:
    """A token for a reader, where none is written."""
    return Token(terminal, text, start, end_pos=start + len(text))


def grammar() -> str:
    """The grammar's text."""
    return files("dsl").joinpath("grammar.lark").read_text(encoding="utf-8")


@cache
def _parser() -> Lark:
    text = grammar()
    folder = cache_folder()
    name = hashlib.sha256(text.encode()).hexdigest()[:16]
    return Lark(
        text,
        parser="lalr",
        lexer="contextual",
        maybe_placeholders=True,
        transformer=cast(Any, _Handing()),
        # Lark checks the key that it writes into the file: grammar, options, its own and Python's version.
        cache=str(folder / f"grammar-{name}.pickle") if folder else False,
    )


@cache
def _tables() -> Tables:
    return Tables(_parser(), _BUILDER)


def _fault(text: str, error: UnexpectedInput) -> Fault:
    """Parse again up to where the parser stopped, to learn what would have been accepted there.

    Reductions that come before an error narrow what seems to be expected, so that the stopped parser cannot be asked.
    """
    start, end, found = _stopped(text, error)
    interactive: Any = _parser().parse_interactive(text)
    try:
        for token in interactive.lexer_thread.lex(interactive.parser_state):
            if _start(token) >= start:
                break
            interactive.feed_token(token)
    except UnexpectedInput:  # the lexer stopped before there was a token
        pass
    return Fault(start, end, found, frozenset(interactive.accepts()))


def _stopped(text: str, error: UnexpectedInput) -> tuple[int, int, str]:
    """From where to where the unexpected stands, and its text."""
    if not isinstance(error, UnexpectedToken):
        position = error.pos_in_stream or 0
        return position, position + 1, text[position : position + 1]
    if error.token.type == "$END":
        return len(text), len(text), ""
    return _start(error.token), error.token.end_pos or 0, str(error.token)


def _start(token: Token) -> int:
    return token.start_pos or 0


def _word(token: Token) -> Word:
    text, start = str(token), _start(token)
    says = SAYS.get(token.type)
    return Word(says(text) if says else text, start, start + len(text))


class _Handing:
    """The builder as Lark calls it: with a list, and with tokens for words."""

    def __getattr__(self, rule: str) -> Callable[[list[Any]], Any]:
        method = getattr(_BUILDER, rule)
        return lambda children: method(*[_word(one) if isinstance(one, Token) else one for one in children])
