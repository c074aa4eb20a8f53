"""The only file that imports Lark: text of one declaration in, its syntax tree or the first fault out.

The parser is built once a process, from tables kept in the user's cache where that can be trusted.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from lark import Lark

from dsl import syntax
from dsl.builder import Builder
from dsl.cache_folder import cache_folder
from dsl.drive import Driver, Reader
from dsl.limits import excess
from dsl.tables import Tables, tables

OPTIONS: dict[str, Any] = {"parser": "lalr", "lexer": "contextual", "maybe_placeholders": True}
"""How Lark reads the grammar."""


class Fault(NamedTuple):
    """Where the parser could not go on. `expected` are names of terminals; `text` is what stood there."""

    start: int
    end: int
    text: str
    expected: frozenset[str]


def parse(text: str) -> syntax.Declaration | Fault:
    """Parse one declaration. Offsets count from the start of `text`. One that passes a limit is a fault."""
    tree: syntax.Declaration | Fault = _read(_driver(), text)
    return tree


def refusal(text: str) -> Fault | None:
    """The first fault of one declaration, None where it can be read: what `parse` would say, without making its tree."""
    fault: Fault | None = _read(_recogniser(), text)
    return fault


def begun(text: str) -> Reader | None:
    """A reader after `text`, with which a declaration begins; None where none does, and where it passes a limit."""
    if excess(text):
        return None
    reader: Reader = _driver().read(text, whole=False)
    return reader if reader.found is not None and reader.found.lastgroup is None else None


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
        **OPTIONS,
        # Lark checks the key that it writes into the file: grammar, options, its own and Python's version.
        cache=str(folder / f"grammar-{name}.pickle") if folder else False,
    )


@cache
def _tables() -> Tables:
    return tables(_parser(), Builder())


@cache
def _driver() -> Driver:
    return Driver(_tables().start)


@cache
def _recogniser() -> Driver:
    return Driver(tables(_parser(), None).start)


def _read(driver: Driver, text: str) -> Any:  # noqa: ANN401 - whatever the driver makes
    if over := excess(text):
        return Fault(over.start, over.end, "", frozenset())
    found = driver.read(text)
    return _fault(text, found) if isinstance(found, Reader) else found


def _fault(text: str, reader: Reader) -> Fault:
    """What stands where a reader stopped, as whatever terminal it is, and what would have been accepted there."""
    found = reader.found or _tables().anything.match(text, reader.at)
    assert found is not None
    start, end = found.end(1), found.end()
    if found.lastgroup is None:  # the end of the text, or what no terminal begins with
        start, end = end, min(end + 1, len(text))
    return Fault(start, end, text[start:end], reader.stack.accepts())
