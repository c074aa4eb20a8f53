"""Who answers to a name: customers by their names, titles and aliases, in whatever letters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from dsl import syntax
from dsl.finding import Finding, here
from dsl.resolve import Declared
from dsl.unit import Unit


class Claims:
    """Which customers answer to which text, changed customer by customer."""

    __slots__ = ("_contested", "_owners")

    def __init__(self) -> None:
        self._owners: dict[str, str] = {}
        self._contested: dict[str, set[str]] = {}

    def contested(self) -> bool:
        """Whether two customers answer to one text."""
        return bool(self._contested)

    def add(self, unit: Unit) -> None:
        """Count in what a customer answers to."""
        name = unit.name
        for text in _texts(unit):
            owner = self._owners.setdefault(text, name)
            if owner != name:
                self._contested.setdefault(text, {owner}).add(name)

    def remove(self, unit: Unit) -> None:
        """Count out what a customer answered to."""
        name = unit.name
        for text in _texts(unit):
            rest = self._contested.get(text)
            if rest is None:
                self._owners.pop(text, None)
                continue
            rest.discard(name)
            self._owners[text] = next(iter(rest))
            if len(rest) == 1:
                del self._contested[text]

    def findings(self, customers: Mapping[str, Declared]) -> Iterator[Finding]:
        """Texts that two customers answer to; the first of `customers` has them."""
        if not self._contested:
            return
        rivals = set().union(*self._contested.values())
        yield from _clashes(one for name, one in customers.items() if name in rivals)


def _texts(unit: Unit) -> set[str]:
    return {word.text.casefold() for word in _claims(unit.tree)} if unit.tree else set()


def _claims(tree: syntax.Declaration) -> list[syntax.Word]:
    """The words that a customer answers to."""
    words = [word for word in (tree.name, tree.title) if word]
    for line in tree.lines:
        if isinstance(line, syntax.Fact) and line.keyword == "alias":
            words += line.words
    return words


def _clashes(customers: Iterable[Declared]) -> Iterator[Finding]:
    owners: dict[str, tuple[Declared, syntax.Word]] = {}
    for declared in customers:
        for word in _claims(declared.tree):
            first, first_word = owners.setdefault(word.text.casefold(), (declared, word))
            if first is not declared:
                yield Finding(
                    "E0304",
                    f'two customers answer to "{word.text}"',
                    here(word, declared.key),
                    "a ticket's customer must be one: remove it from one of them",
                    labels=((here(first_word, first.key), f"customer {first.unit.name} claims it here"),),
                )
