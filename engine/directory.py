"""Which declared customer a ticket means by the text in its customer field.

Names, aliases and titles are looked up in one table; names with a `*` only if that finds nothing. The table of an
edited rule set is the old one with the changed customers replaced, so that editing one of ten thousand costs one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from dsl.model import Customer
from engine.calendar.layered import Layered

_REMEMBERED = 65_536

Entry = tuple[int, str]
"""A claim to a text: 0 for a name, 1 for an alias, 2 for a title, then the customer's name. The least one wins."""


class Directory:
    """Customers by the texts that mean them; never changed once made, but for what it remembers of questions."""

    __slots__ = ("_remembered", "customers", "literal", "patterns", "wild")

    def __init__(
        self,
        customers: Mapping[str, Customer],
        previous: Directory | None = None,
        edited: Iterable[str] | None = None,
    ) -> None:
        """`edited` are the names that differ from `previous`, where somebody knows."""
        self.customers = customers
        self._remembered: dict[str, str | None] = {}
        gone: Iterable[str] = ()
        new: Iterable[str] = customers
        if previous is None:
            self.literal: Layered[tuple[Entry, ...]] = Layered({})
            self.wild: Layered[tuple[str, ...]] = Layered({})
        else:
            self.literal, self.wild = previous.literal.copy(), previous.wild.copy()
            old = previous.customers
            if edited is None:
                changed = [name for name, customer in customers.items() if old.get(name) is not customer]
                gone = [*(name for name in changed if name in old), *(old.keys() - customers.keys())]
            else:
                changed = gone = list(edited)
            new = changed
            for name in gone:
                self._remove(old[name])
        for name in new:
            self._add(customers[name])
        touched = {*gone, *new}
        self.patterns: dict[int, dict[str, list[tuple[Parts, str]]]] = (
            previous.patterns
            if previous is not None
            and all(self.wild.get(name) == previous.wild.get(name) for name in touched)
            else _by_prefix({name: self.wild.get(name) or () for name in self.wild})
        )

    def find(self, text: str) -> Customer | None:
        """The customer whose name, alias or title is `text` (case folded), else the one with the closest pattern."""
        key = text.strip().casefold()
        entries = self.literal.get(key)
        if entries is not None:
            return self.customers[entries[0][1]]
        if not self.patterns or not key:
            return None
        if key not in self._remembered:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            self._remembered[key] = self._closest(key)
        name = self._remembered[key]
        return None if name is None else self.customers[name]

    def _closest(self, key: str) -> str | None:
        """Of the fitting patterns the one that says most, then the first name."""
        return min(self.fitting(key), default=(0, None))[1]

    def fitting(self, key: str) -> list[tuple[int, str]]:
        """The customers with a pattern for a case folded text, each after how little that leaves open, as a negative number."""
        return [
            (-sum(map(len, parts)), name)
            for length, by_text in self.patterns.items()
            for parts, name in by_text.get(key[:length], ())
            if _fits(parts, key)
        ]

    def _add(self, customer: Customer) -> None:
        for key, entry in _claims(customer):
            self.literal.put(key, tuple(sorted({*(self.literal.get(key) or ()), entry})))
        patterns = tuple(alias.strip().casefold() for alias in customer.aliases if "*" in alias)
        if patterns:
            self.wild.put(customer.name, patterns)

    def _remove(self, customer: Customer) -> None:
        for key, entry in _claims(customer):
            left = tuple(other for other in self.literal.get(key) or () if other != entry)
            self.literal.put(key, left or None)
        self.wild.put(customer.name, None)


def disturbed(old: Directory, new: Directory, edited: Iterable[str]) -> set[str]:
    """Whose tickets may mean another customer now that these were edited; "" stands for nobody's."""
    found: set[str] = set()
    for name in edited:
        before, after = (
            {*_claims(it.customers[name])} if name in it.customers else set() for it in (old, new)
        )
        if old.wild.get(name) != new.wild.get(name):
            found |= {"", *old.wild, *new.wild}
        for key, _ in before ^ after:
            found |= {"", *(other for it in (old, new) for _, other in it.fitting(key))}
    return found


def _claims(customer: Customer) -> Iterator[tuple[str, Entry]]:
    yield customer.name.casefold(), (0, customer.name)
    for alias in customer.aliases:
        if "*" not in alias and alias.strip():
            yield alias.strip().casefold(), (1, customer.name)
    if customer.title.strip():
        yield customer.title.strip().casefold(), (2, customer.name)


Parts = tuple[str, ...]


def _by_prefix(wild: Mapping[str, tuple[str, ...]]) -> dict[int, dict[str, list[tuple[Parts, str]]]]:
    """Patterns by the length and the text of what stands before their first `*`."""
    table: defaultdict[int, defaultdict[str, list[tuple[Parts, str]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for name, patterns in wild.items():
        for pattern in patterns:
            parts = tuple(pattern.split("*"))
            table[len(parts[0])][parts[0]].append((parts, name))
    return {length: dict(by_text) for length, by_text in table.items()}


def _fits(parts: Parts, text: str) -> bool:
    """Whether the texts between the stars occur in `text`, in order, the outer ones at its ends."""
    first, *middle, last = parts
    if len(text) < len(first) + len(last) or not (text.startswith(first) and text.endswith(last)):
        return False
    at, end = len(first), len(text) - len(last)
    for part in middle:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True
