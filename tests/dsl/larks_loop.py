"""Lark as it comes, with its own lexer and loop: what texts are by it, for ours to be held to and measured against."""

from __future__ import annotations

from functools import cache

from lark import Lark, Token, UnexpectedInput, UnexpectedToken

from dsl.builder import Builder
from dsl.parse import OPTIONS, Fault, grammar
from dsl.quotes import SAYS
from dsl.word import Word


@cache
def lark():
    return Lark(grammar(), **OPTIONS, transformer=_Handing())


def parsed(text):
    """The tree of a declaration, or its fault."""
    try:
        return lark().parse(text)
    except UnexpectedInput as error:
        start, end, found = _stopped(text, error)
    interactive = lark().parse_interactive(text)
    try:
        for token in interactive.lexer_thread.lex(interactive.parser_state):
            if token.start_pos >= start:
                break
            interactive.feed_token(token)
    except UnexpectedInput:  # the lexer stopped before there was a token
        pass
    return Fault(start, end, found, frozenset(interactive.accepts()))


def _stopped(text, error):
    """From where to where the unexpected stands, and its text."""
    if not isinstance(error, UnexpectedToken):
        position = error.pos_in_stream or 0
        return position, position + 1, text[position : position + 1]
    if error.token.type == "$END":
        return len(text), len(text), ""
    return error.token.start_pos, error.token.end_pos, str(error.token)


class _Handing:
    """The builder as Lark calls it: with a list, and with tokens for words."""

    def __getattr__(self, rule):
        method = getattr(_BUILDER, rule)
        return lambda children: method(*[_word(one) if isinstance(one, Token) else one for one in children])


_BUILDER = Builder()


def _word(token):
    text, says = str(token), SAYS.get(token.type)
    return Word(says(text) if says else text, token.start_pos, token.start_pos + len(text))
