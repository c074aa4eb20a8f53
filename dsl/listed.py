"""How many findings of a code are told: nobody reads more than a thousand, and where there are as many they have one cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Protocol, TypeVar

from dsl.diagnostic import Diagnostic

MOST_OF_A_CODE = 1000


class _Coded(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def notes(self) -> tuple[str, ...]: ...


C = TypeVar("C", bound=_Coded)


def first_of_each(found: Iterable[C], noted: Callable[[C, tuple[str, ...]], C]) -> list[C]:
    """The first thousand of each code in their order; the last of them `noted` with how many more there are."""
    found = list(found)
    there = Counter(one.code for one in found)
    if not there or max(there.values()) <= MOST_OF_A_CODE:
        return found
    met: Counter[str] = Counter()
    out: list[C] = []
    for one in found:
        met[one.code] += 1
        more = there[one.code] - MOST_OF_A_CODE
        if met[one.code] == MOST_OF_A_CODE and more > 0:
            out.append(noted(one, (*one.notes, f"{more:,} more of {one.code} are not listed")))
        elif met[one.code] <= MOST_OF_A_CODE:
            out.append(one)
    return out


def listed(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The diagnostics that are told."""
    return tuple(first_of_each(diagnostics, lambda one, notes: replace(one, notes=notes)))
